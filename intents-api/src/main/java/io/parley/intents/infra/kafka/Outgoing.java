package io.parley.intents.infra.kafka;

import io.parley.protocol.Command;
import io.parley.protocol.SignedIntent;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * What the door lets in, on its way to the log. The door counts what is on the way and stops before it is too much, so
 * nothing is dropped here.
 */
@Singleton
public final class Outgoing {

    private static final byte[] DOMAIN = "default".getBytes(StandardCharsets.UTF_8);

    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> intents;
    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> commands;

    Outgoing(
            @Channel("api-intents-out") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Instance<MutinyEmitter<Record<byte[], byte[]>>> intents,
            @Channel("api-commands-out") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Instance<MutinyEmitter<Record<byte[], byte[]>>> commands) {
        this.intents = intents;
        this.commands = commands;
    }

    /** Completes when the broker has it. */
    public Uni<Void> write(SignedIntent intent) {
        return intents.get().send(Record.of(intent.intent().owner().bytes(), intent.encode()));
    }

    /** Completes when the broker has it. */
    public Uni<Void> write(Command command) {
        return commands.get().send(Record.of(DOMAIN, command.encode()));
    }
}
