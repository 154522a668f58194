package io.parley.solver.infra.kafka;

import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.RouteRecord;
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

/** Writes commitments, revealed bids and routes. */
@Singleton
public final class BidTopics implements BidPublisher {

    private static final Logger LOG = Logger.getLogger(BidTopics.class);
    private static final int ON_THE_WAY = 4096;

    // Looked up when they are used: where the role is off the channels do not exist.
    private final Instance<MutinyEmitter<byte[]>> commitments;
    private final Instance<MutinyEmitter<byte[]>> bids;
    private final Instance<MutinyEmitter<byte[]>> routes;

    BidTopics(
            @Channel("solver-commitments-out") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = ON_THE_WAY)
                    Instance<MutinyEmitter<byte[]>> commitments,
            @Channel("solver-bids-out") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = ON_THE_WAY)
                    Instance<MutinyEmitter<byte[]>> bids,
            @Channel("solver-routes-out") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = ON_THE_WAY)
                    Instance<MutinyEmitter<byte[]>> routes) {
        this.commitments = commitments;
        this.bids = bids;
        this.routes = routes;
    }

    @Override
    public void commit(SealedBid bid) {
        send(
                commitments,
                auction(bid),
                new CommitmentRecord.Committed(bid.commitment()).encode(),
                "commitment to %s in auction %d".formatted(bid.digest(), bid.auction()));
    }

    @Override
    public void reveal(SealedBid bid) {
        send(
                bids,
                auction(bid),
                new BidRecord.Revealed(bid.bid()).encode(),
                "bid %s in auction %d".formatted(bid.digest(), bid.auction()));
    }

    @Override
    public void route(RouteRecord route) {
        send(
                routes,
                route.route().owner().bytes(),
                route.encode(),
                "route %s".formatted(route.route().id()));
    }

    private static byte[] auction(SealedBid bid) {
        return new WireWriter(8).u63(bid.auction()).toBytes();
    }

    private static void send(Instance<MutinyEmitter<byte[]>> topic, byte[] key, byte[] record, String what) {
        var metadata = OutgoingKafkaRecordMetadata.builder().withKey(key).build();
        topic.get()
                .sendMessage(Message.of(record).addMetadata(metadata))
                .subscribe()
                .with(sent -> {}, e -> LOG.warnf(e, "the %s may not have been written", what));
    }
}
