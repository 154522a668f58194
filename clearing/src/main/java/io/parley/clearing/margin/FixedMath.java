package io.parley.clearing.margin;

import static java.lang.Math.multiplyHigh;

import io.parley.protocol.Fixed8;
import java.math.BigInteger;

/**
 * Logarithm, exponential, square root and normal distribution in integers, the same to the bit on every machine. Numbers
 * called <em>real</em> have 57 fraction bits ({@link #ONE}), so they lie within ±64; probabilities have 62. The error
 * bounds are derived in docs/margin.md and measured by {@code KernelErrorTest}.
 */
final class FixedMath {
    /** Fraction bits of a real. */
    static final int BITS = 57;

    /** The real 1. */
    static final long ONE = 1L << BITS;

    /** Fraction bits of a probability. */
    static final int PROBABILITY_BITS = 62;

    /** The probability 1. */
    static final long CERTAIN = 1L << PROBABILITY_BITS;

    /** Seconds of a year in all formulae: 365 days. */
    static final long YEAR = 365L * 86_400;

    private static final long LN2;
    /** What follows the bits of {@link #LN2}, 32 more. */
    private static final long LN2_REST;

    private static final long ROOT_2 = BigInteger.TWO.shiftLeft(122).sqrt().longValueExact();
    private static final long[] ODD = Series.oddReciprocals(13, 62);
    private static final long[] FACTORIAL = Series.reciprocalFactorials(17, 62);

    /** Above this the tail is below 2^-76, which is no probability of 62 bits. */
    private static final int TAIL_END = 10;

    private static final int SEGMENT_BITS = 4;
    private static final int DEGREE = 10;
    private static final long[] TAIL =
            Series.normalTail(TAIL_END << SEGMENT_BITS, 1 << SEGMENT_BITS, DEGREE, PROBABILITY_BITS);

    static {
        long bits = Series.ln2(62).longValueExact();
        LN2 = bits >> 5;
        LN2_REST = Series.ln2(BITS + 32)
                .subtract(BigInteger.valueOf(LN2).shiftLeft(32))
                .longValueExact();
    }

    private FixedMath() {}

    /**
     * The natural logarithm of a whole number as a real, within 2^-57.
     *
     * @param x above zero
     */
    static long ln(long x) {
        if (x <= 0) {
            throw new ArithmeticException("There is no logarithm of %d.".formatted(x));
        }
        int shift = Long.numberOfLeadingZeros(x) - 2;
        // x = m 2^(exponent - 61), m in [1, 2) with 61 fraction bits
        long m = shift < 0 ? x >> 1 : x << shift;
        int exponent = 61 - shift;
        long centre = 1L << 61;
        if (m > ROOT_2) {
            exponent++;
            centre = 1L << 62;
        }
        // ln(m/c) = 2 atanh z, |z| < 0.172, as z + z^3/3 + …; z with 64 fraction bits
        long z = Fixed8.mulDivFloor(m - centre, 1L << 62, m + centre) << 2;
        long square = multiplyHigh(z, z);
        long sum = ODD[ODD.length - 1];
        for (int n = ODD.length - 2; n >= 0; n--) {
            sum = ODD[n] + multiplyHigh(sum, square);
        }
        long rest = (multiplyHigh(sum, z) << 1) + (exponent * LN2_REST >> 27);
        return exponent * LN2 + (rest + 16 >> 5);
    }

    /**
     * e^x as a real, within 2^-57 max(1, e^x).
     *
     * @param x a real of at most 3.8
     * @throws ArithmeticException above
     */
    static long exp(long x) {
        long n = Math.floorDiv(x + LN2 / 2, LN2);
        if (n > 5) {
            throw new ArithmeticException("e^x leaves the range of reals from 64 upward.");
        }
        if (n < -BITS) {
            return 0;
        }
        // 64 fraction bits; |r| <= ln 2 / 2
        long r = ((x - n * LN2 << 5) - (n * LN2_REST >> 27)) << 2;
        long sum = FACTORIAL[FACTORIAL.length - 1];
        for (int i = FACTORIAL.length - 2; i >= 0; i--) {
            sum = FACTORIAL[i] + multiplyHigh(sum, r);
        }
        int shift = (int) (5 - n);
        return shift == 0 ? sum : (sum >> shift - 1) + 1 >> 1;
    }

    /**
     * (numerator / denominator)^power as a real.
     *
     * @param power in units of 1e-8
     */
    static long power(long numerator, long denominator, long power) {
        return exp(Fixed8.mulDivFloor(ln(numerator) - ln(denominator), power, Fixed8.ONE));
    }

    /**
     * The standard normal distribution function, within 2^-61; {@code normal(d) + normal(-d)} is exactly 1.
     *
     * @param d a real
     * @return a probability
     */
    static long normal(long d) {
        return d < 0 ? tail(-d) : CERTAIN - tail(d);
    }

    private static long tail(long z) {
        int segment = (int) (z >>> BITS - SEGMENT_BITS);
        if (segment >= TAIL_END << SEGMENT_BITS) {
            return 0;
        }
        long middle = ((long) segment << 1 | 1) << BITS - SEGMENT_BITS - 1;
        // 64 fraction bits, so that a high product keeps the scale of its other factor
        long t = z - middle << 64 - BITS;
        int at = segment * (DEGREE + 1);
        long sum = TAIL[at];
        for (int i = 1; i <= DEGREE; i++) {
            sum = TAIL[at + i] + multiplyHigh(sum, t);
        }
        return sum;
    }

    /** A number in units of 1e-8 as a real, rounded down. */
    static long real(long units) {
        return Fixed8.mulDivFloor(units, ONE, Fixed8.ONE);
    }

    /** The product of two reals, rounded down. */
    static long times(long a, long b) {
        return Fixed8.mulDivFloor(a, b, ONE);
    }

    /** The product of two reals that are not negative, rounded down, and {@link Black#MOST} where it is more. */
    static long timesAtMost(long a, long b) {
        long high = multiplyHigh(a, b);
        return high >> BITS - 1 != 0 ? Black.MOST : Math.min(high << 64 - BITS | a * b >>> BITS, Black.MOST);
    }

    /** The product of an amount and a real that is not negative, rounded down. */
    static long scaleDown(long amount, long real) {
        long high = multiplyHigh(amount, real);
        long low = amount * real;
        long product = high << 64 - BITS | low >>> BITS;
        if (high >> BITS - 1 != product >> 63) {
            throw new ArithmeticException("%d times %d / 2^57 leaves the 64-bit range.".formatted(amount, real));
        }
        return product;
    }

    /** The root of a number with twice the fraction bits of a real, as a real, rounded down; at most {@link Black#MOST}. */
    static long root(BigInteger square) {
        return square.signum() <= 0
                ? 0
                : square.sqrt().min(BigInteger.valueOf(Black.MOST)).longValueExact();
    }

    /**
     * {@code vol * sqrt(years)} as a real, rounded down.
     *
     * @param vol annual, in units of 1e-8
     * @param seconds to expiry; at or below zero nothing deviates
     */
    static long deviation(long vol, long seconds) {
        BigInteger units = BigInteger.valueOf(vol);
        return root(units.multiply(units)
                .multiply(BigInteger.valueOf(Math.max(seconds, 0)))
                .shiftLeft(2 * BITS)
                .divide(BigInteger.valueOf(Fixed8.ONE * Fixed8.ONE).multiply(BigInteger.valueOf(YEAR))));
    }
}
