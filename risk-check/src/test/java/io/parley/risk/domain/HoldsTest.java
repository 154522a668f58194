package io.parley.risk.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.risk.Trader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HoldsTest {

    private static final SolverAccount SOLVER = Trader.SOLVER.account();
    private final Holds holds = new Holds();

    @Test
    void auctions_addUp_butWithinOneOnlyTheLargestCapCounts() {
        holds.place(SOLVER, 1, bid(1), 100, 10);
        holds.place(SOLVER, 1, bid(2), 250, 10);
        holds.place(SOLVER, 2, bid(3), 40, 10);

        assertThat(holds.total(SOLVER)).isEqualTo(290);
        assertThat(holds.others(SOLVER, 1)).isEqualTo(40);
        assertThat(holds.others(SOLVER, 2)).isEqualTo(250);
    }

    @Test
    void anOlderAuction_ranksBeforeAYoungerOne() {
        holds.place(SOLVER, 7, bid(1), 100, 10);
        holds.place(SOLVER, 8, bid(2), 50, 10);

        assertThat(holds.before(SOLVER, 7)).isZero();
        assertThat(holds.before(SOLVER, 8)).isEqualTo(100);
        assertThat(holds.before(SOLVER, 9))
                .as("an auction without a hold is the youngest")
                .isEqualTo(150);
    }

    @Test
    void release_freesTheCap_andReleasingTwiceFreesNothingElse() {
        holds.place(SOLVER, 1, bid(1), 100, 10);
        holds.place(SOLVER, 1, bid(2), 60, 10);

        holds.release(SOLVER, 1, bid(1));
        holds.release(SOLVER, 1, bid(1));
        assertThat(holds.total(SOLVER)).isEqualTo(60);

        holds.release(SOLVER, 1, bid(2));
        assertThat(holds.isEmpty()).isTrue();
    }

    @Test
    void expiry_freesWhatNobodyReleased() {
        holds.place(SOLVER, 1, bid(1), 100, 10);
        holds.place(Trader.RIVAL.account(), 2, bid(2), 60, 12);

        assertThat(holds.expire(10))
                .as("valid up to and including its last second")
                .isEmpty();
        assertThat(holds.expire(11)).containsExactly(1L);
        assertThat(holds.total(SOLVER)).isZero();
        assertThat(holds.total(Trader.RIVAL.account())).isEqualTo(60);
    }

    @Test
    void aSumBeyondInt64_staysTheLargest() {
        holds.place(SOLVER, 1, bid(1), Long.MAX_VALUE, 10);
        holds.place(SOLVER, 2, bid(2), Long.MAX_VALUE, 10);

        assertThat(holds.total(SOLVER)).isEqualTo(Long.MAX_VALUE);
    }

    /**
     * A solver with 1,000 commits at random, as far as it is let, and wins one bid of each auction at the full cap. What it has
     * must always cover what it may still have to give.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsPromised_neverExceedsWhatIsThere(long seed) {
        Random random = new Random(seed);
        long margin = 1_000;
        Map<Long, List<Bytes32>> open = new HashMap<>();
        Map<Bytes32, Long> caps = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            long auction = i / 10 + random.nextInt(3);
            if (random.nextInt(3) > 0) {
                long cap = random.nextInt(400);
                if (margin >= holds.others(SOLVER, auction) + cap) {
                    holds.place(SOLVER, auction, bid(i), cap, 1_000_000);
                    open.computeIfAbsent(auction, a -> new ArrayList<>()).add(bid(i));
                    caps.put(bid(i), cap);
                }
            } else if (!open.isEmpty()) {
                long closing = open.keySet().iterator().next();
                List<Bytes32> bids = open.remove(closing);
                Bytes32 winner = bids.get(random.nextInt(bids.size()));
                bids.forEach(bid -> holds.release(SOLVER, closing, bid));
                margin -= caps.get(winner);
                assertThat(margin).as("seed %d, step %d", seed, i).isNotNegative();
                margin = Math.min(margin + 300, 1_000);
            }
            assertThat(holds.total(SOLVER)).as("seed %d, step %d", seed, i).isLessThanOrEqualTo(margin);
        }
    }

    private static Bytes32 bid(int number) {
        return Keccak256.hash(new byte[] {(byte) (number >> 8), (byte) number});
    }
}
