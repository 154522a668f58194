package io.parley.bench.micro;

import io.parley.auction.domain.selection.BestOfSelection;
import io.parley.auction.domain.selection.Budget;
import io.parley.auction.domain.selection.ExactSelection;
import io.parley.auction.domain.selection.GreedySelection;
import io.parley.auction.domain.selection.OptaPlannerSelection;
import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.auction.domain.selection.Selection;
import io.parley.auction.domain.selection.WinnerSelection;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The winners of auctions with 50 bids over 30 intents, drawn from fixed seeds. */
@State(Scope.Thread)
public class SelectionBenchmark {

    static final int BIDS = 50;
    static final int INTENTS = 30;
    private static final int SOLVERS = 20;
    private static final int AUCTIONS = 16;

    /** As many steps and moves as the auction role allows by default. */
    private static final long STEPS = 100_000;

    private static final int MOVES = 20_000;

    private static final Bytes32 SEED = named("seed");

    private final WinnerSelection greedy = new GreedySelection();
    private final WinnerSelection bestOf = new BestOfSelection(
            greedy, new ExactSelection(() -> Budget.ofSteps(STEPS)), new OptaPlannerSelection(MOVES));
    private final List<List<ScreenedBid>> auctions = new ArrayList<>();
    private int next;

    /** Draws the auctions. */
    public SelectionBenchmark() {
        for (int seed = 0; seed < AUCTIONS; seed++) {
            auctions.add(draw(seed));
        }
    }

    /** Greedy, three orders. */
    @Benchmark
    public Selection greedy() {
        return greedy.select(auctions.get(turn()), SEED);
    }

    /** Greedy, exact, OptaPlanner, until one is proven best: what the auction does. */
    @Benchmark
    public Selection asTheAuctionDoes() {
        return bestOf.select(auctions.get(turn()), SEED);
    }

    /** What a selection is worth, as a share of what none can exceed. */
    record Worth(double greedy, double bestOf, int proven) {}

    Worth worth() {
        double byGreedy = 0;
        double byBestOf = 0;
        int proven = 0;
        for (var auction : auctions) {
            var floor = greedy.select(auction, SEED);
            var best = bestOf.select(auction, SEED);
            byGreedy += (double) floor.value() / best.bound();
            byBestOf += (double) best.value() / best.bound();
            proven += best.proven() ? 1 : 0;
        }
        return new Worth(byGreedy / AUCTIONS, byBestOf / AUCTIONS, proven);
    }

    private int turn() {
        return next++ & AUCTIONS - 1;
    }

    /** Bids over 1 to 5 neighbouring intents, worth a little more together than apart. */
    private static List<ScreenedBid> draw(long seed) {
        var random = new Random(seed);
        long[] worth = random.longs(INTENTS, 50, 150).toArray();
        var bids = new ArrayList<ScreenedBid>();
        for (int i = 0; i < BIDS; i++) {
            int size = 1 + random.nextInt(5);
            int center = random.nextInt(INTENTS);
            var wanted = new TreeSet<Integer>();
            while (wanted.size() < size) {
                wanted.add(
                        random.nextInt(4) == 0
                                ? random.nextInt(INTENTS)
                                : Math.floorMod(center + random.nextInt(8), INTENTS));
            }
            long sum = wanted.stream().mapToLong(intent -> worth[intent]).sum();
            bids.add(new ScreenedBid(
                    named("bid " + seed + "/" + i),
                    Address.of(named("solver " + random.nextInt(SOLVERS)).bytes(), 12),
                    0,
                    wanted.stream().map(intent -> named("intent " + intent)).toList(),
                    List.of(),
                    sum * (700 + random.nextInt(600)) * (94 + 6L * size)));
        }
        return List.copyOf(bids);
    }

    private static Bytes32 named(String name) {
        return Keccak256.hash(name.getBytes(StandardCharsets.UTF_8));
    }
}
