package io.parley.clearing.margin;

import java.math.BigInteger;

/**
 * The constants of {@link FixedMath}, computed once from their series with {@value #BITS} fraction bits rather than typed
 * in: more than 150 of the bits are right, 62 are used. Integers only, so every machine gets the same tables.
 */
final class Series {
    private static final int BITS = 256;
    private static final BigInteger ONE = BigInteger.ONE.shiftLeft(BITS);

    private Series() {}

    /** ln 2 with {@code bits} fraction bits, rounded down: 2 atanh(1/3). */
    static BigInteger ln2(int bits) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger power = ONE.divide(BigInteger.valueOf(3));
        for (int n = 1; power.signum() != 0; n += 2) {
            sum = sum.add(power.divide(BigInteger.valueOf(n)));
            power = power.divide(BigInteger.valueOf(9));
        }
        return sum.shiftLeft(1).shiftRight(BITS - bits);
    }

    /** 1/n!, n from 0, with {@code bits} fraction bits. */
    static long[] reciprocalFactorials(int count, int bits) {
        long[] reciprocals = new long[count];
        BigInteger factorial = BigInteger.ONE;
        for (int n = 0; n < count; n++) {
            factorial = factorial.multiply(BigInteger.valueOf(Math.max(n, 1)));
            reciprocals[n] = rounded(ONE.divide(factorial), bits);
        }
        return reciprocals;
    }

    /** 1/(2n+1), n from 0, with {@code bits} fraction bits. */
    static long[] oddReciprocals(int count, int bits) {
        long[] reciprocals = new long[count];
        for (int n = 0; n < count; n++) {
            reciprocals[n] = rounded(ONE.divide(BigInteger.valueOf(2L * n + 1)), bits);
        }
        return reciprocals;
    }

    /**
     * Taylor coefficients of the upper tail N(-z) around the middle of each segment of z.
     *
     * @param segments from z = 0 upward
     * @param perUnit segments per unit of z
     * @param degree of each polynomial
     * @return for each segment its coefficients from the highest degree to the lowest
     */
    static long[] normalTail(int segments, int perUnit, int degree, int bits) {
        long[] table = new long[segments * (degree + 1)];
        BigInteger rootOfTwoPi = pi().shiftLeft(BITS + 1).sqrt();
        for (int segment = 0; segment < segments; segment++) {
            BigInteger c = ONE.multiply(BigInteger.valueOf(2L * segment + 1)).divide(BigInteger.valueOf(2L * perUnit));
            BigInteger square = times(c, c);
            BigInteger density = ONE.shiftLeft(BITS).divide(exponential(square.shiftRight(1)));
            density = density.shiftLeft(BITS).divide(rootOfTwoPi);
            BigInteger[] coefficients = new BigInteger[degree + 1];
            coefficients[0] = ONE.shiftRight(1).subtract(times(density, oddSeries(c, square)));
            // Derivatives of the density: phi^(n) = -c phi^(n-1) - (n-1) phi^(n-2).
            BigInteger before = BigInteger.ZERO;
            BigInteger derivative = density;
            BigInteger factorial = BigInteger.ONE;
            for (int n = 1; n <= degree; n++) {
                factorial = factorial.multiply(BigInteger.valueOf(n));
                coefficients[n] = derivative.negate().divide(factorial);
                BigInteger next = times(c, derivative)
                        .add(before.multiply(BigInteger.valueOf(n - 1L)))
                        .negate();
                before = derivative;
                derivative = next;
            }
            for (int n = 0; n <= degree; n++) {
                table[segment * (degree + 1) + degree - n] = rounded(coefficients[n], bits);
            }
        }
        return table;
    }

    /** x + x^3/3 + x^5/(3*5) + …: N(x) - 1/2 divided by the density. All terms are positive, so nothing cancels. */
    private static BigInteger oddSeries(BigInteger x, BigInteger square) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger term = x;
        for (int n = 3; term.signum() != 0; n += 2) {
            sum = sum.add(term);
            term = times(term, square).divide(BigInteger.valueOf(n));
        }
        return sum;
    }

    /** e^x for x at or above zero. */
    private static BigInteger exponential(BigInteger x) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger term = ONE;
        for (int n = 1; term.signum() != 0; n++) {
            sum = sum.add(term);
            term = times(term, x).divide(BigInteger.valueOf(n));
        }
        return sum;
    }

    /** By Machin: 16 atan(1/5) - 4 atan(1/239). */
    private static BigInteger pi() {
        return arcTangentOfReciprocal(5)
                .shiftLeft(4)
                .subtract(arcTangentOfReciprocal(239).shiftLeft(2));
    }

    private static BigInteger arcTangentOfReciprocal(int x) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger power = ONE.divide(BigInteger.valueOf(x));
        for (int n = 1; power.signum() != 0; n += 2) {
            BigInteger term = power.divide(BigInteger.valueOf(n));
            sum = n % 4 == 1 ? sum.add(term) : sum.subtract(term);
            power = power.divide(BigInteger.valueOf((long) x * x));
        }
        return sum;
    }

    private static BigInteger times(BigInteger a, BigInteger b) {
        return a.multiply(b).shiftRight(BITS);
    }

    private static long rounded(BigInteger value, int bits) {
        return value.shiftRight(BITS - bits - 1)
                .add(BigInteger.ONE)
                .shiftRight(1)
                .longValueExact();
    }
}
