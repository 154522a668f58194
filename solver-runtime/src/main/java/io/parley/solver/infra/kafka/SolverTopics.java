package io.parley.solver.infra.kafka;

import io.parley.protocol.Blob;
import io.parley.protocol.Reason;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.solver.SolverRole;
import io.parley.solver.host.SolverHost;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** Reads what the host needs to know. A record that cannot be read goes to dead-letters, and the stream goes on. */
@Singleton
public final class SolverTopics {

    private static final Logger LOG = Logger.getLogger(SolverTopics.class);

    private final SolverRole role;
    private final Instance<MutinyEmitter<byte[]>> deadLetters;

    SolverTopics(SolverRole role, @Channel("solver-dead-letters-out") Instance<MutinyEmitter<byte[]>> deadLetters) {
        this.role = role;
        this.deadLetters = deadLetters;
    }

    @Incoming("solver-auctions-in")
    public void auction(ConsumerRecord<byte[], byte[]> record) {
        take(record, AuctionRecord::decode, SolverHost::on);
    }

    @Incoming("solver-screened-bids-in")
    public void screening(ConsumerRecord<byte[], byte[]> record) {
        take(record, ScreeningRecord::decode, SolverHost::on);
    }

    @Incoming("solver-cleared-in")
    public void cleared(ConsumerRecord<byte[], byte[]> record) {
        take(record, ClearedRecord::decode, SolverHost::on);
    }

    private <T> void take(
            ConsumerRecord<byte[], byte[]> record, Function<byte[], T> decode, BiConsumer<SolverHost, T> to) {
        try {
            to.accept(role.host(), decode.apply(record.value() == null ? new byte[0] : record.value()));
        } catch (RuntimeException e) {
            LOG.warnf("%s@%d goes to dead-letters: %s", record.topic(), record.offset(), e.getMessage());
            var letter = new DeadLetter(
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    Reason.UNDECODABLE.code(),
                    "solver: " + e.getMessage(),
                    System.currentTimeMillis(),
                    blob(record.key()),
                    blob(record.value()));
            deadLetters
                    .get()
                    .sendMessage(Message.of(letter.encode())
                            .addMetadata(OutgoingKafkaRecordMetadata.builder()
                                    .withKey(record.topic().getBytes(StandardCharsets.UTF_8))
                                    .build()))
                    .subscribe()
                    .with(sent -> {}, f -> LOG.warnf(f, "a dead letter may not have been written"));
        }
    }

    private static Blob blob(byte[] bytes) {
        return bytes == null ? Blob.EMPTY : Blob.of(bytes);
    }
}
