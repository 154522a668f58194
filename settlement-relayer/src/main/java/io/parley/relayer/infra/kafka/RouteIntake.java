package io.parley.relayer.infra.kafka;

import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.RouteRecord;
import io.parley.relayer.infra.chain.RouteDesk;
import io.parley.relayer.infra.store.RelayerStore;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Signed routes go into the store before their offset is committed, so none is lost; a second delivery changes nothing. */
@ApplicationScoped
public class RouteIntake {

    private final RelayerStore store;
    private final RouteDesk desk;
    private final DeadLetters deadLetters;

    RouteIntake(RelayerStore store, RouteDesk desk, DeadLetters deadLetters) {
        this.store = store;
        this.desk = desk;
        this.deadLetters = deadLetters;
    }

    @PostConstruct
    void open() {
        store.open();
    }

    @Incoming("relayer-routes-in")
    @Blocking
    CompletionStage<Void> onRoute(Message<byte[]> message) {
        var contract = desk.contract();
        if (contract.isEmpty()) {
            return deadLetters.putAside(
                    message,
                    Reason.ROUTE_REFUSED,
                    "this relayer runs no routes (parley.relayer.routes, parley.chain.routes)");
        }
        try {
            store.keep(RouteRecord.decode(message.getPayload()), contract.get());
            desk.wake();
        } catch (Undecodable e) {
            return deadLetters.putAside(message, Reason.UNDECODABLE, String.valueOf(e.getMessage()));
        }
        return message.ack();
    }
}
