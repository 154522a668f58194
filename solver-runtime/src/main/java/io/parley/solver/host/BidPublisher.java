package io.parley.solver.host;

import io.parley.protocol.wire.RouteRecord;
import io.parley.solver.domain.SealedBid;

/** Carries what solvers send to where others read it. Does not block; what fails is logged where it fails. */
public interface BidPublisher {

    void commit(SealedBid bid);

    void reveal(SealedBid bid);

    void route(RouteRecord route);
}
