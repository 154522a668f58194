package io.parley.auction.domain.selection;

import org.optaplanner.core.api.score.buildin.simplelong.SimpleLongScore;
import org.optaplanner.core.api.score.calculator.IncrementalScoreCalculator;

/** The chosen weights together. Collisions need no penalty: {@link EvictAndRefill} never makes one. */
public class PackingValue implements IncrementalScoreCalculator<PackingPlan, SimpleLongScore> {

    private long value;

    /** For the solver. */
    public PackingValue() {}

    @Override
    public void resetWorkingSolution(PackingPlan plan) {
        value = plan.bids().stream()
                .filter(PlannedBid::isIn)
                .mapToLong(PlannedBid::weight)
                .sum();
    }

    @Override
    public void beforeVariableChanged(Object bid, String variable) {
        value -= contribution(bid);
    }

    @Override
    public void afterVariableChanged(Object bid, String variable) {
        value += contribution(bid);
    }

    private static long contribution(Object entity) {
        PlannedBid bid = (PlannedBid) entity;
        return bid.isIn() ? bid.weight() : 0;
    }

    @Override
    public SimpleLongScore calculateScore() {
        return SimpleLongScore.of(value);
    }

    @Override
    public void beforeEntityAdded(Object entity) {}

    @Override
    public void afterEntityAdded(Object entity) {}

    @Override
    public void beforeEntityRemoved(Object entity) {}

    @Override
    public void afterEntityRemoved(Object entity) {}
}
