package io.parley.auction.domain.selection;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * A good choice quickly (iterated local search): a bid drawn at random enters and evicts its rivals, what falls free goes
 * to the bids that exceed the prices of their goods by most, on a scale blurred at random, then bids worth more than all
 * that they evict enter. The outcome is kept if it is little worse than before, by ever less, and undone otherwise. Counts
 * its work, and its random seed is fixed.
 */
final class LocalSearch {

    /** By how much of a mean weight an outcome may be worse at first. */
    private static final double TOLERANCE = 0.5;

    private static final int DRAWS = 4;

    private final Budget budget;
    private final int[][] rivals;
    private final long[] weights;
    private final double[] appeal;
    private final double mean;

    /** Of each bid what its rivals among the chosen are worth together. */
    private final long[] evicted;

    private final boolean[] chosen;
    private long value;
    private final boolean[] best;
    private long bestValue;
    private final SplittableRandom random = new SplittableRandom(1);

    /** Bids put in, and {@code ~} bids taken out, since the last state that was kept. */
    private int[] log = new int[64];

    private int logged;

    /** Bids that may be worth more than what they evict. */
    private final int[] open;

    private int opened;
    private final int[] openedAt;

    /** When a bid was last ruled out because a bid drawn to enter excludes it. */
    private final int[] barredAt;

    private int now;
    private long work;

    LocalSearch(Conflicts graph, Budget budget) {
        int n = graph.size();
        this.budget = budget;
        this.weights = graph.weights;
        this.rivals = new int[n][];
        for (int bid = 0; bid < n; bid++) {
            rivals[bid] = graph.rivals[bid].stream().toArray();
        }
        this.appeal = Arrays.stream(weights).asDoubleStream().toArray();
        this.mean = Arrays.stream(weights).average().orElse(0);
        this.evicted = new long[n];
        this.chosen = new boolean[n];
        this.best = new boolean[n];
        this.open = new int[n];
        this.openedAt = new int[n];
        this.barredAt = new int[n];
    }

    /** Says which bids to prefer: what each exceeds the prices of its goods by. */
    void prefer(double[] excess) {
        System.arraycopy(excess, 0, appeal, 0, appeal.length);
    }

    /** Goes to a choice, improved until no bid is worth more than what it evicts. */
    void start(BitSet choice) {
        for (int bid = 0; bid < chosen.length; bid++) {
            if (chosen[bid] && !choice.get(bid)) {
                drop(bid);
            }
        }
        for (int bid = choice.nextSetBit(0); bid >= 0; bid = choice.nextSetBit(bid + 1)) {
            if (!chosen[bid]) {
                put(bid);
            }
        }
        now++;
        opened = 0;
        for (int bid = 0; bid < chosen.length; bid++) {
            reopen(bid);
        }
        refill(0);
        keep();
    }

    long bestValue() {
        return bestValue;
    }

    BitSet best() {
        BitSet set = new BitSet(best.length);
        for (int bid = 0; bid < best.length; bid++) {
            set.set(bid, best[bid]);
        }
        return set;
    }

    private void keep() {
        logged = 0;
        if (value > bestValue) {
            bestValue = value;
            System.arraycopy(chosen, 0, best, 0, best.length);
        }
    }

    /**
     * Searches.
     *
     * @param moves how many bids are drawn to enter
     * @param enough no choice is worth more, so that reaching it ends the search
     */
    void improve(long moves, long enough) {
        if (weights.length < 2) {
            return;
        }
        for (long move = 0; move < moves && bestValue < enough; move++) {
            budget.spend(work + 8);
            work = 0;
            if (budget.isSpent()) {
                break;
            }
            int entering = draw();
            if (entering < 0) {
                continue;
            }
            long before = value;
            double blur = TOLERANCE * mean * (moves - move) / moves;
            enter(entering, blur);
            if (value >= before - (long) (blur * random.nextDouble())) {
                keep();
            } else {
                undo();
            }
        }
    }

    /** Of some bids drawn at random that are not chosen the one that appeals most. */
    private int draw() {
        int most = -1;
        for (int i = 0; i < DRAWS; i++) {
            int bid = random.nextInt(weights.length);
            if (!chosen[bid] && (most < 0 || appeal[bid] > appeal[most])) {
                most = bid;
            }
        }
        return most;
    }

    private void enter(int entering, double blur) {
        now++;
        opened = 0;
        barredAt[entering] = now;
        for (int rival : rivals[entering]) {
            barredAt[rival] = now;
        }
        work += rivals[entering].length;
        takeFor(entering);
        refill(blur);
    }

    private void takeFor(int entering) {
        for (int rival : rivals[entering]) {
            if (evicted[entering] == 0) {
                break;
            }
            if (chosen[rival]) {
                drop(rival);
                for (int near : rivals[rival]) {
                    reopen(near);
                }
                reopen(rival);
            }
        }
        put(entering);
    }

    private void reopen(int bid) {
        if (openedAt[bid] != now && barredAt[bid] != now && weights[bid] > evicted[bid] && !chosen[bid]) {
            openedAt[bid] = now;
            open[opened++] = bid;
        }
    }

    /** As long as an open bid is worth more than what it evicts, the most appealing one enters. */
    private void refill(double blur) {
        while (true) {
            int next = -1;
            double most = 0;
            int kept = 0;
            boolean hasFree = false;
            for (int i = 0; i < opened; i++) {
                int bid = open[i];
                long gain = weights[bid] - evicted[bid];
                if (chosen[bid] || gain <= 0) {
                    openedAt[bid] = 0;
                    continue;
                }
                open[kept++] = bid;
                boolean isFree = evicted[bid] == 0;
                if (hasFree && !isFree) {
                    continue;
                }
                double score = (isFree ? appeal[bid] : gain) + blur * (random.nextInt() >>> 22) * 0x1p-10;
                if (next < 0 || score > most || isFree && !hasFree) {
                    next = bid;
                    most = score;
                    hasFree = isFree;
                }
            }
            work += 2L * opened;
            opened = kept;
            if (next < 0) {
                return;
            }
            takeFor(next);
        }
    }

    private void undo() {
        int upTo = logged;
        for (int i = upTo - 1; i >= 0; i--) {
            if (log[i] >= 0) {
                drop(log[i]);
            } else {
                put(~log[i]);
            }
        }
        logged = 0;
    }

    private void put(int bid) {
        change(bid, bid, weights[bid]);
        chosen[bid] = true;
    }

    private void drop(int bid) {
        change(bid, ~bid, -weights[bid]);
        chosen[bid] = false;
    }

    private void change(int bid, int entry, long by) {
        if (logged == log.length) {
            log = Arrays.copyOf(log, 2 * logged);
        }
        log[logged++] = entry;
        value += by;
        for (int rival : rivals[bid]) {
            evicted[rival] += by;
        }
        work += rivals[bid].length;
    }
}
