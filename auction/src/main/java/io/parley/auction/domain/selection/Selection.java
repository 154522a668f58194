package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import java.util.List;

/**
 * The winners of one auction.
 *
 * @param selector who found them, for the record
 * @param winners the chosen bids, ascending by id
 * @param lost every other bid, ascending by id, with the winner that stood in its way
 * @param value the winners' scores together, in 1e-8 USD (held at the largest int64 should it not fit)
 * @param bound no choice can be worth more than this; equal to {@code value} where the choice is proven best
 * @param unfair bids that were left out before the choice, because an owner would get less than alone; ascending by id
 * @param nodes how many nodes the exact search looked at; 0 if it was not needed
 */
public record Selection(
        String selector,
        List<ScreenedBid> winners,
        List<Lost> lost,
        List<Unfair> unfair,
        long value,
        long bound,
        long nodes) {

    /** Copies the lists. */
    public Selection {
        winners = List.copyOf(winners);
        lost = List.copyOf(lost);
        unfair = List.copyOf(unfair);
    }

    /** {@return whether no other choice can be worth more} */
    public boolean proven() {
        return value == bound;
    }

    /** {@return how far below the bound the value is at most, as a share of the bound; 0 if proven} */
    public double gap() {
        return bound == 0 ? 0 : 1 - (double) value / bound;
    }

    Selection withBound(long other, long nodesTogether) {
        return new Selection(selector, winners, lost, unfair, value, Math.max(value, other), nodesTogether);
    }

    Selection without(List<Unfair> leftOut) {
        return new Selection(selector, winners, lost, leftOut, value, bound, nodes);
    }

    /**
     * A bid over several intents that one of their owners would lose by.
     *
     * @param bid the bid
     * @param intent that owner's
     * @param gives the surplus it leaves to that owner, in 1e-8 USD
     * @param least the surplus that a bid on the intent alone leaves, in 1e-8 USD
     * @param by that bid
     */
    public record Unfair(ScreenedBid bid, Bytes32 intent, long gives, long least, Bytes32 by) {}

    /**
     * A bid that passed and did not win.
     *
     * @param bid the bid
     * @param to a winner with which it shares an intent or its solver account; none if it was simply left out
     * @param why one line for the solver
     */
    public record Lost(ScreenedBid bid, List<Bytes32> to, String why) {

        /** Copies the list. */
        public Lost {
            to = List.copyOf(to);
        }
    }
}
