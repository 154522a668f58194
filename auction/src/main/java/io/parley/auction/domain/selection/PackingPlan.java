package io.parley.auction.domain.selection;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optaplanner.core.api.domain.solution.PlanningEntityCollectionProperty;
import org.optaplanner.core.api.domain.solution.PlanningScore;
import org.optaplanner.core.api.domain.solution.PlanningSolution;
import org.optaplanner.core.api.domain.valuerange.ValueRangeProvider;
import org.optaplanner.core.api.score.buildin.simplelong.SimpleLongScore;

/** A choice under search. Mutable and public because the solver reads and clones it by reflection. */
@PlanningSolution
public class PackingPlan {

    @PlanningEntityCollectionProperty
    private List<PlannedBid> bids = List.of();

    @ValueRangeProvider(id = "in or out")
    private List<Boolean> inOrOut = List.of(true, false);

    @PlanningScore
    private @Nullable SimpleLongScore score;

    private @Nullable Packing packing;

    /** For the solver. */
    public PackingPlan() {}

    static PackingPlan of(Packing packing, long[] weights, BitSet start) {
        PackingPlan plan = new PackingPlan();
        plan.packing = packing;
        plan.bids = IntStream.range(0, packing.size())
                .mapToObj(bid -> new PlannedBid(bid, weights[bid], start.get(bid)))
                .toList();
        return plan;
    }

    List<PlannedBid> bids() {
        return bids;
    }

    Packing packing() {
        if (packing == null) {
            throw new IllegalStateException("The plan has no packing.");
        }
        return packing;
    }

    BitSet chosen() {
        BitSet chosen = new BitSet(bids.size());
        bids.stream().filter(PlannedBid::isIn).forEach(bid -> chosen.set(bid.number()));
        return chosen;
    }
}
