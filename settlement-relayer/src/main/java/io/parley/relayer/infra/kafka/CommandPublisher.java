package io.parley.relayer.infra.kafka;

import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.microprofile.reactive.messaging.Channel;

/** Appends the vault's queue entries to the log of commands, in order: each is acknowledged before the next is sent. */
@ApplicationScoped
public class CommandPublisher {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] DOMAIN = "default".getBytes(StandardCharsets.US_ASCII);

    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> commands;

    CommandPublisher(@Channel("watcher-commands-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> commands) {
        this.commands = commands;
    }

    public void publish(byte[] command) {
        commands.get().send(Record.of(DOMAIN, command)).await().atMost(PATIENCE);
    }
}
