package io.parley.auction.domain.selection;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What winners earn for being there: what the whole is worth more with them than without, up to a cap, and never more
 * than a share of the fees that their own awards collect. So all rewards together are paid out of the fees, and who deals
 * with itself to look useful pays more than it earns.
 *
 * @param cap the most for one solver and auction, in 1e-8 USD
 * @param shareBps how much of the fees may be earned, in basis points, 0 to 10,000
 */
public record RewardRule(long cap, int shareBps) {

    private static final int ALL_BPS = 10_000;

    /** Checks the ranges. */
    public RewardRule {
        if (cap < 0 || shareBps < 0 || shareBps > ALL_BPS) {
            throw new IllegalArgumentException("""
                    The cap of a reward (%d) must not be negative, and the share of the fees (%d) must be from 0 to %d basis points.
                    Look at parley.auction.reward-cap and parley.auction.reward-share-bps.""".formatted(cap, shareBps, ALL_BPS));
        }
    }

    /**
     * What one solver earns.
     *
     * @param solver all accounts of this address
     * @param score of its winning bids together, in 1e-8 USD
     * @param fees what its winning bids collect in fees, in 1e-8 USD
     * @param reference no selection without the solver is worth more; if that search ended, one is worth this
     * @param reward what it earns, in 1e-8 USD, not negative
     */
    public record Reward(Address solver, long score, long fees, long reference, long reward) {}

    /**
     * Computes the rewards of a selection. A solver that won nothing earns nothing: without its bids the filter leaves no
     * fewer and the winners can stand as they are, so its reference is no lower than the total.
     *
     * @param selection the winners
     * @param bids all that were chosen from
     * @param seed of the auction
     * @param without chooses, with the filter, among what others bid
     * @return one for each solver that won, ascending by address
     */
    public List<Reward> of(Selection selection, Collection<ScreenedBid> bids, Bytes32 seed, WinnerSelection without) {
        return selection.winners().stream()
                .map(ScreenedBid::solver)
                .distinct()
                .sorted(Comparator.naturalOrder())
                .map(solver -> {
                    List<ScreenedBid> others = bids.stream()
                            .filter(bid -> !bid.solver().equals(solver))
                            .toList();
                    // The bound, not the value: a search cut short must not pay more than one that came to its end.
                    return reward(
                            solver, selection, without.select(others, seed).bound());
                })
                .toList();
    }

    private Reward reward(Address solver, Selection selection, long reference) {
        long score = 0;
        long fees = 0;
        for (ScreenedBid winner : selection.winners()) {
            if (winner.solver().equals(solver)) {
                score = Packing.saturatingAdd(score, winner.score());
                fees = Packing.saturatingAdd(fees, winner.fees());
            }
        }
        long most = Math.min(cap, Fixed8.mulDivFloor(fees, shareBps, ALL_BPS));
        return new Reward(solver, score, fees, reference, Math.clamp(selection.value() - reference, 0, most));
    }
}
