package io.parley.auction.domain.selection;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A good choice quickly: again and again a bid drawn at random may enter and evict its rivals, always if that gains and
 * ever more rarely if it loses. A move that is turned down costs nothing to speak of, so that many can be tried. A number
 * of moves is its budget, its random seed is fixed.
 */
final class Annealing {

    private static final int LOGARITHMS = 1 << 10;

    /** {@code -ln(u)} at even steps of u; the strict ones are the same on every machine. */
    private static final double[] MINUS_LOG = IntStream.range(0, LOGARITHMS)
            .mapToDouble(i -> -StrictMath.log((i + 0.5) / LOGARITHMS))
            .toArray();

    /** Temperatures, in mean weights. */
    private static final double HOTTEST = 0.7;

    private static final double COLDEST = 0.1;

    private final Conflicts graph;
    private final Budget budget;
    private final long[] evicted;
    private final BitSet chosen = new BitSet();
    private long value;

    Annealing(Conflicts graph, Budget budget) {
        this.graph = graph;
        this.budget = budget;
        this.evicted = new long[graph.size()];
    }

    /**
     * Improves a choice.
     *
     * @param start a feasible choice
     * @param moves how many moves
     * @return the best choice seen
     */
    BitSet improve(BitSet start, long moves) {
        start.stream().forEach(this::put);
        BitSet best = (BitSet) chosen.clone();
        long bestValue = value;
        if (graph.size() < 2) {
            return best;
        }
        SplittableRandom random = new SplittableRandom(1);
        double mean = IntStream.range(0, graph.size())
                        .mapToDouble(bid -> graph.weights[bid])
                        .sum()
                / graph.size();
        double cooling = StrictMath.pow(COLDEST / HOTTEST, 64.0 / moves);
        double temperature = HOTTEST * mean;
        long[] weights = graph.weights;
        int n = weights.length;
        for (long move = 0; move < moves; move++) {
            if ((move & 63) == 0) {
                temperature *= cooling;
                budget.spend(256);
                if (budget.isSpent()) {
                    break;
                }
            }
            int draw = random.nextInt();
            int entering = (int) ((draw >>> 10) * (long) n >>> 22);
            if (chosen.get(entering)) {
                continue;
            }
            long gain = weights[entering] - evicted[entering];
            if (gain < 0 && -gain > temperature * MINUS_LOG[draw & LOGARITHMS - 1]) {
                continue;
            }
            BitSet leaving = (BitSet) graph.rivals[entering].clone();
            leaving.and(chosen);
            for (int bid = leaving.nextSetBit(0); bid >= 0; bid = leaving.nextSetBit(bid + 1)) {
                drop(bid);
            }
            put(entering);
            if (value > bestValue) {
                bestValue = value;
                best = (BitSet) chosen.clone();
            }
        }
        return best;
    }

    private void put(int bid) {
        chosen.set(bid);
        value += graph.weights[bid];
        change(bid, graph.weights[bid]);
    }

    private void drop(int bid) {
        chosen.clear(bid);
        value -= graph.weights[bid];
        change(bid, -graph.weights[bid]);
    }

    private void change(int bid, long by) {
        BitSet near = graph.rivals[bid];
        for (int rival = near.nextSetBit(0); rival >= 0; rival = near.nextSetBit(rival + 1)) {
            evicted[rival] += by;
        }
    }
}
