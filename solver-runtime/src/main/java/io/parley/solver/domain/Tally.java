package io.parley.solver.domain;

import java.util.concurrent.atomic.LongAdder;

/** What a solver did and what became of it, since the process started. */
public final class Tally {

    /** One thing that is counted. */
    public enum Count {
        /** Auctions that it was asked about. */
        AUCTIONS,
        /** Proposals that it returned in time. */
        PROPOSALS,
        /** Proposals that were not sent, because they were sure to be refused. */
        OBJECTIONS,
        /** Commitments sent. */
        COMMITMENTS,
        /** Bids revealed. */
        BIDS,
        /** Auctions in which it had no answer at the deadline. */
        MISSES,
        /** Throws out of its methods. */
        THROWS,
        /** Bids that won and were cleared. */
        WON,
        /** Bids in order that did not win. */
        LOST,
        /** Bids refused: at the hold, when screened, or when cleared. */
        REFUSED,
        /** Routes that brought what they were to bring. */
        ROUTED,
        /** Routes that gave their input back. */
        RETURNED,
        /** Routes whose input never left the account. */
        UNROUTED
    }

    private final LongAdder[] counts = new LongAdder[Count.values().length];

    public Tally() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    public void count(Count what) {
        counts[what.ordinal()].increment();
    }

    public long of(Count what) {
        return counts[what.ordinal()].sum();
    }
}
