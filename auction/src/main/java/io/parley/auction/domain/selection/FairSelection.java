package io.parley.auction.domain.selection;

import io.parley.auction.domain.selection.Selection.Unfair;
import io.parley.protocol.Bytes32;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among fair bids only: a bid over several intents stays if each owner gets from it at least what the best
 * screened bid on that intent alone would give. That other bid need not win. What is fair follows from the bids handed
 * in, so that leaving a solver out of them leaves it out of the measure too.
 */
public final class FairSelection implements WinnerSelection {

    private final WinnerSelection among;

    /**
     * Filters before another selection.
     *
     * @param among chooses among what is fair
     */
    public FairSelection(WinnerSelection among) {
        this.among = among;
    }

    @Override
    public Selection select(Collection<ScreenedBid> bids, Bytes32 seed) {
        Map<Bytes32, ScreenedBid> alone = new HashMap<>();
        Comparator<ScreenedBid> better = Comparator.comparingLong(
                        (ScreenedBid bid) -> bid.surplus().getFirst())
                .thenComparing(ScreenedBid::id, Comparator.reverseOrder());
        for (ScreenedBid bid : bids) {
            if (bid.intents().size() == 1) {
                alone.merge(bid.intents().getFirst(), bid, (one, two) -> better.compare(one, two) >= 0 ? one : two);
            }
        }
        List<ScreenedBid> fair = new ArrayList<>();
        Map<Bytes32, Unfair> unfair = new HashMap<>();
        for (ScreenedBid bid : bids) {
            Unfair fault = fault(bid, alone);
            if (fault == null) {
                fair.add(bid);
            } else {
                unfair.put(bid.id(), fault);
            }
        }
        return among.select(fair, seed)
                .without(unfair.values().stream()
                        .sorted(Comparator.comparing(fault -> fault.bid().id()))
                        .toList());
    }

    private static @Nullable Unfair fault(ScreenedBid bid, Map<Bytes32, ScreenedBid> alone) {
        if (bid.intents().size() < 2) {
            return null;
        }
        for (int i = 0; i < bid.intents().size(); i++) {
            Bytes32 intent = bid.intents().get(i);
            long gives = bid.surplus().get(i);
            ScreenedBid single = alone.get(intent);
            if (single != null && single.surplus().getFirst() > gives) {
                return new Unfair(bid, intent, gives, single.surplus().getFirst(), single.id());
            }
        }
        return null;
    }
}
