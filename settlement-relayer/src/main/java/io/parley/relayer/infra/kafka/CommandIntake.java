package io.parley.relayer.infra.kafka;

import io.parley.relayer.infra.chain.DisputeWatcher;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** The log of commands, from its beginning at every start: the watcher believes no snapshot but its own folding. */
@ApplicationScoped
public class CommandIntake {

    private final DisputeWatcher watcher;

    CommandIntake(DisputeWatcher watcher) {
        this.watcher = watcher;
    }

    @Incoming("watcher-commands-in")
    void onCommands(ConsumerRecords<byte[], byte[]> commands) {
        for (var command : commands) {
            watcher.onCommand(command.offset(), command.value());
        }
    }
}
