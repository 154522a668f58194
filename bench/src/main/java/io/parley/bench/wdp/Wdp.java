package io.parley.bench.wdp;

import io.parley.auction.domain.selection.Budget;
import io.parley.auction.domain.selection.ExactSelection;
import io.parley.auction.domain.selection.GreedySelection;
import io.parley.auction.domain.selection.OptaPlannerSelection;
import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.auction.domain.selection.Selection;
import io.parley.auction.domain.selection.WinnerSelection;
import io.parley.bench.Table;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Solves instances by every way there is, one after the other on one thread, and prints a table. */
public final class Wdp {

    private static final Bytes32 SEED = named("seed");
    private static final int MOVES = 20_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long WARM_UP_NANOS = 5_000_000_000L;

    private final PrintStream out;
    private final long millis;
    private final long rivalMillis;
    private final @Nullable Rival rival;
    private final WinnerSelection greedy = new GreedySelection();
    private final OptaPlannerSelection search = new OptaPlannerSelection(MOVES);

    private Wdp(PrintStream out, long millis, long rivalMillis, @Nullable Rival rival) {
        this.out = out;
        this.millis = millis;
        this.rivalMillis = rivalMillis;
        this.rival = rival;
    }

    /**
     * One way's answer.
     *
     * @param millis processor time of the thread
     * @param clock time that passed, in milliseconds
     */
    private record Result(long value, long bound, boolean proven, long nodes, double millis, double clock) {}

    private record Row(
            Instance instance,
            Result greedy,
            Result search,
            Result exact,
            @Nullable Result rival) {

        long bestKnown() {
            return Math.max(
                    Math.max(greedy.value(), search.value()),
                    Math.max(exact.value(), rival == null ? 0 : rival.value()));
        }

        double share(Result of) {
            return bestKnown() == 0 ? 1 : (double) of.value() / bestKnown();
        }

        /** Whether what one claims to be the most lies below what another found. */
        boolean isContradicted() {
            return exact.bound() < bestKnown() || exact.value() < greedy.value();
        }
    }

    /**
     * Runs {@code parley bench wdp}.
     *
     * @param args {@code name=value} for family, bids, goods, seed, count, millis, rival-millis and write, and files or
     *     folders
     * @return 0; 1 if a bound was contradicted or greedy not met; 2 if an instance is none
     */
    public static int run(List<String> args) throws IOException {
        var options = new java.util.HashMap<String, String>();
        var paths = new ArrayList<Path>();
        for (var arg : args) {
            int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
            if (equals > 0) {
                options.put(arg.substring(2, equals), arg.substring(equals + 1));
            } else {
                paths.add(Path.of(arg));
            }
        }
        List<Instance> instances;
        try {
            instances = paths.isEmpty() ? drawn(options) : read(paths);
        } catch (IllegalArgumentException | IOException e) {
            System.err.println(e instanceof IOException ? "cannot be read: " + e.getMessage() : e.getMessage());
            return 2;
        }
        var folder = options.get("write");
        if (folder != null) {
            Files.createDirectories(Path.of(folder));
            for (var instance : instances) {
                Files.writeString(Path.of(folder, instance.name() + ".wdp"), InstanceText.write(instance));
            }
            System.out.printf("%d instance(s) written to %s%n", instances.size(), folder);
            return 0;
        }
        long millis = Long.parseLong(options.getOrDefault("millis", "1000"));
        var rival = ServiceLoader.load(Rival.class).findFirst().orElse(null);
        var wdp = new Wdp(System.out, millis, Long.parseLong(options.getOrDefault("rival-millis", "" + millis)), rival);
        return wdp.table(instances);
    }

    private static List<Instance> read(List<Path> paths) throws IOException {
        var instances = new ArrayList<Instance>();
        for (var path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.list(path)) {
                    for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                        instances.add(InstanceText.read(file));
                    }
                }
            } else {
                instances.add(InstanceText.read(path));
            }
        }
        return instances;
    }

    private static List<Instance> drawn(java.util.Map<String, String> options) {
        int bids = number(options, "bids", 200, 1, 20_000);
        int goods = number(options, "goods", Math.max(4, bids / 4), 4, 10_000);
        int seed = number(options, "seed", 1, 0, Integer.MAX_VALUE);
        int count = number(options, "count", 5, 1, 10_000);
        var family = options.getOrDefault("family", "all");
        var families = Arrays.stream(Families.values())
                .filter(one -> family.equals("all") || one.name().equalsIgnoreCase(family))
                .toList();
        if (families.isEmpty()) {
            throw new IllegalArgumentException(
                    "--family (%s) must be one of: all, %s".formatted(family, String.join(", ", names())));
        }
        return families.stream()
                .flatMap(one -> IntStream.range(0, count).mapToObj(i -> one.instance(goods, bids, seed + (long) i)))
                .toList();
    }

    private static List<String> names() {
        return Arrays.stream(Families.values())
                .map(family -> family.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static int number(java.util.Map<String, String> options, String name, int normal, int least, int most) {
        long value = Long.parseLong(options.getOrDefault(name, "" + normal));
        if (value < least || value > most) {
            throw new IllegalArgumentException("--%s (%d) must be from %d to %d".formatted(name, value, least, most));
        }
        return (int) value;
    }

    private int table(List<Instance> instances) {
        warmUp();
        var rows = instances.stream().map(this::solve).toList();
        var heads = new ArrayList<>(List.of(
                "instance",
                "bids",
                "goods",
                "greedy",
                "OptaPlanner",
                "ms",
                "exact",
                "bound",
                "gap",
                "proven",
                "nodes",
                "ms",
                "clock"));
        if (rival != null) {
            heads.addAll(List.of(rival.name(), "bound", "proven", "ms", "clock"));
        }
        var table = new Table(heads.toArray(String[]::new));
        for (var row : rows) {
            var cells = new ArrayList<Object>(List.of(
                    row.instance().name(),
                    row.instance().bids().size(),
                    row.instance().goods(),
                    row.greedy().value(),
                    row.search().value(),
                    "%.1f".formatted(row.search().millis()),
                    row.exact().value(),
                    row.exact().bound(),
                    "%.2f %%".formatted(gap(row.exact())),
                    row.exact().proven() ? "yes" : "no",
                    row.exact().nodes(),
                    "%.1f".formatted(row.exact().millis()),
                    "%.1f".formatted(row.exact().clock())));
            var other = row.rival();
            if (other != null) {
                cells.addAll(List.of(
                        other.value(),
                        other.bound(),
                        other.proven() ? "yes" : "no",
                        "%.1f".formatted(other.millis()),
                        "%.1f".formatted(other.clock())));
            }
            table.row(cells.toArray());
        }
        out.println("ms: processor time of the thread; clock: time that passed, in milliseconds");
        table.print(out);
        summary(rows);
        for (var row : rows) {
            if (row.isContradicted()) {
                out.printf(
                        "WRONG: %s: value %d, bound %d, greedy %d, best known %d%n",
                        row.instance().name(),
                        row.exact().value(),
                        row.exact().bound(),
                        row.greedy().value(),
                        row.bestKnown());
            }
        }
        return rows.stream().anyMatch(Row::isContradicted) ? 1 : 0;
    }

    private static double gap(Result result) {
        return result.bound() == 0 ? 0 : 100.0 * (result.bound() - result.value()) / result.bound();
    }

    private void summary(List<Row> rows) {
        out.printf(
                "exact: proven %d of %d; share of the best known: mean %.3f %%, worst %.3f %%; time: geometric mean %.2f ms, longest %.1f ms%n",
                rows.stream().filter(row -> row.exact().proven()).count(),
                rows.size(),
                100
                        * rows.stream()
                                .mapToDouble(row -> row.share(row.exact()))
                                .average()
                                .orElse(1),
                100
                        * rows.stream()
                                .mapToDouble(row -> row.share(row.exact()))
                                .min()
                                .orElse(1),
                geometricMean(
                        rows.stream().mapToDouble(row -> row.exact().millis()).toArray()),
                rows.stream().mapToDouble(row -> row.exact().millis()).max().orElse(0));
        out.printf(
                "greedy: mean %.3f %%; OptaPlanner: mean %.3f %%, worst %.3f %%%n",
                100
                        * rows.stream()
                                .mapToDouble(row -> row.share(row.greedy()))
                                .average()
                                .orElse(1),
                100
                        * rows.stream()
                                .mapToDouble(row -> row.share(row.search()))
                                .average()
                                .orElse(1),
                100
                        * rows.stream()
                                .mapToDouble(row -> row.share(row.search()))
                                .min()
                                .orElse(1));
        if (rival == null) {
            out.println("CP-SAT is not on the path: mvn -f bench/cp-sat package fetches it.");
            return;
        }
        // Where a proof was cut short, its time so far stands for it: the ratio is then a bound, in the rival's favour
        // where it was the rival's.
        double[] ratios = rows.stream()
                .filter(row -> row.rival() != null && row.exact().proven())
                .mapToDouble(row -> row.rival().millis() / row.exact().millis())
                .toArray();
        out.printf(
                "%s: proven %d of %d; its time over ours to proof, geometric mean over the %d that we prove: %.1f (a proof that was cut short counts as long as it ran)%n",
                rival.name(),
                rows.stream()
                        .filter(row -> row.rival() != null && row.rival().proven())
                        .count(),
                rows.size(),
                ratios.length,
                geometricMean(ratios));
    }

    private static double geometricMean(double[] values) {
        return Math.exp(Arrays.stream(values).map(Math::log).average().orElse(0));
    }

    /** Compiled code is what an auction meets: the role warms up as well. */
    private void warmUp() {
        search.warmUp();
        long until = processorNanos() + WARM_UP_NANOS;
        for (long seed = 1_000; processorNanos() < until; seed++) {
            for (var family : Families.values()) {
                var bids = bids(family.instance(75, 300, seed));
                greedy.select(bids, SEED);
                exact(processorNanos() + 300_000_000).select(bids, SEED);
            }
        }
        if (rival != null) {
            solveByRival(Families.TOKENS.instance(20, 60, 1), rival);
        }
    }

    private static WinnerSelection exact(long until) {
        return new ExactSelection(() -> Budget.until(() -> processorNanos() - until > 0));
    }

    private static long processorNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private Row solve(Instance instance) {
        var bids = bids(instance);
        var byGreedy = timed(greedy, bids);
        var bySearch = timed(search, bids);
        var byExact = timed(exact(processorNanos() + millis * 1_000_000), bids);
        return new Row(instance, byGreedy, bySearch, byExact, rival == null ? null : solveByRival(instance, rival));
    }

    private static Result timed(WinnerSelection selection, List<ScreenedBid> bids) {
        long start = System.nanoTime();
        long used = processorNanos();
        Selection found = selection.select(bids, SEED);
        double millis = (processorNanos() - used) / 1e6;
        return new Result(
                found.value(), found.bound(), found.proven(), found.nodes(), millis, (System.nanoTime() - start) / 1e6);
    }

    private Result solveByRival(Instance instance, Rival other) {
        int[][] goods = instance.bids().stream()
                .map(bid -> bid.goods().stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
        long[] prices = instance.integerPrices();
        long start = System.nanoTime();
        long used = processorNanos();
        var answer = other.solve(prices, goods, instance.goods(), rivalMillis);
        double millis = (processorNanos() - used) / 1e6;
        return new Result(
                answer.value(), answer.bound(), answer.proven(), 0, millis, (System.nanoTime() - start) / 1e6);
    }

    /** Each bid by a solver of its own, goods as intents. */
    private static List<ScreenedBid> bids(Instance instance) {
        long[] prices = instance.integerPrices();
        var names = IntStream.range(0, instance.goods())
                .mapToObj(good -> named("good " + good))
                .toList();
        return IntStream.range(0, prices.length)
                .mapToObj(i -> new ScreenedBid(
                        named("bid " + instance.bids().get(i).id()),
                        Address.of(named("solver " + i).bytes(), 12),
                        0,
                        instance.bids().get(i).goods().stream().map(names::get).toList(),
                        List.of(),
                        prices[i]))
                .toList();
    }

    private static Bytes32 named(String name) {
        return Keccak256.hash(name.getBytes(StandardCharsets.UTF_8));
    }
}
