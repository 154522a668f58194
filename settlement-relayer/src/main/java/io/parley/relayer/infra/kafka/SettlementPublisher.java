package io.parley.relayer.infra.kafka;

import io.parley.protocol.wire.SettlementRecord;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.microprofile.reactive.messaging.Channel;

/** Tells what became of a batch on the chain. Returns once the broker has it. */
@ApplicationScoped
public class SettlementPublisher {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> settlements;

    SettlementPublisher(
            @Channel("relayer-settlements-out") Instance<MutinyEmitter<Record<byte[], byte[]>>> settlements) {
        this.settlements = settlements;
    }

    public void publish(SettlementRecord settlement) {
        var key = ByteBuffer.allocate(8).putLong(settlement.sequence()).array();
        settlements.get().send(Record.of(key, settlement.encode())).await().atMost(PATIENCE);
    }
}
