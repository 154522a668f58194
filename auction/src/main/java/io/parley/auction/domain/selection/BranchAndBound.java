package io.parley.auction.domain.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The best choice among bids that exclude one another, with a bound that no choice can exceed. Each node of the search
 * solves the linear relaxation, rounds the prices of its rows to integers, and lets only sums of integers decide: what
 * the prices of the rows and what exceeds them add up to bounds every choice, whatever the prices are.
 */
final class BranchAndBound {

    private static final double INTEGRAL = 1e-6;
    private static final int ROUNDS_OF_CUTS = 30;
    private static final int ROUNDS_BETWEEN_DIVES = 8;

    /** No more bids than these are tried one by one, if each excludes a third of them: a relaxation costs more than it saves. */
    private static final int FEW = 60;

    /** In percent: if no more than these are left open, they become a problem of their own. */
    private static final int MUCH_SMALLER = 60;

    private static final int ANNEALING_MOVES_PER_BID = 50;

    private final Conflicts conflicts;
    private final Budget budget;

    /** Which of the bids given the columns are; fewer after {@link #shrink}. */
    private int[] columns;

    private Conflicts graph;
    private int[][] rows = {};
    private int firstCut;
    private int[][] rowsOf = {};
    private DualSimplex relaxation = new DualSimplex(new double[0], new int[0][]);
    private long[] scaled = {};
    private int shift;
    private double unit;

    /** Given for certain, by bids decided before the search. */
    private final BitSet given = new BitSet();

    private long givenValue;

    private BitSet best;
    private long bestValue;
    private long open;
    private boolean isBelow;
    private long nodes;

    private long[] prices = {};
    private long[] excess = {};
    private int[] usedBy = {};
    private int[] trail = {};
    private int trailed;
    private long inValue;
    private int[] preference = {};

    BranchAndBound(Conflicts conflicts, BitSet start, Budget budget) {
        this(conflicts, start, 0, budget);
        this.bestValue = value(start);
    }

    private BranchAndBound(Conflicts conflicts, BitSet start, long atLeast, Budget budget) {
        this.conflicts = conflicts;
        this.budget = budget;
        this.best = (BitSet) start.clone();
        this.bestValue = atLeast;
        this.columns = IntStream.range(0, conflicts.size()).toArray();
        this.graph = conflicts;
    }

    BitSet best() {
        return best;
    }

    long bestValue() {
        return bestValue;
    }

    /** No choice is worth more than this. */
    long bound() {
        return Math.max(bestValue, open);
    }

    long nodes() {
        return nodes;
    }

    private long value(BitSet chosen) {
        return chosen.stream().mapToLong(bid -> conflicts.weights[bid]).sum();
    }

    /** Searches until nothing better is possible or the budget is spent. */
    void run() {
        if (!isBelow) {
            best = new Annealing(graph, budget).improve(best, (long) ANNEALING_MOVES_PER_BID * graph.size());
            bestValue = value(best);
        }
        reduceTo(graph);
        long bound = root(givenValue + Arrays.stream(graph.weights).sum());
        if (bound > bestValue) {
            if (isFewAndDense()) {
                tryAll(bound);
            } else {
                search(bound);
            }
        }
    }

    private boolean isFewAndDense() {
        long conflicts = 0;
        for (BitSet rivals : graph.rivals) {
            conflicts += rivals.cardinality();
        }
        return graph.size() <= FEW && conflicts * 3 > (long) graph.size() * graph.size();
    }

    private void tryAll(long bound) {
        CoverSearch search = new CoverSearch(graph, bestValue - givenValue, budget);
        boolean done = search.run();
        nodes += search.nodes();
        BitSet found = search.best();
        if (found != null) {
            bestValue = givenValue + search.bestValue();
            best = (BitSet) given.clone();
            found.stream().forEach(bid -> best.set(columns[bid]));
        }
        open = done ? 0 : bound;
    }

    private void load(int[][] cliques) {
        rows = cliques;
        firstCut = cliques.length;
        int n = graph.size();
        long heaviest = Arrays.stream(graph.weights).max().orElse(1);
        long sum = Arrays.stream(graph.weights).sum() + givenValue;
        shift = Math.min(24, Math.max(0, Long.numberOfLeadingZeros(sum) - 3));
        scaled = Arrays.stream(graph.weights).map(weight -> weight << shift).toArray();
        unit = (double) heaviest;
        relaxation = new DualSimplex(
                Arrays.stream(graph.weights)
                        .mapToDouble(weight -> weight / unit)
                        .toArray(),
                rows);
        excess = new long[n];
        trail = new int[n];
        trailed = 0;
        inValue = 0;
        indexRows();
        preference = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(
                                (Integer bid) -> -graph.weights[bid] / Math.sqrt(1.0 + graph.rivals[bid].cardinality()))
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private void indexRows() {
        List<List<Integer>> of = new ArrayList<>();
        for (int bid = 0; bid < graph.size(); bid++) {
            of.add(new ArrayList<>());
        }
        for (int row = 0; row < rows.length; row++) {
            for (int bid : rows[row]) {
                of.get(bid).add(row);
            }
        }
        rowsOf = of.stream()
                .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
        prices = new long[rows.length];
        usedBy = new int[rows.length];
    }

    /** The relaxation at the root, tightened by cliques that it violates; bids that its prices decide leave for good. */
    private long root(long bound) {
        for (int round = 0; ; round++) {
            nodes++;
            solve();
            bound = Math.min(bound, price());
            round();
            if (bound > bestValue && round % ROUNDS_BETWEEN_DIVES == 0 && !isFewAndDense()) {
                dive();
                price();
            }
            if (bound <= bestValue) {
                return bound;
            }
            if (budget.isSpent()) {
                open = bound;
                return bestValue;
            }
            fix();
            if (trailed * 10 > graph.size()) {
                shrink();
                continue;
            }
            int[][] cuts = round < ROUNDS_OF_CUTS ? violatedCliques() : new int[0][];
            if (cuts.length == 0) {
                return bound;
            }
            tighten(cuts);
        }
    }

    private void tighten(int[][] cuts) {
        boolean[] stays = relaxation.purge(firstCut);
        List<int[]> kept = new ArrayList<>();
        for (int row = 0; row < rows.length; row++) {
            if (stays[row]) {
                kept.add(rows[row]);
            }
        }
        kept.addAll(Arrays.asList(cuts));
        relaxation.add(cuts);
        rows = kept.toArray(int[][]::new);
        indexRows();
    }

    private void solve() {
        relaxation.solve((bestValue - givenValue + 0.5) / unit, budget);
    }

    /** Takes in what the relaxation wants most, again and again, and rounds on the way. */
    private void dive() {
        int mark = trailed;
        while (!budget.isSpent()) {
            int most = -1;
            for (int bid = 0; bid < graph.size(); bid++) {
                if (relaxation.range(bid) == DualSimplex.Range.FREE
                        && (most < 0 || relaxation.x(bid) > relaxation.x(most))) {
                    most = bid;
                }
            }
            if (most < 0) {
                break;
            }
            in(most);
            solve();
            if (price() <= bestValue) {
                break;
            }
            round();
        }
        undo(mark);
        solve();
    }

    /** Takes decided bids out of the search and starts it anew on the rest. */
    private void shrink() {
        int n = graph.size();
        BitSet left = new BitSet(n);
        for (int bid = 0; bid < n; bid++) {
            switch (relaxation.range(bid)) {
                case FREE -> left.set(bid);
                case IN -> {
                    given.set(columns[bid]);
                    givenValue += graph.weights[bid];
                }
                case OUT -> {}
            }
        }
        int[] kept = left.stream().toArray();
        Conflicts fewer = graph.among(kept, rows);
        columns = Arrays.stream(kept).map(bid -> columns[bid]).toArray();
        reduceTo(fewer);
    }

    private void reduceTo(Conflicts fewer) {
        BitSet taken = new BitSet();
        BitSet reduced = fewer.reduce(taken);
        taken.stream().forEach(bid -> {
            given.set(columns[bid]);
            givenValue += fewer.weights[bid];
        });
        int[] remaining = reduced.stream().toArray();
        graph = fewer.among(remaining);
        columns = Arrays.stream(remaining).map(bid -> columns[bid]).toArray();
        load(graph.maximalCliques());
    }

    /**
     * Rounds the relaxation's prices and adds up what they allow at most. Also finds by how much each bid exceeds its
     * rows' prices.
     *
     * @return an upper bound on every choice that keeps to what is fixed
     */
    private long price() {
        long total = inValue << shift;
        for (int row = 0; row < rows.length; row++) {
            prices[row] = usedBy[row] > 0 ? 0 : Math.round(relaxation.dual(row) * unit * (1L << shift));
            total += prices[row];
        }
        for (int bid = 0; bid < scaled.length; bid++) {
            long over = scaled[bid];
            for (int row : rowsOf[bid]) {
                over -= prices[row];
            }
            excess[bid] = over;
            if (over > 0 && relaxation.range(bid) == DualSimplex.Range.FREE) {
                total += over;
            }
        }
        pricedTotal = total;
        return givenValue + (total >> shift);
    }

    private long pricedTotal;

    /** Fixes what the prices of the last {@link #price} decide: the other way no choice would beat the best known. */
    private void fix() {
        long spare = pricedTotal - (bestValue - givenValue + 1 << shift);
        for (int bid = 0; bid < scaled.length; bid++) {
            if (relaxation.range(bid) == DualSimplex.Range.FREE && -excess[bid] > spare) {
                out(bid);
            }
        }
        for (int bid = 0; bid < scaled.length; bid++) {
            if (relaxation.range(bid) == DualSimplex.Range.FREE && excess[bid] > spare) {
                in(bid);
            }
        }
    }

    private void out(int bid) {
        relaxation.set(bid, DualSimplex.Range.OUT);
        trail[trailed++] = bid;
    }

    private void in(int bid) {
        BitSet near = graph.rivals[bid];
        for (int rival = near.nextSetBit(0); rival >= 0; rival = near.nextSetBit(rival + 1)) {
            if (relaxation.range(rival) == DualSimplex.Range.FREE) {
                out(rival);
            }
        }
        relaxation.set(bid, DualSimplex.Range.IN);
        trail[trailed++] = bid;
        inValue += graph.weights[bid];
        for (int row : rowsOf[bid]) {
            usedBy[row]++;
        }
    }

    private void undo(int mark) {
        while (trailed > mark) {
            int bid = trail[--trailed];
            if (relaxation.range(bid) == DualSimplex.Range.IN) {
                inValue -= graph.weights[bid];
                for (int row : rowsOf[bid]) {
                    usedBy[row]--;
                }
            }
            relaxation.set(bid, DualSimplex.Range.FREE);
        }
    }

    /** Takes bids in the order of their share in the relaxation, then by weight for what they exclude. */
    private void round() {
        int n = graph.size();
        BitSet chosen = new BitSet(n);
        BitSet blocked = new BitSet(n);
        long[] order = new long[n];
        int count = 0;
        for (int bid = 0; bid < n; bid++) {
            double x = relaxation.x(bid);
            if (relaxation.range(bid) == DualSimplex.Range.IN) {
                chosen.set(bid);
                blocked.or(graph.rivals[bid]);
            } else if (relaxation.range(bid) == DualSimplex.Range.FREE && x > INTEGRAL) {
                order[count++] = Math.round((1 - Math.min(1, x)) * (1 << 20)) << 32 | bid;
            }
        }
        Arrays.sort(order, 0, count);
        for (int i = 0; i < count; i++) {
            take((int) order[i], chosen, blocked);
        }
        for (int bid : preference) {
            take(bid, chosen, blocked);
        }
        long value = givenValue
                + chosen.stream().mapToLong(bid -> graph.weights[bid]).sum();
        if (value > bestValue) {
            bestValue = value;
            best = (BitSet) given.clone();
            chosen.stream().forEach(bid -> best.set(columns[bid]));
        }
    }

    private void take(int bid, BitSet chosen, BitSet blocked) {
        if (!blocked.get(bid) && !chosen.get(bid)) {
            chosen.set(bid);
            blocked.or(graph.rivals[bid]);
        }
    }

    private int[][] violatedCliques() {
        int[] support = IntStream.range(0, graph.size())
                .filter(bid -> relaxation.x(bid) > INTEGRAL && relaxation.x(bid) < 1 - INTEGRAL)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer bid) -> -relaxation.x(bid))
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        List<BitSet> found = new ArrayList<>();
        for (int seed : support) {
            BitSet common = (BitSet) graph.rivals[seed].clone();
            BitSet clique = new BitSet(graph.size());
            clique.set(seed);
            double sum = relaxation.x(seed);
            for (int bid : support) {
                if (common.get(bid)) {
                    clique.set(bid);
                    sum += relaxation.x(bid);
                    common.and(graph.rivals[bid]);
                }
            }
            if (sum > 1 + 1e-3) {
                graph.grow(clique);
                if (!found.contains(clique)) {
                    found.add(clique);
                }
            }
        }
        return found.stream().map(clique -> clique.stream().toArray()).toArray(int[][]::new);
    }

    private void search(long bound) {
        int mark = trailed;
        long limit = bound;
        while (true) {
            nodes++;
            budget.spend(graph.size());
            solve();
            limit = Math.min(limit, price());
            if (limit > bestValue) {
                round();
            }
            if (limit <= bestValue) {
                break;
            }
            if (budget.isSpent()) {
                open = Math.max(open, limit);
                break;
            }
            fix();
            int bid = branch();
            if (bid < 0) {
                break;
            }
            int before = trailed;
            in(bid);
            int[] free = IntStream.range(0, graph.size())
                    .filter(i -> relaxation.range(i) == DualSimplex.Range.FREE)
                    .toArray();
            if (free.length * 100 < graph.size() * MUCH_SMALLER) {
                descend(free, limit);
            } else {
                search(limit);
            }
            undo(before);
            out(bid);
        }
        undo(mark);
    }

    /** Searches among the bids that are left as a problem of its own, which is smaller and can be made smaller still. */
    private void descend(int[] free, long limit) {
        long held = givenValue + inValue;
        BranchAndBound below = new BranchAndBound(graph.among(free, rows), new BitSet(), bestValue - held, budget);
        below.isBelow = true;
        below.run();
        nodes += below.nodes;
        if (below.bestValue > bestValue - held) {
            bestValue = below.bestValue + held;
            best = (BitSet) given.clone();
            for (int bid = 0; bid < graph.size(); bid++) {
                best.set(columns[bid], relaxation.range(bid) == DualSimplex.Range.IN);
            }
            below.best.stream().forEach(bid -> best.set(columns[free[bid]]));
        }
        open = Math.max(open, Math.min(limit, below.open + held));
    }

    /** The bid to decide next; -1 if all are decided, which {@link #round} has then counted. */
    private int branch() {
        int choice = -1;
        double most = -1;
        for (int bid = 0; bid < graph.size(); bid++) {
            if (relaxation.range(bid) == DualSimplex.Range.FREE) {
                double x = relaxation.x(bid);
                double score = Math.min(x, 1 - x) * graph.weights[bid];
                if (score > most) {
                    most = score;
                    choice = bid;
                }
            }
        }
        return choice;
    }
}
