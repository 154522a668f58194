package io.parley.auction.domain.selection;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.optaplanner.core.api.score.director.ScoreDirector;
import org.optaplanner.core.impl.heuristic.move.AbstractMove;
import org.optaplanner.core.impl.heuristic.move.Move;
import org.optaplanner.core.impl.heuristic.selector.move.factory.MoveIteratorFactory;

/**
 * Neighbours that are feasible: takes a random bid in, evicts every bid that it collides with, and gives the goods that
 * fell free to the bids that are worth most on a scale blurred at random by a fifth. The solver's own neighbourhoods
 * (flip one, swap two) mostly propose collisions and stay below the greedy choice.
 */
public class EvictAndRefill implements MoveIteratorFactory<PackingPlan, Move<PackingPlan>> {

    private static final int TRIES_FOR_A_BID_THAT_IS_OUT = 50;

    /** For the solver. */
    public EvictAndRefill() {}

    @Override
    public long getSize(ScoreDirector<PackingPlan> director) {
        return director.getWorkingSolution().bids().size();
    }

    @Override
    public Iterator<Move<PackingPlan>> createOriginalMoveIterator(ScoreDirector<PackingPlan> director) {
        throw new UnsupportedOperationException("The neighbourhood is drawn at random, never listed.");
    }

    @Override
    public Iterator<Move<PackingPlan>> createRandomMoveIterator(ScoreDirector<PackingPlan> director, Random random) {
        PackingPlan plan = director.getWorkingSolution();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Move<PackingPlan> next() {
                return draw(plan.bids(), plan.packing(), random);
            }
        };
    }

    private static Move<PackingPlan> draw(List<PlannedBid> bids, Packing packing, Random random) {
        int entering = random.nextInt(bids.size());
        for (int i = 0; bids.get(entering).isIn() && i < TRIES_FOR_A_BID_THAT_IS_OUT; i++) {
            entering = random.nextInt(bids.size());
        }
        if (bids.get(entering).isIn()) {
            return new Flip(List.of(), List.of(bids.get(entering)));
        }
        List<PlannedBid> in = new ArrayList<>();
        List<PlannedBid> out = new ArrayList<>();
        BitSet leaving = new BitSet(bids.size());
        BitSet taken = new BitSet(packing.goodCount());
        in.add(bids.get(entering));
        for (int good : packing.goods(entering)) {
            taken.set(good);
            for (int rival : packing.claimants(good)) {
                if (bids.get(rival).isIn() && !leaving.get(rival)) {
                    leaving.set(rival);
                    out.add(bids.get(rival));
                }
            }
        }
        for (int i = 0; i < out.size(); i++) {
            for (int good : packing.goods(out.get(i).number())) {
                if (!taken.get(good)) {
                    refill(good, bids, packing, leaving, taken, random, in);
                }
            }
        }
        return new Flip(in, out);
    }

    private static void refill(
            int good,
            List<PlannedBid> bids,
            Packing packing,
            BitSet leaving,
            BitSet taken,
            Random random,
            List<PlannedBid> in) {
        int best = -1;
        long bestWorth = -1;
        for (int candidate : packing.claimants(good)) {
            if (!leaving.get(candidate) && fits(candidate, bids, packing, leaving, taken)) {
                long worth = bids.get(candidate).weight() * (80 + random.nextInt(41));
                if (worth > bestWorth) {
                    bestWorth = worth;
                    best = candidate;
                }
            }
        }
        if (best >= 0) {
            in.add(bids.get(best));
            for (int wanted : packing.goods(best)) {
                taken.set(wanted);
            }
        }
    }

    private static boolean fits(int candidate, List<PlannedBid> bids, Packing packing, BitSet leaving, BitSet taken) {
        for (int good : packing.goods(candidate)) {
            if (taken.get(good)) {
                return false;
            }
            for (int holder : packing.claimants(good)) {
                if (bids.get(holder).isIn() && !leaving.get(holder)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Puts some bids in and others out; undone by the reverse. */
    private static final class Flip extends AbstractMove<PackingPlan> {

        private final List<PlannedBid> in;
        private final List<PlannedBid> out;

        Flip(List<PlannedBid> in, List<PlannedBid> out) {
            this.in = in;
            this.out = out;
        }

        @Override
        public boolean isMoveDoable(ScoreDirector<PackingPlan> director) {
            return true;
        }

        @Override
        protected AbstractMove<PackingPlan> createUndoMove(ScoreDirector<PackingPlan> director) {
            return new Flip(out, in);
        }

        @Override
        protected void doMoveOnGenuineVariables(ScoreDirector<PackingPlan> director) {
            out.forEach(bid -> put(director, bid, false));
            in.forEach(bid -> put(director, bid, true));
        }

        private static void put(ScoreDirector<PackingPlan> director, PlannedBid bid, boolean in) {
            director.beforeVariableChanged(bid, "chosen");
            bid.put(in);
            director.afterVariableChanged(bid, "chosen");
        }

        @Override
        public String toString() {
            return "%d in, %d out".formatted(in.size(), out.size());
        }
    }
}
