package io.parley.relayer.infra.kafka;

import io.parley.protocol.Blob;
import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.relayer.infra.chain.Relayer;
import io.parley.relayer.infra.store.RelayerStore;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** Batches go into the store before their offset is committed, so none is lost; a second delivery changes nothing. */
@ApplicationScoped
public class BatchIntake {

    private static final Logger LOG = Logger.getLogger(BatchIntake.class);

    private final RelayerStore store;
    private final Relayer relayer;
    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> deadLetters;

    BatchIntake(
            RelayerStore store,
            Relayer relayer,
            @Channel("relayer-dead-letters-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> deadLetters) {
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
            var at = message.getMetadata(IncomingKafkaRecordMetadata.class).orElseThrow();
            LOG.warnf("batches@%d is undecodable and goes to dead-letters: %s", at.getOffset(), e.getMessage());
            var letter = new DeadLetter(
                    "batches",
                    at.getPartition(),
                    at.getOffset(),
                    Reason.UNDECODABLE.code(),
                    String.valueOf(e.getMessage()),
                    at.getTimestamp().toEpochMilli(),
                    Blob.EMPTY,
                    Blob.of(message.getPayload()));
            return deadLetters
                    .get()
                    .send(Record.of("batches".getBytes(StandardCharsets.US_ASCII), letter.encode()))
                    .subscribeAsCompletionStage()
                    .thenCompose(x -> message.ack());
        }
        return message.ack();
    }
}
