package io.parley.auction.domain.selection;

import static io.parley.auction.domain.selection.Instances.SEED;
import static io.parley.auction.domain.selection.Instances.bid;
import static io.parley.auction.domain.selection.Instances.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {

    private static final OptaPlannerSelection SEARCH = new OptaPlannerSelection(8_192);
    private static final WinnerSelection GREEDY = new GreedySelection();
    private static final WinnerSelection EXACT = new ExactSelection(() -> Budget.ofSteps(10_000_000));
    private static final WinnerSelection BEST = new BestOfSelection(GREEDY, EXACT, SEARCH);

    @Test
    void twoBidsOnOneIntent_theHigherScoreWins_andTheOtherIsToldToWhom() {
        ScreenedBid low = bid("low", "anna", 90, "swap");
        ScreenedBid high = bid("high", "bert", 120, "swap");

        Selection selection = BEST.select(List.of(low, high), SEED);

        assertThat(selection.winners()).containsExactly(high);
        assertThat(selection.value()).isEqualTo(120);
        assertThat(selection.proven()).isTrue();
        assertThat(selection.lost()).singleElement().satisfies(lost -> {
            assertThat(lost.bid()).isEqualTo(low);
            assertThat(lost.to()).containsExactly(high.id());
            assertThat(lost.why()).contains("scored 90").contains("scoring 120");
        });
    }

    @Test
    void oneBidOverTwoIntents_wins_whenItIsWorthMoreThanBothApart() {
        ScreenedBid netting = bid("netting", "anna", 200, "buy", "sell");
        ScreenedBid buy = bid("buy", "bert", 110, "buy");
        ScreenedBid sell = bid("sell", "carl", 80, "sell");

        assertThat(BEST.select(List.of(buy, sell, netting), SEED).winners()).containsExactly(netting);
    }

    @Test
    void twoBidsApart_win_whenTheyAreWorthMoreThanTheOneOverBoth() {
        ScreenedBid netting = bid("netting", "anna", 180, "buy", "sell");
        ScreenedBid buy = bid("buy", "bert", 110, "buy");
        ScreenedBid sell = bid("sell", "carl", 80, "sell");

        Selection selection = BEST.select(List.of(netting, buy, sell), SEED);

        assertThat(selection.winners()).containsExactlyInAnyOrder(buy, sell);
        assertThat(selection.value()).isEqualTo(190);
    }

    @Test
    void aSolverAccount_winsOnce_evenWhereItsBidsShareNoIntent() {
        ScreenedBid swap = bid("swap", "anna", 100, "swap");
        ScreenedBid spread = bid("spread", "anna", 70, "spread");

        Selection selection = BEST.select(List.of(swap, spread), SEED);

        assertThat(selection.winners()).containsExactly(swap);
        assertThat(selection.lost().getFirst().to()).containsExactly(swap.id());
    }

    @Test
    void bidsAtTheSignedLimit_scoreNothingAndStillWin() {
        ScreenedBid atLimit = bid("at limit", "anna", 0, "swap");

        assertThat(BEST.select(List.of(atLimit), SEED).winners()).containsExactly(atLimit);
    }

    @Test
    void aTie_goesToTheLowerHashOfSeedAndBid_soAnotherSeedCanTurnIt() {
        ScreenedBid one = bid("one", "anna", 100, "swap");
        ScreenedBid two = bid("two", "bert", 100, "swap");
        Set<Bytes32> winners = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Bytes32 seed = named("seed " + i);
            boolean oneIsLower = Keccak256.hash(seed, one.id()).compareTo(Keccak256.hash(seed, two.id())) < 0;

            ScreenedBid winner = BEST.select(List.of(two, one), seed).winners().getFirst();

            assertThat(winner).isEqualTo(oneIsLower ? one : two);
            winners.add(winner.id());
        }
        assertThat(winners).hasSize(2);
    }

    @Test
    void theSameBidTwice_countsOnce() {
        ScreenedBid swap = bid("swap", "anna", 100, "swap");

        Selection selection = BEST.select(List.of(swap, swap), SEED);

        assertThat(selection.winners()).containsExactly(swap);
        assertThat(selection.lost()).isEmpty();
    }

    @Test
    void noBids_noWinners() {
        Selection selection = BEST.select(List.of(), SEED);

        assertThat(selection.winners()).isEmpty();
        assertThat(selection.value()).isZero();
        assertThat(selection.bound()).isZero();
    }

    @Test
    void scoresBeyondInt64Together_saturate_ratherThanWrap() {
        List<ScreenedBid> bids = List.of(
                bid("one", "anna", Long.MAX_VALUE, "i1", "i2"),
                bid("two", "bert", Long.MAX_VALUE - 1, "i3"),
                bid("three", "carl", 5, "i2", "i3"));

        Selection selection = BEST.select(bids, SEED);

        assertThat(selection.value()).isEqualTo(Long.MAX_VALUE);
        assertThat(selection.winners()).hasSize(2);
        assertThat(SEARCH.select(bids, SEED).value()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aNegativeScore_isNoScreenedBid() {
        assertThatThrownBy(() -> bid("below limit", "anna", -1, "swap"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1")
                .hasMessageContaining("screened");
    }

    @ParameterizedTest(name = "instances from seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void onSmallAuctions_noSelectionBeatsBruteForce_andTheSearchFindsItsValue(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            long instance = random.nextLong();
            List<ScreenedBid> bids =
                    Instances.random(1 + random.nextInt(13), 1 + random.nextInt(8), 1 + random.nextInt(10), instance);
            long best = bruteForce(bids);
            Selection greedy = GREEDY.select(bids, SEED);
            Selection found = BEST.select(bids, SEED);

            assertThat(found.value()).as("instance %d: the optimum", instance).isEqualTo(best);
            assertThat(greedy.value()).as("instance %d: greedy", instance).isLessThanOrEqualTo(best);
            assertThat(greedy.bound()).as("instance %d: bound", instance).isGreaterThanOrEqualTo(best);
            assertFeasible(found, bids, instance);
            assertFeasible(greedy, bids, instance);
            assertThat(SEARCH.select(bids, SEED).value()).isBetween(greedy.value(), best);
        }
    }

    @ParameterizedTest(name = "instances from seed {0}")
    @ValueSource(longs = {31, 32, 33, 34})
    void theExactSelection_isBruteForce_andItsBoundIsTheValue(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            long instance = random.nextLong();
            List<ScreenedBid> bids =
                    Instances.random(1 + random.nextInt(11), 1 + random.nextInt(10), 1 + random.nextInt(12), instance);
            if (round % 2 == 0) {
                // Few different scores, zero among them: ties and bids at the limit.
                bids.replaceAll(bid -> Instances.scoring(bid, bid.score() % 4));
            }

            Selection exact = EXACT.select(bids, SEED);

            assertThat(exact.value()).as("instance %d", instance).isEqualTo(bruteForce(bids));
            assertThat(exact.bound()).as("instance %d", instance).isEqualTo(exact.value());
            assertFeasible(exact, bids, instance);
        }
    }

    @ParameterizedTest(name = "instance {0}")
    @ValueSource(longs = {41, 42, 43, 44, 45, 46})
    void theRelaxationAndTheCovers_agreeOnTheBestValue_whereBruteForceCannotReach(long instance) {
        List<ScreenedBid> bids = Instances.random(120, 25, 60, instance);
        Selection exact = EXACT.select(bids, SEED);

        Packing packing = Packing.of(bids, SEED);
        Conflicts conflicts = new Conflicts(
                IntStream.range(0, packing.size()).mapToLong(packing::score).toArray(),
                IntStream.range(0, packing.goodCount())
                        .mapToObj(packing::claimants)
                        .toArray(int[][]::new));
        CoverSearch covers = new CoverSearch(conflicts, 0, Budget.ofSteps(10_000_000));

        assertThat(exact.proven()).isTrue();
        assertThat(covers.run()).isTrue();
        assertThat(covers.bestValue()).isEqualTo(exact.value());
    }

    @ParameterizedTest(name = "{0} steps")
    @ValueSource(longs = {0, 1, 10, 100, 1_000, 10_000})
    void whereverTheBudgetEnds_theChoiceIsFeasible_notBelowGreedy_andTheBoundHolds(long steps) {
        for (long instance = 51; instance < 57; instance++) {
            List<ScreenedBid> bids = Instances.random(150, 40, 100, instance);
            long best = EXACT.select(bids, SEED).value();
            WinnerSelection hurried = new ExactSelection(() -> Budget.ofSteps(steps));

            Selection found = hurried.select(bids, SEED);

            assertFeasible(found, bids, instance);
            assertThat(found.value()).isBetween(GREEDY.select(bids, SEED).value(), best);
            assertThat(found.bound()).isGreaterThanOrEqualTo(best);
            assertThat(hurried.select(bids, SEED)).isEqualTo(found);
        }
    }

    @Test
    void tieGrinding_aSolverThatSignsItsBidOverAndOver_winsNoMoreOftenThanOneThatSignsOnce() {
        // The seed is committed to before bids open and shown after: a bid is picked without knowing it.
        ScreenedBid honest = bid("honest", "bert", 100, "swap");
        ScreenedBid picked = IntStream.range(0, 1_000)
                .mapToObj(salt -> bid("ground " + salt, "anna", 100, "swap"))
                .min(java.util.Comparator.comparing(ScreenedBid::id))
                .orElseThrow();
        long won = IntStream.range(0, 2_000)
                .filter(i -> EXACT.select(List.of(honest, picked), named("auction " + i))
                        .winners()
                        .contains(picked))
                .count();

        assertThat(won).isBetween(900L, 1_100L);
    }

    @Test
    void aSolverWithTwoNames_winsTwoIntents_butNoIntentTwice_andNeverAtTheCostOfTheWhole() {
        ScreenedBid first = bid("first", "anna", 100, "swap");
        ScreenedBid second = bid("second", "anna's other name", 90, "spread");
        ScreenedBid again = bid("again", "anna's other name", 99, "swap");
        ScreenedBid rival = bid("rival", "bert", 95, "spread");

        Selection selection = EXACT.select(List.of(first, second, again, rival), SEED);

        assertThat(selection.winners()).containsExactlyInAnyOrder(first, rival);
        assertThat(selection.value()).isEqualTo(195);
    }

    @ParameterizedTest(name = "instance {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void onLargerAuctions_theSearchIsNeverBelowGreedy_andUsuallyAbove(long instance) {
        List<ScreenedBid> bids = Instances.random(150, 60, 100, instance);

        Selection greedy = GREEDY.select(bids, SEED);
        Selection search = SEARCH.select(bids, SEED);

        assertThat(search.value()).as("instance %d", instance).isGreaterThanOrEqualTo(greedy.value());
        assertThat(EXACT.select(bids, SEED).value()).isGreaterThanOrEqualTo(search.value());
        assertThat(search.bound()).isGreaterThanOrEqualTo(search.value());
        assertFeasible(search, bids, instance);
    }

    @ParameterizedTest(name = "instance {0}")
    @ValueSource(longs = {21, 22, 23})
    void theOrderOfArrival_changesNothing(long instance) {
        List<ScreenedBid> bids = new ArrayList<>(Instances.random(80, 30, 40, instance));
        // Equal scores, so that ties abound.
        bids.replaceAll(bid -> new ScreenedBid(
                bid.id(),
                bid.solver(),
                bid.account(),
                bid.intents(),
                List.of(),
                10L * bid.intents().size()));
        Selection first = BEST.select(bids, SEED);
        Selection firstGreedy = GREEDY.select(bids, SEED);

        Random random = new Random(instance);
        for (int shuffle = 0; shuffle < 5; shuffle++) {
            Collections.shuffle(bids, random);
            assertThat(BEST.select(bids, SEED)).as("instance %d", instance).isEqualTo(first);
            assertThat(GREEDY.select(bids, SEED)).as("instance %d", instance).isEqualTo(firstGreedy);
        }
    }

    private static long bruteForce(List<ScreenedBid> bids) {
        return IntStream.range(0, 1 << bids.size())
                .mapToObj(mask -> IntStream.range(0, bids.size())
                        .filter(i -> (mask >> i & 1) == 1)
                        .mapToObj(bids::get)
                        .toList())
                .filter(SelectionTest::feasible)
                .mapToLong(
                        chosen -> chosen.stream().mapToLong(ScreenedBid::score).sum())
                .max()
                .orElse(0);
    }

    private static boolean feasible(List<ScreenedBid> chosen) {
        Set<Object> taken = new HashSet<>();
        return chosen.stream()
                        .allMatch(bid -> taken.add(bid.solver())
                                && taken.addAll(bid.intents())
                                && bid.intents().size() == new HashSet<>(bid.intents()).size())
                && taken.size()
                        == chosen.stream()
                                .mapToInt(bid -> bid.intents().size() + 1)
                                .sum();
    }

    private static void assertFeasible(Selection selection, List<ScreenedBid> bids, long instance) {
        assertThat(feasible(selection.winners()))
                .as("instance %d: feasible", instance)
                .isTrue();
        assertThat(selection.value())
                .as("instance %d: value", instance)
                .isEqualTo(selection.winners().stream()
                        .mapToLong(ScreenedBid::score)
                        .sum());
        assertThat(selection.winners().size() + selection.lost().size())
                .as("instance %d: every bid is told", instance)
                .isEqualTo(bids.size());
    }
}
