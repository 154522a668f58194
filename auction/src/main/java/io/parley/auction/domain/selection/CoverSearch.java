package io.parley.auction.domain.selection;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The best choice where bids exclude so many others that few fit together: tries bids one after the other, and covers
 * those left by sets of rivals of which one can win. What such a cover costs bounds what is left; weights are split over
 * several sets (Held, Cook and Sewell, "Maximum-weight stable sets and safe lower bounds for graph coloring", 2012).
 * Integers only.
 */
final class CoverSearch {

    private final int words;
    private final int[] order;
    private final long[] weights;
    private final long[][] rivals;
    private final long[][] others;
    private final Budget budget;

    private long bestValue;
    private final int[] path;
    private int depth;
    private int @org.jspecify.annotations.Nullable [] best;
    private long nodes;
    private boolean cut;
    private final long[] residual;

    /**
     * Prepares.
     *
     * @param graph the bids
     * @param atLeast only choices worth more are of interest
     * @param budget for all of it
     */
    CoverSearch(Conflicts graph, long atLeast, Budget budget) {
        int n = graph.size();
        this.words = (n + 63) >> 6;
        this.budget = budget;
        this.bestValue = atLeast;
        this.order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingLong((Integer bid) -> -graph.weights[bid])
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] number = new int[n];
        for (int i = 0; i < n; i++) {
            number[order[i]] = i;
        }
        this.weights = Arrays.stream(order).mapToLong(bid -> graph.weights[bid]).toArray();
        this.rivals = new long[n][words];
        this.others = new long[n][words];
        for (int i = 0; i < n; i++) {
            BitSet near = graph.rivals[order[i]];
            for (int bid = near.nextSetBit(0); bid >= 0; bid = near.nextSetBit(bid + 1)) {
                rivals[i][number[bid] >> 6] |= 1L << number[bid];
            }
            for (int j = 0; j < n; j++) {
                if (j != i && !near.get(order[j])) {
                    others[i][j >> 6] |= 1L << j;
                }
            }
        }
        this.path = new int[n];
        this.residual = new long[n];
    }

    /**
     * Searches.
     *
     * @return whether it came to its end: then no choice is worth more than {@link #bestValue}
     */
    boolean run() {
        long[] all = new long[words];
        for (int i = 0; i < weights.length; i++) {
            all[i >> 6] |= 1L << i;
        }
        search(all, 0);
        return !cut;
    }

    long nodes() {
        return nodes;
    }

    long bestValue() {
        return bestValue;
    }

    /** The best choice found; null if none is worth more than asked for. */
    @org.jspecify.annotations.Nullable
    BitSet best() {
        if (best == null) {
            return null;
        }
        BitSet chosen = new BitSet();
        for (int i : best) {
            chosen.set(order[i]);
        }
        return chosen;
    }

    private void search(long[] candidates, long value) {
        nodes++;
        if (value > bestValue) {
            bestValue = value;
            best = Arrays.copyOf(path, depth);
        }
        if (budget.isSpent()) {
            cut = true;
            return;
        }
        long[] undecided = uncovered(candidates, bestValue - value);
        long[] allowed = new long[words];
        boolean any = false;
        for (int w = 0; w < words; w++) {
            allowed[w] = candidates[w] & ~undecided[w];
            any |= undecided[w] != 0;
        }
        if (!any) {
            return;
        }
        long[] next = new long[words];
        for (int w = words - 1; w >= 0; w--) {
            while (undecided[w] != 0) {
                int bid = (w << 6) + 63 - Long.numberOfLeadingZeros(undecided[w]);
                undecided[w] &= ~(1L << bid);
                long[] free = others[bid];
                for (int k = 0; k < words; k++) {
                    next[k] = allowed[k] & free[k];
                }
                path[depth++] = bid;
                search(next, value + weights[bid]);
                depth--;
                allowed[w] |= 1L << bid;
                if (cut) {
                    return;
                }
            }
        }
    }

    /** The candidates that sets of rivals costing no more than {@code price} together leave uncovered. */
    private long[] uncovered(long[] candidates, long price) {
        long[] left = candidates.clone();
        long[] common = new long[words];
        int first = 0;
        for (int w = 0; w < words; w++) {
            for (long bits = left[w]; bits != 0; bits &= bits - 1) {
                int bid = (w << 6) + Long.numberOfTrailingZeros(bits);
                residual[bid] = weights[bid];
            }
        }
        int[] members = new int[weights.length];
        long work = words;
        while (true) {
            while (first < words && left[first] == 0) {
                first++;
            }
            if (first == words) {
                break;
            }
            System.arraycopy(left, first, common, first, words - first);
            int count = 0;
            long least = Long.MAX_VALUE;
            for (int w = first; w < words; w++) {
                while (common[w] != 0) {
                    int bid = (w << 6) + Long.numberOfTrailingZeros(common[w]);
                    members[count++] = bid;
                    least = Math.min(least, residual[bid]);
                    long[] near = rivals[bid];
                    for (int k = w; k < words; k++) {
                        common[k] &= near[k];
                    }
                    work += words - w;
                }
            }
            if (least > price) {
                break;
            }
            price -= least;
            for (int i = 0; i < count; i++) {
                int bid = members[i];
                residual[bid] -= least;
                if (residual[bid] == 0) {
                    left[bid >> 6] &= ~(1L << bid);
                }
            }
            work += count;
        }
        budget.spend(work);
        return left;
    }
}
