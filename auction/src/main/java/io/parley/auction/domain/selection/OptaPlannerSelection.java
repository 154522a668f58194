package io.parley.auction.domain.selection;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.optaplanner.core.api.score.buildin.simplelong.SimpleLongScore;
import org.optaplanner.core.api.solver.SolverFactory;
import org.optaplanner.core.config.heuristic.selector.move.factory.MoveIteratorFactoryConfig;
import org.optaplanner.core.config.localsearch.LocalSearchPhaseConfig;
import org.optaplanner.core.config.localsearch.decider.acceptor.LocalSearchAcceptorConfig;
import org.optaplanner.core.config.localsearch.decider.forager.LocalSearchForagerConfig;
import org.optaplanner.core.config.score.director.ScoreDirectorFactoryConfig;
import org.optaplanner.core.config.solver.EnvironmentMode;
import org.optaplanner.core.config.solver.SolverConfig;
import org.optaplanner.core.config.solver.termination.TerminationConfig;

/**
 * Starts from the greedy choice and searches on by simulated annealing: a move takes one bid in, evicts the bids that it
 * collides with, and refills what they leave free. The budget is a number of moves, the random seed is fixed and one
 * thread runs, so that the same bids give the same winners on any machine.
 */
public final class OptaPlannerSelection implements WinnerSelection {

    /** The mean weight lies in [2^20, 2^21), and annealing starts at a fifth of it. */
    private static final int MEAN_BITS = 21;

    private static final SimpleLongScore STARTING_TEMPERATURE = SimpleLongScore.of((1L << MEAN_BITS) / 7);

    private static final int FEWEST_MOVES = 1_024;
    private static final int MOVES_PER_BID = 200;

    private final int mostMoves;

    /** By budget. Made when first used, because making one takes as long as using it. */
    private final Map<Integer, SolverFactory<PackingPlan>> solvers = new HashMap<>();

    /**
     * Prepares the search.
     *
     * @param moves how many moves it may try in one auction; auctions with few bids get fewer, about 200 per bid
     */
    public OptaPlannerSelection(int moves) {
        this.mostMoves = moves;
    }

    private static SolverFactory<PackingPlan> factory(long moves) {
        ScoreDirectorFactoryConfig score = new ScoreDirectorFactoryConfig();
        score.setIncrementalScoreCalculatorClass(PackingValue.class);
        MoveIteratorFactoryConfig neighbours = new MoveIteratorFactoryConfig();
        neighbours.setMoveIteratorFactoryClass(EvictAndRefill.class);
        SolverConfig config = new SolverConfig(OptaPlannerSelection.class.getClassLoader())
                .withEnvironmentMode(EnvironmentMode.REPRODUCIBLE)
                .withRandomSeed(1L)
                .withSolutionClass(PackingPlan.class)
                .withEntityClasses(PlannedBid.class)
                .withTerminationConfig(new TerminationConfig().withScoreCalculationCountLimit(moves))
                .withPhases(new LocalSearchPhaseConfig()
                        .withMoveSelectorConfig(neighbours)
                        .withAcceptorConfig(new LocalSearchAcceptorConfig()
                                .withSimulatedAnnealingStartingTemperature(STARTING_TEMPERATURE.toString()))
                        .withForagerConfig(new LocalSearchForagerConfig().withAcceptedCountLimit(1)));
        config.setScoreDirectorFactoryConfig(score);
        return SolverFactory.create(config);
    }

    /** Runs searches of every size on made-up bids, so that the first auction meets compiled code. */
    public void warmUp() {
        Random random = new Random(1);
        for (int size = 2; size * MOVES_PER_BID < mostMoves; size *= 2) {
            solverFor(size);
        }
        for (int round = 0; round < 6; round++) {
            List<ScreenedBid> bids = IntStream.range(0, 60)
                    .mapToObj(i -> {
                        int first = random.nextInt(40);
                        return new ScreenedBid(
                                number(1, i),
                                Address.of(number(2, i).bytes(), 12),
                                0,
                                List.of(number(3, first), number(3, 40 + random.nextInt(40))),
                                List.of(),
                                1 + random.nextInt(1_000_000));
                    })
                    .toList();
            select(bids, number(4, round));
        }
    }

    private static Bytes32 number(int kind, int n) {
        byte[] bytes = new byte[32];
        bytes[12] = (byte) kind;
        bytes[30] = (byte) (n >> 8);
        bytes[31] = (byte) n;
        return Bytes32.of(bytes);
    }

    @Override
    public Selection select(Collection<ScreenedBid> bids, Bytes32 seed) {
        Packing packing = Packing.of(bids, seed);
        BitSet start = GreedySelection.choose(packing);
        if (packing.size() < 2) {
            return packing.selection("optaplanner", start);
        }
        PackingPlan found =
                solverFor(packing.size()).buildSolver().solve(PackingPlan.of(packing, weights(packing), start));
        BitSet chosen = found.chosen();
        boolean better = packing.feasible(chosen) && packing.value(chosen) > packing.value(start);
        return packing.selection("optaplanner", better ? chosen : start);
    }

    /** The budget is a power of two, so that a few factories serve all. */
    private SolverFactory<PackingPlan> solverFor(int bids) {
        int wanted = Math.max(FEWEST_MOVES, Integer.highestOneBit(Math.min(bids, mostMoves) * MOVES_PER_BID));
        return solvers.computeIfAbsent(Math.min(wanted, mostMoves), OptaPlannerSelection::factory);
    }

    /** Scores shifted to a common scale, so that one temperature suits all: guidance only, values stay exact. */
    private static long[] weights(Packing packing) {
        long mean = 0;
        for (int bid = 0; bid < packing.size(); bid++) {
            mean = Packing.saturatingAdd(mean, packing.score(bid) / packing.size());
        }
        int shift = MEAN_BITS - (Long.SIZE - Long.numberOfLeadingZeros(mean));
        return IntStream.range(0, packing.size())
                .mapToLong(bid ->
                        shift >= 0 ? packing.score(bid) << Math.min(shift, MEAN_BITS) : packing.score(bid) >> -shift)
                .toArray();
    }
}
