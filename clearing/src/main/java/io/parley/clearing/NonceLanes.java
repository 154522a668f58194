package io.parley.clearing;

import java.util.Arrays;

/**
 * Which nonces of an account are used: four lanes, each a window of 64 nonces that slides upward as its lowest are
 * used. The lane of a nonce is its two highest bits, its number in the lane the other 62. So up to four programs may
 * sign for one owner without agreeing on an order.
 *
 * <p>A number {@code n} is unused iff {@code base <= n < base + 64} and its bit is clear: what is below the window is
 * used or cancelled, what is above it is not yet open.
 */
public final class NonceLanes {
    /** Lanes per account. */
    public static final int LANES = 4;

    /** Nonces that are open at once in a lane. */
    public static final int WINDOW = 64;

    private static final long NUMBER = (1L << 62) - 1;

    /** base and bits of lane 0, then of lane 1, … */
    private final long[] words;

    private NonceLanes(long[] words) {
        this.words = words;
    }

    /** A new account's lanes: nothing used. */
    public static NonceLanes fresh() {
        return new NonceLanes(new long[2 * LANES]);
    }

    static NonceLanes of(long[] words) {
        return new NonceLanes(words.clone());
    }

    /** The lane that a nonce belongs to, 0..3. */
    public static int lane(long nonce) {
        return (int) (nonce >>> 62);
    }

    /** A nonce's number within its lane, 0..2^62-1. */
    public static long number(long nonce) {
        return nonce & NUMBER;
    }

    /** The nonce with this number in this lane. */
    public static long nonce(int lane, long number) {
        if (lane < 0 || lane >= LANES || number < 0 || number > NUMBER) {
            throw new IllegalArgumentException(
                    "There is no nonce %d in lane %d: lanes are 0..3, numbers 0..2^62-1.".formatted(number, lane));
        }
        return (long) lane << 62 | number;
    }

    /** The lowest number of the lane that may be unused. */
    public long base(int lane) {
        return words[2 * lane];
    }

    /** Bit i set: number base + i is used. */
    public long bits(int lane) {
        return words[2 * lane + 1];
    }

    /** Whether an intent, withdrawal or cancel with this nonce may still be the first to use it. */
    public boolean isUnused(long nonce) {
        return isUnused(words, nonce);
    }

    /** The lowest unused number of a lane, as a nonce: what a wallet signs next. The window begins with it. */
    public long next(int lane) {
        return nonce(lane, base(lane));
    }

    /** The lanes after this unused nonce was used. */
    public NonceLanes using(long nonce) {
        long[] after = words.clone();
        use(after, nonce);
        return new NonceLanes(after);
    }

    static boolean isUnused(long[] words, long nonce) {
        int lane = 2 * lane(nonce);
        long ahead = number(nonce) - words[lane];
        return ahead >= 0 && ahead < WINDOW && (words[lane + 1] >>> ahead & 1) == 0;
    }

    static void use(long[] words, long nonce) {
        int lane = 2 * lane(nonce);
        words[lane + 1] |= 1L << (number(nonce) - words[lane]);
        slide(words, lane);
    }

    /** Whether some number below this nonce may still be unused, so that a cancel of all below it has a meaning. */
    static boolean isAboveBase(long[] words, long nonce) {
        return number(nonce) > words[2 * lane(nonce)];
    }

    static void cancelBelow(long[] words, long nonce) {
        int lane = 2 * lane(nonce);
        long ahead = number(nonce) - words[lane];
        words[lane] = number(nonce);
        words[lane + 1] = ahead < WINDOW ? words[lane + 1] >>> ahead : 0;
        slide(words, lane);
    }

    static void cancelAll(long[] words) {
        for (int lane = 0; lane < words.length; lane += 2) {
            words[lane] += WINDOW;
            words[lane + 1] = 0;
        }
    }

    private static void slide(long[] words, int lane) {
        int used = Long.numberOfTrailingZeros(~words[lane + 1]);
        words[lane] += used;
        words[lane + 1] = used == WINDOW ? 0 : words[lane + 1] >>> used;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NonceLanes lanes && Arrays.equals(words, lanes.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int lane = 0; lane < LANES; lane++) {
            text.append(lane == 0 ? "" : " ").append(base(lane)).append('+').append(Long.toBinaryString(bits(lane)));
        }
        return text.toString();
    }
}
