package io.parley.relayer.infra.kafka;

import io.parley.protocol.Blob;
import io.parley.protocol.Reason;
import io.parley.protocol.wire.DeadLetter;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** Puts aside what the relayer cannot read or does not take, for an operator to look at. */
@ApplicationScoped
public class DeadLetters {

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);

    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> out;

    DeadLetters(@Channel("relayer-dead-letters-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> out) {
        this.out = out;
    }

    /** Acknowledges the message once the letter is written. */
    CompletionStage<Void> putAside(Message<byte[]> message, Reason reason, String detail) {
        var at = message.getMetadata(IncomingKafkaRecordMetadata.class).orElseThrow();
        LOG.warnf("%s@%d goes to dead-letters: %s %s", at.getTopic(), at.getOffset(), reason, detail);
        var letter = new DeadLetter(
                at.getTopic(),
                at.getPartition(),
                at.getOffset(),
                reason.code(),
                detail,
                at.getTimestamp().toEpochMilli(),
                Blob.EMPTY,
                Blob.of(message.getPayload()));
        return out.get()
                .send(Record.of(at.getTopic().getBytes(StandardCharsets.US_ASCII), letter.encode()))
                .subscribeAsCompletionStage()
                .thenCompose(x -> message.ack());
    }
}
