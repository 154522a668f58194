package io.parley.relayer.infra.kafka;

import io.parley.protocol.Blob;
import io.parley.protocol.Reason;
import io.parley.protocol.wire.DeadLetter;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** Puts aside what the relayer cannot read or does not take, for an operator to look at. */
@ApplicationScoped
public class DeadLetters {

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);

    private final Clock clock = Clock.systemUTC();
    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> out;

    DeadLetters(@Channel("relayer-dead-letters-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> out) {
        this.out = out;
    }

    /** Acknowledges the message once the letter is written. */
    CompletionStage<Void> putAside(Message<byte[]> message, Reason reason, String detail) {
        var at = message.getMetadata(IncomingKafkaRecordMetadata.class).orElseThrow();
        return write(at.getTopic(), at.getPartition(), at.getOffset(), message.getPayload(), reason, detail)
                .subscribeAsCompletionStage()
                .thenCompose(x -> message.ack());
    }

    /** Completes when the broker has it. */
    Uni<Void> write(String topic, int partition, long offset, byte[] value, Reason reason, String detail) {
        LOG.warnf("%s@%d goes to dead-letters: %s %s", topic, offset, reason, detail);
        var letter = new DeadLetter(
                topic, partition, offset, reason.code(), detail, clock.millis(), Blob.EMPTY, Blob.of(value));
        return out.get().send(Record.of(topic.getBytes(StandardCharsets.US_ASCII), letter.encode()));
    }
}
