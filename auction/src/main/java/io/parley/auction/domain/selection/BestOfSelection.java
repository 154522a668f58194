package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import java.util.Collection;

/**
 * Takes the first selection unless the second is worth more, and asks the second only if the first is not proven best.
 * So the result is never below the first, and equal worth never depends on who searched longer.
 */
public final class BestOfSelection implements WinnerSelection {

    private final WinnerSelection floor;
    private final WinnerSelection search;

    /**
     * Joins two selections.
     *
     * @param floor quick, and the least that will be taken
     * @param search tries to better it
     */
    public BestOfSelection(WinnerSelection floor, WinnerSelection search) {
        this.floor = floor;
        this.search = search;
    }

    @Override
    public Selection select(Collection<ScreenedBid> bids, Bytes32 seed) {
        Selection least = floor.select(bids, seed);
        if (least.proven()) {
            return least;
        }
        Selection found = search.select(bids, seed);
        return found.value() > least.value() ? found : least;
    }
}
