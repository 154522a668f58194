package io.parley.protocol;

/**
 * Arithmetic on the one scale: signed 64-bit integers in units of 1e-8 (100_000_000 is one US dollar, one ETH or one
 * contract). Products are formed in 128 bits, each operation says how it rounds, and a result outside int64 is an
 * {@link ArithmeticException}, never a wrap.
 */
public final class Fixed8 {

    /** One whole: 100_000_000 units. */
    public static final long ONE = 100_000_000L;

    /** Amounts (claims, limits, quantities) stay strictly below this in absolute value: 2^62 units. */
    public static final long LIMIT = 1L << 62;

    private Fixed8() {}

    /**
     * {@return {@code a + b}}
     *
     * @param a any value
     * @param b any value
     * @throws ArithmeticException if the sum leaves int64
     */
    public static long add(long a, long b) {
        return Math.addExact(a, b);
    }

    /**
     * {@return {@code a - b}}
     *
     * @param a any value
     * @param b any value
     * @throws ArithmeticException if the difference leaves int64
     */
    public static long subtract(long a, long b) {
        return Math.subtractExact(a, b);
    }

    /**
     * {@return {@code -a}}
     *
     * @param a any value
     * @throws ArithmeticException if {@code a} is the smallest int64
     */
    public static long negate(long a) {
        return Math.negateExact(a);
    }

    /**
     * {@return {@code floor(a * b / c)}, rounded toward minus infinity}
     *
     * @param a any value
     * @param b any value
     * @param c the divisor, above zero
     * @throws ArithmeticException if {@code c} is not above zero or the result leaves int64
     */
    public static long mulDivFloor(long a, long b, long c) {
        return mulDiv(a, b, c, false);
    }

    /**
     * {@return {@code ceil(a * b / c)}, rounded toward plus infinity}
     *
     * @param a any value
     * @param b any value
     * @param c the divisor, above zero
     * @throws ArithmeticException if {@code c} is not above zero or the result leaves int64
     */
    public static long mulDivCeil(long a, long b, long c) {
        return mulDiv(a, b, c, true);
    }

    /**
     * {@return the product of two values of the scale, {@code floor(a * b / 1e8)}}
     *
     * @param a units of 1e-8
     * @param b units of 1e-8
     * @throws ArithmeticException if the result leaves int64
     */
    public static long multiplyFloor(long a, long b) {
        return mulDiv(a, b, ONE, false);
    }

    /**
     * {@return the product of two values of the scale, {@code ceil(a * b / 1e8)}}
     *
     * @param a units of 1e-8
     * @param b units of 1e-8
     * @throws ArithmeticException if the result leaves int64
     */
    public static long multiplyCeil(long a, long b) {
        return mulDiv(a, b, ONE, true);
    }

    private static long mulDiv(long a, long b, long c, boolean up) {
        if (c <= 0) {
            throw new ArithmeticException("The divisor (%d) must be above zero.".formatted(c));
        }
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        if (high == low >> 63) {
            return up ? Math.ceilDiv(low, c) : Math.floorDiv(low, c);
        }
        boolean negative = high < 0;
        if (negative) {
            high = ~high + (low == 0 ? 1 : 0);
            low = -low;
        }
        if (Long.compareUnsigned(high, c) >= 0) {
            throw overflow(a, b, c);
        }
        long quotient = divideUnsigned(high, low, c);
        boolean exact = low == quotient * c;
        // The magnitude grows where the rounding goes away from zero.
        if (!exact && up != negative) {
            quotient++;
            if (quotient == 0) {
                throw overflow(a, b, c);
            }
        }
        if (negative ? Long.compareUnsigned(quotient, Long.MIN_VALUE) > 0 : quotient < 0) {
            throw overflow(a, b, c);
        }
        return negative ? -quotient : quotient;
    }

    private static ArithmeticException overflow(long a, long b, long c) {
        return new ArithmeticException("%d * %d / %d leaves the 64-bit range.".formatted(a, b, c));
    }

    /** Unsigned 128 by 64 bits with {@code high < divisor < 2^63} (Knuth's algorithm D with 32-bit digits). */
    private static long divideUnsigned(long high, long low, long divisor) {
        int shift = Long.numberOfLeadingZeros(divisor);
        long v = divisor << shift;
        long vHigh = v >>> 32;
        long vLow = v & 0xffff_ffffL;
        long rest = shift == 0 ? high : high << shift | low >>> (64 - shift);
        long shifted = low << shift;
        long first = digit(rest, shifted >>> 32, vHigh, vLow);
        rest = (rest << 32 | shifted >>> 32) - first * v;
        long second = digit(rest, shifted & 0xffff_ffffL, vHigh, vLow);
        return (first << 32) + second;
    }

    private static long digit(long rest, long next, long vHigh, long vLow) {
        long digit = Long.divideUnsigned(rest, vHigh);
        long left = rest - digit * vHigh;
        while (digit >>> 32 != 0 || Long.compareUnsigned(digit * vLow, left << 32 | next) > 0) {
            digit--;
            left += vHigh;
            if (left >>> 32 != 0) {
                break;
            }
        }
        return digit;
    }

    /**
     * Reads a plain decimal: an optional minus, digits without leading zeros, at most eight decimals.
     * {@code "1234.5"} is 123_450_000_000.
     *
     * @param decimal the text
     * @return units of 1e-8
     * @throws IllegalArgumentException if it is no such decimal or leaves int64
     */
    public static long parse(String decimal) {
        int at = decimal.startsWith("-") ? 1 : 0;
        boolean negative = at == 1;
        int point = decimal.indexOf('.');
        int end = point < 0 ? decimal.length() : point;
        int decimals = point < 0 ? 0 : decimal.length() - point - 1;
        boolean wellFormed = end > at
                && end - at <= 11
                && (end - at == 1 || decimal.charAt(at) != '0')
                && (point < 0 || decimals > 0)
                && decimals <= 8;
        // Negative, because the smallest value has no positive counterpart.
        long value = 0;
        try {
            for (int i = at; wellFormed && i < decimal.length(); i++) {
                char digit = decimal.charAt(i);
                if (i != point) {
                    wellFormed = digit >= '0' && digit <= '9';
                    value = Math.subtractExact(Math.multiplyExact(value, 10L), digit - '0');
                }
            }
            for (int i = decimals; wellFormed && i < 8; i++) {
                value = Math.multiplyExact(value, 10L);
            }
            if (wellFormed) {
                return negative ? value : Math.negateExact(value);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "The amount (%s) must be within ±92233720368.54775807.".formatted(decimal), e);
        }
        throw new IllegalArgumentException("The amount (%s) must be a plain decimal with at most 8 decimals, as 1234.5."
                .formatted(decimal.length() <= 40 ? decimal : decimal.substring(0, 40) + "…"));
    }

    /**
     * Writes a plain decimal without trailing zeros: 123_450_000_000 is {@code "1234.5"}.
     *
     * @param units units of 1e-8
     * @return the decimal, readable by {@link #parse}
     */
    public static String format(long units) {
        // In negatives, because the smallest value has no positive counterpart.
        long negative = units > 0 ? -units : units;
        StringBuilder text = new StringBuilder(24);
        if (units < 0) {
            text.append('-');
        }
        text.append(-(negative / ONE));
        long fraction = -(negative % ONE);
        if (fraction != 0) {
            String digits = Long.toString(ONE + fraction);
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(digits, 1, end);
        }
        return text.toString();
    }
}
