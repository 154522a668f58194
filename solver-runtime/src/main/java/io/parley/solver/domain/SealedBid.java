package io.parley.solver.domain;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Route;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.spi.Proposal;
import java.util.List;

/**
 * A proposal made into a bid, with the commitment that binds it before it is revealed.
 *
 * @param proposal as the solver made it
 * @param routes those of the proposal, which the bid's path names
 * @param digest the bid's, by which everyone names it
 */
public record SealedBid(
        Proposal proposal, List<Route> routes, Bytes32 digest, SignedBid bid, SignedCommitment commitment) {

    public AccountId account() {
        return new AccountId(bid.bid().solver(), bid.bid().account());
    }

    public long auction() {
        return bid.bid().auction();
    }

    /** The margin that the commitment binds, in cash units of 1e-8. */
    public long cap() {
        return commitment.commitment().cap();
    }
}
