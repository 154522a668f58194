package io.parley.relayer.infra.kafka;

import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.BatchRecord;
import io.parley.relayer.infra.chain.Relayer;
import io.parley.relayer.infra.store.RelayerStore;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Batches go into the store before their offset is committed, so none is lost; a second delivery changes nothing. */
@ApplicationScoped
public class BatchIntake {

    private final RelayerStore store;
    private final Relayer relayer;
    private final DeadLetters deadLetters;

    BatchIntake(RelayerStore store, Relayer relayer, DeadLetters deadLetters) {
        this.store = store;
        this.relayer = relayer;
        this.deadLetters = deadLetters;
    }

    @PostConstruct
    void open() {
        store.open();
    }

    @Incoming("relayer-batches-in")
    @Blocking
    CompletionStage<Void> onBatch(Message<byte[]> message) {
        try {
            store.keep(BatchRecord.decode(message.getPayload()));
            relayer.wake();
        } catch (Undecodable e) {
            return deadLetters.putAside(message, Reason.UNDECODABLE, String.valueOf(e.getMessage()));
        }
        return message.ack();
    }
}
