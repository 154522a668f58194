package io.parley.auction.domain.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
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
    private static final int MUCH_SMALLER = 95;

    /** Of the volume algorithm, at the top and below. */
    private static final int ROUNDS_OF_PRICES = 1_000;

    private static final int ROUNDS_OF_PRICES_BELOW = 200;
    private static final int ROUNDS_TO_LOOK = 50;

    /** Of the local search; more where many bids and a gap of more than one in {@link #WIDE} make the relaxation dear. */
    private static final int MOVES_PER_BID = 1;

    private static final int MANY = 300;

    private static final int MORE_MOVES_PER_BID = 5;
    private static final int WIDE = 100;

    private final Budget budget;

    /** Which of the bids given the columns are; fewer after {@link #shrink}. */
    private int[] columns;

    private Conflicts graph;
    private int[][] rows = {};
    private int firstCut;
    private int[][] rowsOf = {};
    private DualSimplex relaxation = new DualSimplex(new double[0], new int[0][]);
    private boolean isRelaxed;
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
        this.bestValue = value(start, conflicts);
    }

    private BranchAndBound(Conflicts conflicts, BitSet start, long atLeast, Budget budget) {
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

    private static long value(BitSet chosen, Conflicts of) {
        return chosen.stream().mapToLong(bid -> of.weights[bid]).sum();
    }

    /** Searches until nothing better is possible or the budget is spent. */
    void run() {
        if (isBelow) {
            reduceTo(graph);
        } else {
            // Reduced already, like every component.
            load(graph.maximalCliques());
        }
        long bound = approach(givenValue + Arrays.stream(graph.weights).sum());
        if (bound <= bestValue || solveApart(bound)) {
            return;
        }
        bound = root(bound);
        if (bound > bestValue) {
            if (isApart()) {
                shrink();
                solveApart(bound);
            } else if (isFewAndDense()) {
                tryAll(bound);
            } else {
                search(bound);
            }
        }
    }

    /** Comes near the relaxation's prices without solving it; often they prove the best choice or decide most bids. */
    private long approach(long most) {
        long bound = most;
        while (bound > bestValue && !(isBelow && isFewAndDense())) {
            nodes++;
            VolumePrices volume = new VolumePrices(
                    Arrays.stream(graph.weights)
                            .mapToDouble(weight -> weight / unit)
                            .toArray(),
                    rows);
            improve(volume);
            bound = Math.min(bound, price(volume::price));
            if (bound > bestValue && !isBelow) {
                searchNear(bound);
            }
            if (bound <= bestValue || budget.isSpent()) {
                break;
            }
            BitSet in = new BitSet();
            BitSet left = new BitSet();
            long spare = spare();
            for (int bid = 0; bid < scaled.length; bid++) {
                in.set(bid, excess[bid] > spare);
                left.set(bid, -excess[bid] <= spare);
            }
            in.stream().forEach(bid -> left.andNot(graph.rivals[bid]));
            in.and(left);
            left.andNot(in);
            if ((graph.size() - left.cardinality()) * 10 <= graph.size()) {
                break;
            }
            shrink(in, left);
        }
        return bound;
    }

    /** Lets the prices improve until a stretch of rounds closes little of what separates them from the best known. */
    private void improve(VolumePrices volume) {
        double reached = (bestValue - givenValue) / unit;
        int rounds = isBelow ? ROUNDS_OF_PRICES_BELOW : ROUNDS_OF_PRICES;
        for (int done = 0; done < rounds; done += ROUNDS_TO_LOOK) {
            double before = volume.bound();
            volume.improve(ROUNDS_TO_LOOK, reached, budget);
            if (before - volume.bound() < 0.01 * (before - reached)) {
                break;
            }
        }
    }

    private void searchNear(long bound) {
        LocalSearch local = new LocalSearch(graph, budget);
        local.prefer(Arrays.stream(excess)
                .mapToDouble(over -> (double) over / (1L << shift))
                .toArray());
        local.start(new BitSet());
        BitSet known = new BitSet();
        for (int bid = 0; bid < columns.length; bid++) {
            known.set(bid, best.get(columns[bid]));
        }
        if (local.bestValue() < value(known, graph)) {
            local.start(known);
        }
        long n = graph.size();
        local.improve(MOVES_PER_BID * n, bound - givenValue);
        long reached = Math.max(bestValue, givenValue + local.bestValue());
        if (n > MANY && (bound - reached) * WIDE > bound) {
            local.improve(MORE_MOVES_PER_BID * n, bound - givenValue);
        }
        if (givenValue + local.bestValue() > bestValue) {
            bestValue = givenValue + local.bestValue();
            best = (BitSet) given.clone();
            local.best().stream().forEach(bid -> best.set(columns[bid]));
        }
    }

    /** Whether the bids that are left open exclude nothing of each other in parts. */
    private boolean isApart() {
        BitSet left = new BitSet();
        for (int bid = 0; bid < graph.size(); bid++) {
            left.set(bid, isFree(bid));
        }
        return graph.components(left).size() > 1;
    }

    /**
     * Solves what falls apart part by part, so that their nodes add up and do not multiply. Each part need only be worth
     * more than what the best known leaves to it, were the parts after it worth the most that their prices allow.
     *
     * @return whether there was more than one part
     */
    private boolean solveApart(long bound) {
        BitSet all = new BitSet();
        all.set(0, graph.size());
        List<BitSet> parts = graph.components(all);
        if (parts.size() < 2) {
            return false;
        }
        long[] most = mostOf(parts);
        long rest = Arrays.stream(most).sum();
        long asked = bestValue - givenValue;
        long value = 0;
        long upper = 0;
        BitSet found = new BitSet();
        for (int i = 0; i < most.length; i++) {
            rest -= most[i];
            int[] members = parts.get(i).stream().toArray();
            long least = Math.max(-1, asked - value - rest);
            BranchAndBound part = new BranchAndBound(graph.among(members, rows), new BitSet(), least, budget);
            part.isBelow = true;
            part.run();
            nodes += part.nodes;
            upper += Math.min(most[i], part.bound());
            if (part.bestValue <= least) {
                open = Math.max(open, Math.min(bound, givenValue + upper + rest));
                return true;
            }
            value += part.bestValue;
            part.best.stream().forEach(bid -> found.set(members[bid]));
        }
        bestValue = givenValue + value;
        best = (BitSet) given.clone();
        found.stream().forEach(bid -> best.set(columns[bid]));
        open = Math.max(open, Math.min(bound, givenValue + upper));
        return true;
    }

    /** What the last prices allow each part at most. */
    private long[] mostOf(List<BitSet> parts) {
        int[] partOf = new int[graph.size()];
        for (int i = 0; i < parts.size(); i++) {
            int number = i;
            parts.get(i).stream().forEach(bid -> partOf[bid] = number);
        }
        long[] most = new long[parts.size()];
        for (int row = 0; row < rows.length; row++) {
            most[partOf[rows[row][0]]] += prices[row];
        }
        for (int bid = 0; bid < scaled.length; bid++) {
            long over = scaled[bid];
            for (int row : rowsOf[bid]) {
                over -= prices[row];
            }
            most[partOf[bid]] += Math.max(0, over);
        }
        return Arrays.stream(most).map(sum -> sum >> shift).toArray();
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
        isRelaxed = false;
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

    private void relax() {
        relaxation = new DualSimplex(
                Arrays.stream(graph.weights)
                        .mapToDouble(weight -> weight / unit)
                        .toArray(),
                rows);
        isRelaxed = true;
    }

    private boolean isFree(int bid) {
        return !isRelaxed || relaxation.range(bid) == DualSimplex.Range.FREE;
    }

    private void indexRows() {
        int[] counts = new int[graph.size()];
        for (int[] row : rows) {
            for (int bid : row) {
                counts[bid]++;
            }
        }
        rowsOf = new int[graph.size()][];
        Arrays.setAll(rowsOf, bid -> new int[counts[bid]]);
        for (int row = rows.length - 1; row >= 0; row--) {
            for (int bid : rows[row]) {
                rowsOf[bid][--counts[bid]] = row;
            }
        }
        prices = new long[rows.length];
        usedBy = new int[rows.length];
    }

    /** The relaxation at the root, tightened by cliques that it violates; bids that its prices decide leave for good. */
    private long root(long bound) {
        for (int round = 0; ; round++) {
            nodes++;
            if (!isRelaxed) {
                relax();
            }
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
        BitSet in = new BitSet(n);
        BitSet left = new BitSet(n);
        for (int bid = 0; bid < n; bid++) {
            in.set(bid, relaxation.range(bid) == DualSimplex.Range.IN);
            left.set(bid, relaxation.range(bid) == DualSimplex.Range.FREE);
        }
        shrink(in, left);
    }

    private void shrink(BitSet in, BitSet left) {
        in.stream().forEach(bid -> {
            given.set(columns[bid]);
            givenValue += graph.weights[bid];
        });
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
        return price(relaxation::dual);
    }

    private long price(IntToDoubleFunction dual) {
        long total = inValue << shift;
        for (int row = 0; row < rows.length; row++) {
            prices[row] = usedBy[row] > 0 ? 0 : Math.round(dual.applyAsDouble(row) * unit * (1L << shift));
            total += prices[row];
        }
        for (int bid = 0; bid < scaled.length; bid++) {
            long over = scaled[bid];
            for (int row : rowsOf[bid]) {
                over -= prices[row];
            }
            excess[bid] = over;
            if (over > 0 && isFree(bid)) {
                total += over;
            }
        }
        pricedTotal = total;
        return givenValue + (total >> shift);
    }

    private long pricedTotal;

    /** Fixes what the prices of the last {@link #price} decide: the other way no choice would beat the best known. */
    private void fix() {
        long spare = spare();
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

    private long spare() {
        return pricedTotal - (bestValue - givenValue + 1 << shift);
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
