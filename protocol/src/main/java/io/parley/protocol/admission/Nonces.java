package io.parley.protocol.admission;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * The four nonce lanes of an account. A nonce is {@code lane << 62 | n}; it is unused while {@code base <= n < base + 64}
 * and bit {@code n - base} is clear.
 *
 * @param lanes exactly four
 */
public record Nonces(List<Lane> lanes) {

    /** How many numbers of a lane can be open at a time. */
    public static final int WINDOW = 64;

    /** The numbers of a lane are below this. */
    public static final long NUMBERS = 1L << 62;

    private static final int LANES = 4;

    /** Those of a new account. */
    public static final Nonces NEW = new Nonces(List.of(Lane.NEW, Lane.NEW, Lane.NEW, Lane.NEW));

    /**
     * One lane.
     *
     * @param base the lowest number that may be unused
     * @param bits bit i is set if {@code base + i} is used
     */
    public record Lane(long base, long bits) {

        static final Lane NEW = new Lane(0, 0);

        /**
         * {@return whether a number is in the window and unused}
         *
         * @param number 0 to 2^62 - 1
         */
        public boolean isUnused(long number) {
            long ahead = number - base;
            return ahead >= 0 && ahead < WINDOW && (bits >>> ahead & 1) == 0;
        }

        /**
         * {@return the lowest unused number that is not otherwise taken; empty if the window has none}
         *
         * @param taken for numbers that wait in intents which are not filled yet
         */
        public OptionalLong next(LongPredicate taken) {
            for (long number = base; number < base + WINDOW; number++) {
                if (isUnused(number) && !taken.test(number)) {
                    return OptionalLong.of(number);
                }
            }
            return OptionalLong.empty();
        }
    }

    /** Checks the number of lanes. */
    public Nonces {
        lanes = List.copyOf(lanes);
        if (lanes.size() != LANES) {
            throw new IllegalArgumentException("An account has 4 nonce lanes, not %d.".formatted(lanes.size()));
        }
    }

    /**
     * {@return the lane of a nonce, 0 to 3}
     *
     * @param nonce any
     */
    public static int lane(long nonce) {
        return (int) (nonce >>> 62);
    }

    /**
     * {@return the number of a nonce in its lane}
     *
     * @param nonce any
     */
    public static long number(long nonce) {
        return nonce & NUMBERS - 1;
    }

    /**
     * {@return the nonce of a number in a lane}
     *
     * @param lane 0 to 3
     * @param number 0 to 2^62 - 1
     */
    public static long nonce(int lane, long number) {
        return (long) lane << 62 | number;
    }

    /**
     * {@return whether a nonce is in the window of its lane and unused}
     *
     * @param nonce any
     */
    public boolean isUnused(long nonce) {
        return lanes.get(lane(nonce)).isUnused(number(nonce));
    }
}
