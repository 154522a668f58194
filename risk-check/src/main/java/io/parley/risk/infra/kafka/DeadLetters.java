package io.parley.risk.infra.kafka;

import io.parley.protocol.Blob;
import io.parley.protocol.Reason;
import io.parley.protocol.wire.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records that nobody can read, as records of {@code dead-letters}. */
public final class DeadLetters {

    private final Clock clock;

    public DeadLetters(Clock clock) {
        this.clock = clock;
    }

    /** Its key is the topic that the record came from. */
    public byte[] key(ConsumerRecord<byte[], byte[]> record) {
        return record.topic().getBytes(StandardCharsets.UTF_8);
    }

    public byte[] value(ConsumerRecord<byte[], byte[]> record, Reason reason, String detail) {
        return new DeadLetter(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        reason.code(),
                        detail,
                        clock.millis(),
                        blob(record.key()),
                        blob(record.value()))
                .encode();
    }

    private static Blob blob(byte @Nullable [] bytes) {
        return bytes == null ? Blob.EMPTY : Blob.of(bytes);
    }
}
