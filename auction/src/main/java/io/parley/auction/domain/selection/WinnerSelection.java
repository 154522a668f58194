package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import java.util.Collection;

/**
 * Chooses winners among the screened bids of one auction: no intent twice, at most one bid per solver account. A pure
 * function: the same bids and the same seed give the same selection on every call, whatever the order they are handed
 * in. Called on one thread of its own; must not look at a clock.
 */
public interface WinnerSelection {

    /**
     * Chooses.
     *
     * @param bids every bid that passed the screening; the same bid twice counts once
     * @param seed breaks ties: of two bids that are otherwise alike, the one with the lower {@code H(seed ‖ id)} wins.
     *     It was committed to before the first bid
     * @return a feasible selection, empty if there are no bids
     */
    Selection select(Collection<ScreenedBid> bids, Bytes32 seed);
}
