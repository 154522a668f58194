package io.parley.relayer.infra.kafka;

import io.parley.protocol.Reason;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.RouteRecord;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.microprofile.reactive.messaging.Channel;

/** Writes the withdrawals of routes that are taken into the log, and puts the other routes aside. Returns once the broker has it. */
@ApplicationScoped
public class RoutePublisher {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] DOMAIN = "default".getBytes(StandardCharsets.US_ASCII);

    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> commands;
    private final DeadLetters deadLetters;

    RoutePublisher(
            @Channel("relayer-commands-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> commands,
            DeadLetters deadLetters) {
        this.commands = commands;
        this.deadLetters = deadLetters;
    }

    public void withdraw(WithdrawCommand command) {
        commands.get().send(Record.of(DOMAIN, command.encode())).await().atMost(PATIENCE);
    }

    public void refuse(RouteRecord record, String why) {
        deadLetters
                .write(
                        "routes",
                        0,
                        0,
                        record.encode(),
                        Reason.ROUTE_REFUSED,
                        "route %s: %s".formatted(record.route().id(), why))
                .await()
                .atMost(PATIENCE);
    }
}
