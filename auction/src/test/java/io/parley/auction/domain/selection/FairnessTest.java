package io.parley.auction.domain.selection;

import static io.parley.auction.domain.selection.Instances.SEED;
import static io.parley.auction.domain.selection.Instances.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.auction.domain.selection.RewardRule.Reward;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The filter and the rewards; amounts in units, fees large unless the test is about them. */
class FairnessTest {

    private static final WinnerSelection FAIR = new FairSelection(new ExactSelection(() -> Budget.ofSteps(10_000_000)));
    private static final RewardRule RULE = new RewardRule(1_000, 5_000);

    private final List<ScreenedBid> bids = new ArrayList<>();

    private ScreenedBid bid(String name, String solver, long fees, String... fills) {
        return bid(name, solver, 0, fees, fills);
    }

    /** {@code bid("a", "anna", 0, 100, "buy 70", "sell 30")}: what each owner gains. */
    private ScreenedBid bid(String name, String solver, long account, long fees, String... fills) {
        List<Long> surplus = Arrays.stream(fills)
                .map(fill -> Long.valueOf(fill.split(" ")[1]))
                .toList();
        ScreenedBid bid = new ScreenedBid(
                named("bid " + name),
                address(solver),
                account,
                Arrays.stream(fills).map(fill -> named(fill.split(" ")[0])).toList(),
                List.of(),
                surplus.stream().mapToLong(Long::longValue).sum(),
                surplus,
                fees);
        bids.add(bid);
        return bid;
    }

    private static Address address(String solver) {
        return Address.of(named("solver " + solver).bytes(), 12);
    }

    private Selection select() {
        return FAIR.select(bids, SEED);
    }

    private Reward rewardOf(String solver) {
        return RULE.of(select(), bids, SEED, FAIR).stream()
                .filter(reward -> reward.solver().equals(address(solver)))
                .findFirst()
                .orElseThrow();
    }

    /** The example of docs/auction.md, number by number. */
    @Test
    void theWorkedExample() {
        ScreenedBid ring = bid("ring", "anna", 4_000, "buy 70", "sell 60");
        ScreenedBid greedy = bid("greedy", "dora", 4_000, "buy 150", "sell 10");
        ScreenedBid buy = bid("buy", "bert", 2_000, "buy 65");
        ScreenedBid sell = bid("sell", "carl", 2_000, "sell 40");

        Selection selection = select();

        assertThat(selection.unfair()).singleElement().satisfies(unfair -> {
            assertThat(unfair.bid()).isEqualTo(greedy);
            assertThat(unfair.intent()).isEqualTo(named("sell"));
            assertThat(unfair.gives()).isEqualTo(10);
            assertThat(unfair.least()).isEqualTo(40);
            assertThat(unfair.by()).isEqualTo(sell.id());
        });
        assertThat(selection.winners()).containsExactly(ring);
        assertThat(selection.value()).isEqualTo(130);
        assertThat(selection.bound()).isEqualTo(130);
        assertThat(selection.lost()).extracting(Selection.Lost::bid).containsExactlyInAnyOrder(buy, sell);
        assertThat(RULE.of(selection, bids, SEED, FAIR))
                .containsExactly(new Reward(address("anna"), 130, 4_000, 105, 25));
    }

    @Test
    void aBundleStays_whereNobodyBidsOnItsIntentsAlone_orNoMoreThanItGives() {
        ScreenedBid bundle = bid("bundle", "anna", 0, "buy 100", "sell 0");
        bid("buy", "bert", 0, "buy 100");

        assertThat(select().winners()).containsExactly(bundle);
        assertThat(select().unfair()).isEmpty();
    }

    @Test
    void theFilterIsMeasuredAnew_withoutTheSolver() {
        // Anna's bid on sell alone keeps dora's bundle out; without anna it is what the others could have done.
        bid("sell", "anna", 2_000, "sell 40");
        bid("bundle", "dora", 4_000, "buy 5", "sell 30");

        assertThat(select().value()).isEqualTo(40);
        assertThat(rewardOf("anna").reference()).isEqualTo(35);
        assertThat(rewardOf("anna").reward()).isEqualTo(5);
    }

    @Test
    void whoWinsNothing_hasAReferenceNoLowerThanTheTotal_andIsNotListed() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            bids.clear();
            for (int i = 0; i < 10; i++) {
                String[] fills = IntStream.range(0, 5)
                        .filter(intent -> random.nextInt(3) == 0)
                        .mapToObj(intent -> "i" + intent + " " + random.nextInt(50))
                        .toArray(String[]::new);
                if (fills.length > 0) {
                    bid("b" + i, "s" + random.nextInt(5), i, 100, fills);
                }
            }
            Selection selection = select();
            for (ScreenedBid loser : bids) {
                if (selection.winners().stream().noneMatch(won -> won.solver().equals(loser.solver()))) {
                    List<ScreenedBid> others = bids.stream()
                            .filter(bid -> !bid.solver().equals(loser.solver()))
                            .toList();
                    assertThat(FAIR.select(others, SEED).value()).isGreaterThanOrEqualTo(selection.value());
                }
            }
            List<Reward> rewards = RULE.of(selection, bids, SEED, FAIR);
            assertThat(rewards).allSatisfy(reward -> assertThat(reward.reward()).isBetween(0L, reward.fees() / 2));
            assertThat(rewards.stream().mapToLong(Reward::reward).sum())
                    .isLessThanOrEqualTo(selection.winners().stream()
                            .mapToLong(ScreenedBid::fees)
                            .sum());
            Collections.shuffle(bids, random);
            assertThat(select()).isEqualTo(selection);
            assertThat(RULE.of(select(), bids, SEED, FAIR)).isEqualTo(rewards);
        }
    }

    @Test
    void shillBids_fromAnotherAccountOfTheSolver_doNotLowerItsReference() {
        bid("rival", "rita", 4_000, "buy 60", "sell 60");
        bid("sell", "anna", 2_000, "sell 50");
        // Sold as a bid of its own: it only keeps rita's bundle out.
        bid("shill", "anna", 1, 2_000, "buy 61");

        assertThat(select().unfair()).hasSize(1);
        assertThat(select().value()).isEqualTo(111);
        assertThat(rewardOf("anna").reference()).isEqualTo(120);
        assertThat(rewardOf("anna").reward()).isZero();
    }

    @Test
    void shillBids_underAnotherName_mustOutbidTheRivalForTheOwner_earnNothing_andLiftTheRestToHalfItsOwnFeesAtMost() {
        bid("rival", "rita", 40, "buy 60", "sell 60");
        bid("sell", "anna", 20, "sell 50");
        ScreenedBid shill = bid("shill", "anna's other name", 20, "buy 61");

        assertThat(shill.surplus().getFirst()).isGreaterThan(60);
        assertThat(rewardOf("anna").reference()).isEqualTo(61);
        assertThat(rewardOf("anna").reward()).isEqualTo(10);
        assertThat(rewardOf("anna's other name").reward()).isZero();
    }

    @Test
    void aSolverWithTwoNames_onOneIntent_earnsLessThanWithOne() {
        bid("rival", "rita", 2_000, "buy 60");
        bid("first", "anna", 2_000, "buy 90");
        assertThat(rewardOf("anna").reward()).isEqualTo(30);

        bid("second", "anna's other name", 2_000, "buy 85");

        assertThat(rewardOf("anna").reward()).isEqualTo(5);
    }

    @Test
    void aSelfDealingRing_thatInventsSurplus_paysMoreInFeesThanItEarns() {
        // Owner and solver are one: the surplus of a million is paid from one pocket to the other.
        bid("ring", "ring", 200, "own 1000000");

        Reward reward = rewardOf("ring");

        assertThat(reward.reward()).isEqualTo(100).isLessThan(reward.fees());
        assertThat(reward.reference()).isZero();
    }

    @Test
    void aSelfDealingRing_takesNothingFromTheFeesOfOthers() {
        bid("honest", "anna", 2_000, "buy 60");
        Reward before = rewardOf("anna");

        bid("ring", "ring", 0, "own 1000000");

        assertThat(rewardOf("anna")).isEqualTo(new Reward(address("anna"), 60, 2_000, 1_000_000, before.reward()));
        assertThat(rewardOf("ring").reward()).isZero();
    }

    @Test
    void duplicateIntents_onOneNonce_areFilledOnce() {
        Bytes32 nonce = named("nonce");
        List<ScreenedBid> twice = List.of(
                new ScreenedBid(named("1"), address("anna"), 0, List.of(named("i1")), List.of(nonce), 50),
                new ScreenedBid(named("2"), address("bert"), 0, List.of(named("i2")), List.of(nonce), 60));

        assertThat(FAIR.select(twice, SEED).winners()).containsExactly(twice.get(1));
    }

    @Test
    void aCapBelowZero_orAShareAboveAll_isRefused() {
        assertThatThrownBy(() -> new RewardRule(-1, 0)).hasMessageContaining("-1");
        assertThatThrownBy(() -> new RewardRule(0, 10_001)).hasMessageContaining("10001");
    }
}
