package io.parley.solver.infra.kafka;

import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.solver.domain.SealedBid;
import io.parley.solver.host.BidPublisher;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/** Writes commitments and revealed bids. */
@Singleton
public final class BidTopics implements BidPublisher {

    private static final Logger LOG = Logger.getLogger(BidTopics.class);
    private static final int ON_THE_WAY = 4096;

    // Looked up when they are used: where the role is off the channels do not exist.
    private final Instance<MutinyEmitter<byte[]>> commitments;
    private final Instance<MutinyEmitter<byte[]>> bids;

    BidTopics(
            @Channel("solver-commitments-out") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = ON_THE_WAY)
                    Instance<MutinyEmitter<byte[]>> commitments,
            @Channel("solver-bids-out") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = ON_THE_WAY)
                    Instance<MutinyEmitter<byte[]>> bids) {
        this.commitments = commitments;
        this.bids = bids;
    }

    @Override
    public void commit(SealedBid bid) {
        send(commitments, bid, new CommitmentRecord.Committed(bid.commitment()).encode(), "commitment");
    }

    @Override
    public void reveal(SealedBid bid) {
        send(bids, bid, new BidRecord.Revealed(bid.bid()).encode(), "bid");
    }

    private static void send(Instance<MutinyEmitter<byte[]>> topic, SealedBid bid, byte[] record, String what) {
        var key = OutgoingKafkaRecordMetadata.builder()
                .withKey(new WireWriter(8).u63(bid.auction()).toBytes())
                .build();
        topic.get()
                .sendMessage(Message.of(record).addMetadata(key))
                .subscribe()
                .with(
                        sent -> {},
                        e -> LOG.warnf(
                                e,
                                "the %s to %s in auction %d may not have been written",
                                what,
                                bid.digest(),
                                bid.auction()));
    }
}
