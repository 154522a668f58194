package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NonceLanesTest {
    @Test
    void freshLane_has64OpenNonces() {
        NonceLanes lanes = NonceLanes.fresh();
        assertThat(lanes.isUnused(0)).isTrue();
        assertThat(lanes.isUnused(63)).isTrue();
        assertThat(lanes.isUnused(64)).isFalse();
        assertThat(lanes.next(0)).isZero();
    }

    @Test
    void lowestNonce_movesTheWindow_othersWait() {
        NonceLanes lanes = NonceLanes.fresh().using(2).using(1);
        assertThat(lanes.base(0)).isZero();
        assertThat(lanes.isUnused(64)).isFalse();

        lanes = lanes.using(0);
        assertThat(lanes.base(0)).isEqualTo(3);
        assertThat(lanes.bits(0)).isZero();
        assertThat(lanes.isUnused(66)).isTrue();
        assertThat(lanes.isUnused(67)).isFalse();
        assertThat(lanes.next(0)).isEqualTo(3);
        assertThat(lanes.using(4).next(0)).isEqualTo(3);
        assertThat(lanes.using(4).using(3).next(0)).isEqualTo(5);
    }

    @Test
    void fullLane_movesAsAWhole_whenItsLowestIsUsed() {
        NonceLanes lanes = NonceLanes.fresh();
        for (int n = 63; n > 0; n--) {
            lanes = lanes.using(n);
        }
        assertThat(lanes.bits(0)).isEqualTo(-2);
        assertThat(lanes.next(0)).isZero();

        lanes = lanes.using(0);
        assertThat(lanes.base(0)).isEqualTo(64);
        assertThat(lanes.bits(0)).isZero();
    }

    @Test
    void lanes_areTheTwoHighestBits_andKnowNothingOfEachOther() {
        long highest = -1L;
        assertThat(NonceLanes.lane(highest)).isEqualTo(3);
        assertThat(NonceLanes.number(highest)).isEqualTo((1L << 62) - 1);
        NonceLanes lanes = NonceLanes.fresh().using(NonceLanes.nonce(2, 5));
        assertThat(lanes.isUnused(5)).isTrue();
        assertThat(lanes.isUnused(NonceLanes.nonce(2, 5))).isFalse();
        assertThat(lanes.isUnused(NonceLanes.nonce(3, 5))).isTrue();
        assertThat(NonceLanes.nonce(3, (1L << 62) - 1)).isEqualTo(highest);
        assertThatThrownBy(() -> NonceLanes.nonce(4, 0)).hasMessageContaining("lanes are 0..3");
        assertThatThrownBy(() -> NonceLanes.nonce(0, 1L << 62)).hasMessageContaining("numbers 0..2^62-1");
    }

    @Test
    void lastNonceOfALane_isUsable_andNoneComesAfterIt() {
        long[] words = new long[8];
        NonceLanes.cancelBelow(words, (1L << 62) - 1);
        assertThat(NonceLanes.isUnused(words, (1L << 62) - 1)).isTrue();
        NonceLanes.use(words, (1L << 62) - 1);
        assertThat(words[0]).isEqualTo(1L << 62);
        assertThat(NonceLanes.isUnused(words, 0)).isFalse();
        assertThat(NonceLanes.isUnused(words, (1L << 62) - 1)).isFalse();
    }

    @Test
    void randomUse_agreesWithASetOfNumbers() {
        long seed = Seeds.next("NonceLanesTest");
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            long[] words = new long[8];
            Set<Long> used = new HashSet<>();
            long below = 0;
            for (int i = 0; i < 400; i++) {
                long n = Math.max(0, below + random.nextInt(100) - 10);
                boolean open = n >= below && n < below + 64 && !used.contains(n);
                assertThat(NonceLanes.isUnused(words, n))
                        .as("seed %d, number %d, base %d", seed, n, below)
                        .isEqualTo(open);
                int what = random.nextInt(20);
                if (what == 0 && n > below) {
                    NonceLanes.cancelBelow(words, n);
                    below = n;
                } else if (what == 1) {
                    NonceLanes.cancelAll(words);
                    below += 64;
                    used.clear();
                } else if (open) {
                    NonceLanes.use(words, n);
                    used.add(n);
                }
                while (used.contains(below)) {
                    below++;
                }
                assertThat(words[0]).isEqualTo(below);
            }
        }
    }
}
