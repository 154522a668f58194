package io.parley.auction.domain.selection;

import org.jspecify.annotations.Nullable;
import org.optaplanner.core.api.domain.entity.PlanningEntity;
import org.optaplanner.core.api.domain.lookup.PlanningId;
import org.optaplanner.core.api.domain.variable.PlanningVariable;

/** One bid of the search: in or out. Mutable and public because the solver reads and clones it by reflection. */
@PlanningEntity
public class PlannedBid {

    @PlanningId
    private Integer number = 0;

    private long weight;

    @PlanningVariable(valueRangeProviderRefs = "in or out")
    private @Nullable Boolean chosen;

    /** For the solver. */
    public PlannedBid() {}

    PlannedBid(int number, long weight, boolean chosen) {
        this.number = number;
        this.weight = weight;
        this.chosen = chosen;
    }

    int number() {
        return number;
    }

    long weight() {
        return weight;
    }

    boolean isIn() {
        return Boolean.TRUE.equals(chosen);
    }

    void put(boolean in) {
        chosen = in;
    }
}
