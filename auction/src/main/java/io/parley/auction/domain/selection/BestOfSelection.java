package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import java.util.Collection;
import java.util.List;

/**
 * Asks one selection after the other until one is proven best, and takes the one worth most with the least bound that any
 * of them gave. So the result is never below the first, and of equal worth the earlier one counts.
 */
public final class BestOfSelection implements WinnerSelection {

    private final List<WinnerSelection> selections;

    /**
     * Joins selections.
     *
     * @param selections in the order in which they are asked; at least one
     */
    public BestOfSelection(WinnerSelection... selections) {
        this.selections = List.of(selections);
    }

    @Override
    public Selection select(Collection<ScreenedBid> bids, Bytes32 seed) {
        Selection best = selections.getFirst().select(bids, seed);
        for (WinnerSelection next : selections.subList(1, selections.size())) {
            if (best.proven()) {
                break;
            }
            Selection found = next.select(bids, seed);
            long bound = Math.min(best.bound(), found.bound());
            long nodes = best.nodes() + found.nodes();
            best = (found.value() > best.value() ? found : best).withBound(bound, nodes);
        }
        return best;
    }
}
