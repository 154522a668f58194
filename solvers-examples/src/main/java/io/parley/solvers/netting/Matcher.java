package io.parley.solvers.netting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Finds fills of open intents whose legs cancel, so that whoever stands between the owners is left with cash only.
 *
 * <p>Two searches, both depth first, both always cancelling one asset of what is left over (the one with the fewest
 * offers on the other side) and trying the offers with the best price first:
 *
 * <ul>
 *   <li><b>rings</b>: a few offers in the one proportion in which they cancel (for two opposite offers, their sizes'
 *       ratio), then as many times that proportion as the smallest allows. Finds pairs, baskets against their
 *       components, and cycles over several assets.
 *   <li><b>covers</b>: one offer in full, then as much as fits of the next and the next. Finds one large order
 *       against many small ones.
 * </ul>
 *
 * The searches are cut at a number of nodes (the same input gives the same matches on any machine) or when told to stop.
 */
final class Matcher {

    /** How many offers are tried to cancel one asset in a ring. Beyond the best few, a price only gets worse. */
    private static final int WIDTH = 12;

    private final List<Offer> offers;
    private final int assets;
    private final double[] prices;
    private final int ring;
    private final int mostFills;
    private final BooleanSupplier stop;

    /** Offers that give (0) or take (1) an asset, best price first. */
    private final Offer[][][] sides;

    private final boolean[] used;
    private final Offer[] path;
    private final Set<List<Long>> seen = new HashSet<>();
    private final List<Match> found = new ArrayList<>();
    private long nodes;

    /**
     * @param offers all with the same assets in {@code unit}
     * @param prices cash per unit of each asset; only order the search
     * @param ring most offers in a ring
     * @param mostFills most offers in a cover
     */
    Matcher(List<Offer> offers, double[] prices, int ring, int mostFills, BooleanSupplier stop) {
        this.offers = offers;
        this.assets = prices.length;
        this.prices = prices;
        this.ring = ring;
        this.mostFills = mostFills;
        this.stop = stop;
        this.used = new boolean[offers.stream().mapToInt(o -> o.index).max().orElse(-1) + 1];
        this.path = new Offer[Math.max(ring, mostFills)];
        this.sides = new Offer[assets][2][];
        for (int a = 0; a < assets; a++) {
            sides[a][0] = side(a, -1);
            sides[a][1] = side(a, 1);
        }
    }

    private Offer[] side(int asset, int sign) {
        Comparator<Offer> best =
                Comparator.comparingDouble((Offer o) -> -o.worth(prices) / Math.abs((double) o.unit[asset]));
        return offers.stream()
                .filter(o -> Long.signum(o.unit[asset]) == sign)
                .sorted(best.thenComparingInt(o -> o.index))
                .toArray(Offer[]::new);
    }

    /**
     * @param budget nodes that the search may visit in all
     * @return matches with a surplus, largest first; they may overlap
     */
    List<Match> find(long budget) {
        var starts = new ArrayList<>(offers);
        starts.sort(Comparator.comparingDouble((Offer o) -> -o.worth(prices)).thenComparingInt(o -> o.index));
        long share = Math.max(64, budget / (2L * Math.max(1, starts.size())));
        for (var start : starts) {
            if (stop.getAsBoolean()) {
                break;
            }
            path[0] = start;
            used[start.index] = true;
            nodes = share;
            ring(1, start.unit.clone(), new long[] {1});
            nodes = share;
            var left = new long[assets];
            if (add(left, start.unit, start.most)) {
                cover(1, left, new int[] {start.most});
            }
            used[start.index] = false;
        }
        found.sort(Comparator.comparingLong((Match m) -> -m.surplus())
                .thenComparingInt(m -> m.fills().size()));
        return found;
    }

    /** @param left what is left over when each offer of the path is filled {@code weights[i]} parts */
    private void ring(int depth, long[] left, long[] weights) {
        int asset = pivot(left);
        if (asset < 0) {
            emitRing(depth, weights);
            return;
        }
        if (depth == ring) {
            return;
        }
        var candidates = sides[asset][left[asset] > 0 ? 0 : 1];
        int tried = 0;
        for (var next : candidates) {
            if (tried == WIDTH || --nodes < 0) {
                return;
            }
            if (used[next.index]) {
                continue;
            }
            tried++;
            long divisor = gcd(next.unit[asset], left[asset]);
            long scale = Math.abs(next.unit[asset]) / divisor;
            long weight = Math.abs(left[asset]) / divisor;
            var weightsThen = new long[depth + 1];
            long common = weight;
            boolean fits = weight <= Integer.MAX_VALUE;
            for (int i = 0; i < depth && fits; i++) {
                fits = Math.multiplyHigh(weights[i], scale) == 0 && weights[i] * scale >= 0;
                weightsThen[i] = weights[i] * scale;
                common = gcd(common, weightsThen[i]);
            }
            var leftThen = new long[assets];
            if (!fits || !add(leftThen, left, scale) || !add(leftThen, next.unit, weight)) {
                continue;
            }
            weightsThen[depth] = weight;
            for (int i = 0; i <= depth; i++) {
                weightsThen[i] /= common;
            }
            for (int a = 0; a < assets; a++) {
                leftThen[a] /= common;
            }
            path[depth] = next;
            used[next.index] = true;
            ring(depth + 1, leftThen, weightsThen);
            used[next.index] = false;
        }
    }

    private void emitRing(int depth, long[] weights) {
        long times = Long.MAX_VALUE;
        for (int i = 0; i < depth; i++) {
            times = Math.min(times, path[i].most / weights[i]);
        }
        var parts = new int[depth];
        for (int i = 0; i < depth; i++) {
            parts[i] = (int) (times * weights[i]);
        }
        emit(depth, parts);
    }

    private void cover(int depth, long[] left, int[] parts) {
        int asset = pivot(left);
        if (asset < 0) {
            emit(depth, parts);
            return;
        }
        if (depth == mostFills) {
            return;
        }
        for (var next : sides[asset][left[asset] > 0 ? 0 : 1]) {
            if (--nodes < 0) {
                return;
            }
            int k = (int) Math.min(next.most, Math.max(next.least, Math.abs(left[asset]) / Math.abs(next.unit[asset])));
            if (used[next.index] || k < next.least || k == 0) {
                continue;
            }
            var leftThen = left.clone();
            if (!add(leftThen, next.unit, k)) {
                continue;
            }
            var partsThen = Arrays.copyOf(parts, depth + 1);
            partsThen[depth] = k;
            path[depth] = next;
            used[next.index] = true;
            cover(depth + 1, leftThen, partsThen);
            used[next.index] = false;
        }
    }

    /** The asset that is left over and has the fewest offers to take it; -1 if nothing is left over. */
    private int pivot(long[] left) {
        int best = -1;
        int fewest = Integer.MAX_VALUE;
        for (int a = 0; a < assets; a++) {
            if (left[a] != 0) {
                int count = sides[a][left[a] > 0 ? 0 : 1].length;
                if (count < fewest) {
                    best = a;
                    fewest = count;
                }
            }
        }
        return best;
    }

    private void emit(int depth, int[] parts) {
        var key = new Long[depth];
        for (int i = 0; i < depth; i++) {
            if (parts[i] < path[i].least) {
                return;
            }
            key[i] = (long) path[i].index << 32 | parts[i];
        }
        long limits = 0;
        var fills = new ArrayList<Match.Part>(depth);
        for (int i = 0; i < depth; i++) {
            var fill = new Match.Part(path[i], parts[i]);
            fills.add(fill);
            limits = Math.addExact(limits, fill.limit());
        }
        Arrays.sort(key);
        if (limits < 0 && seen.add(List.of(key))) {
            fills.sort(Comparator.comparingInt(f -> f.offer().index));
            found.add(new Match(List.copyOf(fills), -limits));
        }
    }

    /** {@code to += unit·times}; false if that leaves the 64-bit range, and then {@code to} is not to be used. */
    private static boolean add(long[] to, long[] unit, long times) {
        for (int a = 0; a < to.length; a++) {
            long product = unit[a] * times;
            if (Math.multiplyHigh(unit[a], times) != product >> 63) {
                return false;
            }
            long sum = to[a] + product;
            if (((to[a] ^ sum) & (product ^ sum)) < 0) {
                return false;
            }
            to[a] = sum;
        }
        return true;
    }

    private static long gcd(long a, long b) {
        long x = Math.abs(a);
        long y = Math.abs(b);
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }
}
