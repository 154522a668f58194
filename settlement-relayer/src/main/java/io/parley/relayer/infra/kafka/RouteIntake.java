package io.parley.relayer.infra.kafka;

import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.RouteRecord;
import io.parley.relayer.infra.chain.RouteDesk;
import io.parley.relayer.infra.store.RelayerStore;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Takes signed routes: each is in the store before its withdrawal enters the log, so a batch never funds a route that the
 * relayer does not know. A second delivery writes the withdrawal once more at most, which the ledger refuses by its nonce.
 */
@ApplicationScoped
public class RouteIntake {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] DOMAIN = "default".getBytes(StandardCharsets.US_ASCII);

    private final RelayerStore store;
    private final RouteDesk desk;
    private final DeadLetters deadLetters;
    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> commands;

    RouteIntake(
            RelayerStore store,
            RouteDesk desk,
            DeadLetters deadLetters,
            @Channel("relayer-commands-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> commands) {
        this.store = store;
        this.desk = desk;
        this.deadLetters = deadLetters;
        this.commands = commands;
    }

    @PostConstruct
    void open() {
        store.open();
    }

    @Incoming("relayer-routes-in")
    @Blocking
    CompletionStage<Void> onRoute(Message<byte[]> message) {
        RouteRecord record;
        try {
            record = RouteRecord.decode(message.getPayload());
        } catch (Undecodable e) {
            return deadLetters.putAside(message, Reason.UNDECODABLE, String.valueOf(e.getMessage()));
        }
        var route = record.route();
        if (!store.isLogged(route.id())) {
            var objection = desk.objection(route);
            if (objection.isPresent()) {
                return deadLetters.putAside(
                        message, Reason.ROUTE_REFUSED, "route %s: %s".formatted(route.id(), objection.get()));
            }
            var contract = desk.contract().orElseThrow();
            store.keep(route, contract);
            commands.get()
                    .send(Record.of(DOMAIN, record.withdrawal(contract).encode()))
                    .await()
                    .atMost(PATIENCE);
            store.logged(route.id());
        }
        return message.ack();
    }
}
