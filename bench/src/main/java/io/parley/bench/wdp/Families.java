package io.parley.bench.wdp;

import io.parley.bench.wdp.Instance.Offer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws instances as the CATS suite describes its families (Leyton-Brown, Pearson and Shoham, "Towards a Universal Test
 * Suite for Combinatorial Auction Algorithms", 2000), with that paper's parameters, and token pairs of our own. Prices
 * have three decimals. The same seed gives the same instance on any machine.
 */
enum Families {
    /** Routes between cities: a bidder wants any one of several paths, each worth the journey less its length. */
    PATHS {
        @Override
        List<Draft> draw(int goods, int bids, Random random) {
            return new Roads(goods, random).bids(bids);
        }
    },

    /** Neighbouring plots of land. */
    REGIONS {
        @Override
        List<Draft> draw(int goods, int bids, Random random) {
            return new Land(Land.grid(goods, random), random).bids(bids, 0.2);
        }
    },

    /** Goods that go together at random: regions on a complete graph with random weights. */
    ARBITRARY {
        @Override
        List<Draft> draw(int goods, int bids, Random random) {
            return new Land(Land.complete(goods, random), random).bids(bids, 0.2);
        }
    },

    /** Take-off and landing slots at four airports. */
    MATCHING {
        @Override
        List<Draft> draw(int goods, int bids, Random random) {
            return Slots.matching(goods, bids, random);
        }
    },

    /** Time on one machine before deadlines. */
    SCHEDULING {
        @Override
        List<Draft> draw(int goods, int bids, Random random) {
            return Slots.scheduling(goods, bids, random);
        }
    },

    /**
     * Intents that trade one token for another, tokens drawn by a power law. Each solver's bids, of which one can win,
     * cover one intent, two that net against each other, a ring of three tokens, or several of one pair; covering more
     * together saves part of the cost.
     */
    TOKENS {
        @Override
        List<Draft> draw(int goods, int bids, Random random) {
            return Tokens.draw(goods, bids, random);
        }
    };

    /**
     * A bid before goods are numbered: bids of one group exclude one another.
     *
     * @param group the bidder
     * @param price its price
     * @param goods the goods
     */
    record Draft(int group, double price, Set<Integer> goods) {}

    abstract List<Draft> draw(int goods, int bids, Random random);

    Instance instance(int goods, int bids, long seed) {
        List<Draft> drafts =
                draw(goods, bids, new Random(seed * 1_000_003 + ordinal())).subList(0, bids);
        // A bidder with one bid needs no good of its own.
        int[] sizes = new int[drafts.stream().mapToInt(Draft::group).max().orElse(0) + 1];
        drafts.forEach(draft -> sizes[draft.group()]++);
        int[] dummies = new int[sizes.length];
        int dummy = 0;
        for (int group = 0; group < sizes.length; group++) {
            dummies[group] = sizes[group] > 1 ? goods + dummy++ : -1;
        }
        var offers = new ArrayList<Offer>();
        for (var draft : drafts) {
            var wanted = new ArrayList<>(new TreeSet<>(draft.goods()));
            if (dummies[draft.group()] >= 0) {
                wanted.add(dummies[draft.group()]);
            }
            offers.add(new Offer(offers.size(), BigDecimal.valueOf(Math.round(draft.price() * 1000), 3), wanted));
        }
        return new Instance(
                "%s-%d-%d-%d".formatted(name().toLowerCase(java.util.Locale.ROOT), bids, goods, seed),
                goods,
                dummy,
                offers);
    }

    /** Goods with neighbours, and bidders who want connected ones. */
    private static final class Land {

        private static final double MAX_VALUE = 100;
        private static final double DEVIATION = 0.5;
        private static final double ADDITIONAL_LOCATION = 0.9;
        private static final double JUMP = 0.05;
        private static final double BUDGET = 1.5;
        private static final double RESALE = 0.5;
        private static final int MAX_SUBSTITUTES = 5;
        private static final double DIAGONAL = 0.2;

        private final double[][] weights;
        private final double[] common;
        private final Random random;
        private double[] preference = {};

        Land(double[][] weights, Random random) {
            this.weights = weights;
            this.random = random;
            this.common = random.doubles(weights.length, 1, MAX_VALUE).toArray();
        }

        static double[][] complete(int goods, Random random) {
            var weights = new double[goods][goods];
            for (int a = 0; a < goods; a++) {
                for (int b = 0; b < a; b++) {
                    weights[a][b] = weights[b][a] = random.nextDouble();
                }
            }
            return weights;
        }

        static double[][] grid(int goods, Random random) {
            int width = (int) Math.ceil(Math.sqrt(goods));
            var weights = new double[goods][goods];
            for (int good = 0; good < goods; good++) {
                boolean lastColumn = good % width == width - 1;
                join(weights, good, lastColumn ? goods : good + 1);
                join(weights, good, good + width);
                if (random.nextDouble() < DIAGONAL) {
                    join(weights, good, lastColumn ? goods : good + width + 1);
                }
                if (random.nextDouble() < DIAGONAL) {
                    join(weights, good, good % width == 0 ? goods : good + width - 1);
                }
            }
            return weights;
        }

        private static void join(double[][] weights, int a, int b) {
            if (b < weights.length) {
                weights[a][b] = weights[b][a] = 1;
            }
        }

        List<Draft> bids(int count, double additivity) {
            var bids = new ArrayList<Draft>();
            var seen = new HashSet<Set<Integer>>();
            for (int bidder = 0; bids.size() < count; bidder++) {
                double[] own = random.doubles(common.length, -DEVIATION * MAX_VALUE, DEVIATION * MAX_VALUE)
                        .toArray();
                preference = IntStream.range(0, own.length)
                        .mapToDouble(good -> (own[good] + DEVIATION * MAX_VALUE) / (2 * DEVIATION * MAX_VALUE))
                        .toArray();
                var first = new TreeSet<>(Set.of(drawn(preference)));
                while (random.nextDouble() <= ADDITIONAL_LOCATION && first.size() < common.length) {
                    grow(first);
                }
                double value = value(first, own, additivity);
                if (value <= 0) {
                    continue;
                }
                double budget = BUDGET * value;
                double resale = RESALE
                        * first.stream().mapToDouble(good -> common[good]).sum();
                var substitutes = new ArrayList<Set<Integer>>();
                for (int start : first) {
                    var other = new TreeSet<>(Set.of(start));
                    while (other.size() < first.size()) {
                        grow(other);
                    }
                    double worth = value(other, own, additivity);
                    if (worth >= 0
                            && worth <= budget
                            && other.stream().mapToDouble(good -> common[good]).sum() >= resale
                            && !other.equals(first)) {
                        substitutes.add(other);
                    }
                }
                substitutes.sort(Comparator.comparingDouble((Set<Integer> set) -> -value(set, own, additivity)));
                bids.add(new Draft(bidder, value, first));
                seen.clear();
                for (var other : substitutes) {
                    if (seen.size() < MAX_SUBSTITUTES && seen.add(other)) {
                        bids.add(new Draft(bidder, value(other, own, additivity), other));
                    }
                }
            }
            return bids;
        }

        private double value(Set<Integer> goods, double[] own, double additivity) {
            return goods.stream().mapToDouble(good -> common[good] + own[good]).sum()
                    + Math.pow(goods.size(), 1 + additivity);
        }

        private void grow(Set<Integer> bundle) {
            double[] chances = new double[common.length];
            double sum = 0;
            boolean jumps = random.nextDouble() <= JUMP;
            for (int good = 0; good < chances.length; good++) {
                if (!bundle.contains(good)) {
                    double near = 0;
                    for (int held : bundle) {
                        near += weights[good][held];
                    }
                    chances[good] = jumps ? 1 : near * preference[good];
                    sum += chances[good];
                }
            }
            if (sum == 0) {
                for (int good = 0; good < chances.length; good++) {
                    chances[good] = bundle.contains(good) ? 0 : 1;
                }
            }
            bundle.add(drawn(chances));
        }

        private int drawn(double[] chances) {
            double at = random.nextDouble() * java.util.Arrays.stream(chances).sum();
            int last = 0;
            for (int i = 0; i < chances.length; i++) {
                if (chances[i] > 0) {
                    last = i;
                    at -= chances[i];
                    if (at <= 0) {
                        break;
                    }
                }
            }
            return last;
        }
    }

    /** Cities in the unit square, roads between near ones. */
    private static final class Roads {

        private static final double SHIPPING_COST = 1.5;
        private static final int MOST_PATHS = 5;

        private record Road(int from, int to, double length) {}

        private record Path(double length, List<Integer> cities, Set<Integer> roads) {}

        private final List<Road> roads = new ArrayList<>();
        private final double[] x;
        private final double[] y;
        private final List<List<Integer>> near = new ArrayList<>();
        private final Random random;

        Roads(int goods, Random random) {
            this.random = random;
            int cities = Math.max(4, goods / 2);
            x = random.doubles(cities).toArray();
            y = random.doubles(cities).toArray();
            var all = new ArrayList<Road>();
            for (int a = 0; a < cities; a++) {
                near.add(new ArrayList<>());
                for (int b = 0; b < a; b++) {
                    all.add(new Road(a, b, distance(a, b)));
                }
            }
            all.sort(Comparator.comparingDouble(Road::length));
            // First what holds all cities together, then the shortest of the rest.
            int[] group = IntStream.range(0, cities).toArray();
            var chosen = new ArrayList<Road>();
            for (var road : all) {
                int from = group[road.from()];
                int to = group[road.to()];
                if (from != to) {
                    chosen.add(road);
                    for (int city = 0; city < cities; city++) {
                        group[city] = group[city] == from ? to : group[city];
                    }
                }
            }
            all.stream().filter(road -> !chosen.contains(road)).limit(goods).forEach(chosen::add);
            for (var road : chosen.subList(0, Math.min(goods, chosen.size()))) {
                near.get(road.from()).add(roads.size());
                near.get(road.to()).add(roads.size());
                roads.add(road);
            }
        }

        private double distance(int a, int b) {
            return Math.hypot(x[a] - x[b], y[a] - y[b]);
        }

        List<Draft> bids(int count) {
            var bids = new ArrayList<Draft>();
            int bidder = 0;
            while (bids.size() < count) {
                int from = random.nextInt(x.length);
                int to = random.nextInt(x.length);
                if (from == to) {
                    continue;
                }
                double value = distance(from, to) * (1 + random.nextDouble() * (SHIPPING_COST - 1));
                for (var path : paths(from, to, value)) {
                    bids.add(new Draft(bidder, 100 * (value - path.length()) + 0.001, path.roads()));
                }
                bidder++;
            }
            return bids;
        }

        /** The shortest few paths that cost less than they are worth, shortest first. */
        private List<Path> paths(int from, int to, double most) {
            var found = new ArrayList<Path>();
            var open = new PriorityQueue<Path>(Comparator.comparingDouble(
                    (Path path) -> path.length() + distance(path.cities().getLast(), to)));
            open.add(new Path(0, List.of(from), Set.of()));
            for (int looked = 0; looked < 20_000 && found.size() < MOST_PATHS; looked++) {
                @Nullable Path path = open.poll();
                if (path == null) {
                    break;
                }
                int at = path.cities().getLast();
                if (at == to) {
                    found.add(path);
                    continue;
                }
                for (int number : near.get(at)) {
                    var road = roads.get(number);
                    int next = road.from() == at ? road.to() : road.from();
                    double length = path.length() + road.length();
                    if (!path.cities().contains(next) && length + distance(next, to) < most) {
                        var cities = new ArrayList<>(path.cities());
                        cities.add(next);
                        var taken = new TreeSet<>(path.roads());
                        taken.add(number);
                        open.add(new Path(length, cities, taken));
                    }
                }
            }
            return found;
        }
    }

    /** Goods are moments. */
    private static final class Slots {

        private static final double[][] AIRPORTS = {{-87.75, 41.98}, {-77.03, 38.85}, {-73.78, 40.65}, {-73.87, 40.77}};
        private static final double MAX_PRICE = 50;
        private static final double DEVIATION = 0.5;
        private static final double EARLY = 1;
        private static final double LATE = 2;

        private Slots() {}

        static List<Draft> matching(int goods, int count, Random random) {
            int times = Math.max(4, goods / AIRPORTS.length);
            double[] cost = random.doubles(AIRPORTS.length, 0, MAX_PRICE).toArray();
            double longest = 0;
            for (var a : AIRPORTS) {
                for (var b : AIRPORTS) {
                    longest = Math.max(longest, Math.hypot(a[0] - b[0], a[1] - b[1]));
                }
            }
            var bids = new ArrayList<Draft>();
            for (int bidder = 0; bids.size() < count; bidder++) {
                int from = random.nextInt(AIRPORTS.length);
                int to = (from + 1 + random.nextInt(AIRPORTS.length - 1)) % AIRPORTS.length;
                double length = Math.hypot(AIRPORTS[from][0] - AIRPORTS[to][0], AIRPORTS[from][1] - AIRPORTS[to][1]);
                int shortest = Math.max(1, (int) Math.round(length / longest * Math.max(1, times / 4 - 1)));
                if (shortest >= times) {
                    continue;
                }
                int best = random.nextInt(times - shortest);
                double dev = 1 - DEVIATION + 2 * DEVIATION * random.nextDouble();
                double value = (cost[from] + cost[to]) * dev + 1;
                double early = EARLY + random.nextDouble();
                double late = LATE + random.nextDouble();
                double slower = 1 + random.nextDouble();
                int group = bids.size();
                for (int off = Math.max(0, best - 3); off <= Math.min(times - 2, best + 3); off++) {
                    for (int on = off + shortest; on <= Math.min(times - 1, off + shortest + 1); on++) {
                        double price = value
                                - early * Math.max(0, best - off)
                                - late * Math.max(0, off - best)
                                - slower * (on - off - shortest);
                        if (price > 0 && bids.size() < group + 10) {
                            bids.add(new Draft(bidder, price, Set.of(from * times + off, to * times + on)));
                        }
                    }
                }
            }
            return bids;
        }

        static List<Draft> scheduling(int goods, int count, Random random) {
            var bids = new ArrayList<Draft>();
            for (int bidder = 0; bids.size() < count; bidder++) {
                int length = 1 + random.nextInt(Math.min(10, goods));
                int deadline = length + random.nextInt(goods - length + 1);
                double value = length * (0.5 + random.nextDouble()) * 10 * Math.pow(length, 0.2);
                int from = Math.max(0, deadline - length - random.nextInt(8));
                for (int start = from; start + length <= Math.min(goods, deadline + 3); start++) {
                    double lateness = Math.max(0, start + length - deadline);
                    var moments = new TreeSet<Integer>();
                    IntStream.range(start, start + length).forEach(moments::add);
                    bids.add(new Draft(bidder, value * Math.pow(0.8, lateness), moments));
                }
            }
            return bids;
        }
    }

    /** Goods are intents. */
    private static final class Tokens {

        private static final int MOST_TOKENS = 12;
        private static final int MOST_BIDS = 6;

        private record Trade(int sells, int buys, double size) {}

        private Tokens() {}

        static List<Draft> draw(int goods, int count, Random random) {
            int tokens = Math.clamp(goods / 4, 3, MOST_TOKENS);
            var trades = new ArrayList<Trade>();
            while (trades.size() < goods) {
                int sells = token(tokens, random);
                int buys = token(tokens, random);
                if (sells != buys) {
                    trades.add(new Trade(sells, buys, Math.exp(random.nextGaussian()) * 100));
                }
            }
            var bids = new ArrayList<Draft>();
            for (int solver = 0; bids.size() < count; solver++) {
                double skill = 0.7 + 0.6 * random.nextDouble();
                for (int i = 1 + random.nextInt(MOST_BIDS); i > 0; i--) {
                    var wanted = bundle(trades, random);
                    double size = wanted.stream()
                            .mapToDouble(good -> trades.get(good).size())
                            .sum();
                    double saved = 1 + 0.15 * (wanted.size() - 1);
                    double noise = 0.8 + 0.4 * random.nextDouble();
                    bids.add(new Draft(solver, size * skill * saved * noise * 0.01 + 0.001, wanted));
                }
            }
            return bids;
        }

        private static int token(int tokens, Random random) {
            double u = random.nextDouble();
            return (int) (tokens * u * u);
        }

        private static Set<Integer> bundle(List<Trade> trades, Random random) {
            int first = random.nextInt(trades.size());
            var trade = trades.get(first);
            var wanted = new TreeSet<>(Set.of(first));
            switch (random.nextInt(4)) {
                case 0 -> {}
                case 1 -> pick(trades, trade.buys(), trade.sells(), random, wanted);
                case 2 -> {
                    int middle = random.nextInt(MOST_TOKENS);
                    pick(trades, trade.buys(), middle, random, wanted);
                    pick(trades, middle, trade.sells(), random, wanted);
                }
                default -> {
                    int more = 1 + random.nextInt(5);
                    for (int i = 0; i < more; i++) {
                        pick(trades, trade.sells(), trade.buys(), random, wanted);
                    }
                }
            }
            return wanted;
        }

        private static void pick(List<Trade> trades, int sells, int buys, Random random, Set<Integer> wanted) {
            int[] fits = IntStream.range(0, trades.size())
                    .filter(good -> trades.get(good).sells() == sells
                            && trades.get(good).buys() == buys)
                    .toArray();
            if (fits.length > 0) {
                wanted.add(fits[random.nextInt(fits.length)]);
            }
        }
    }
}
