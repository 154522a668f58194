package io.parley.clearing.margin;

import static java.lang.Math.multiplyHigh;

import io.parley.protocol.Fixed8;

/**
 * Black's formula of 1976 in integers, undiscounted: {@code F N(d1) - K N(d2)}. Amounts are cash units of 1e-8.
 *
 * <p>What depends on the deviation alone is computed once for all forwards and strikes that are valued with it: an
 * instance is one deviation, {@code volatility * sqrt(years)}. With {@code s} the deviation a value is within
 * {@code 1 + (F + K) 2^-60 + F 2^-109 / s} units of the exact one.
 */
final class Black {
    /** Beyond this many deviations the time value is below 2^-100 of the forward. */
    private static final int FAR = 16;

    /** Deviations from here upward are as good as infinite for every forward and strike of 63 bits. */
    static final long MOST = 63 * FixedMath.ONE;

    private final long deviation;
    /** 2^124 over the deviation normalised to 63 bits. */
    private final long inverse;

    private final int normalised;

    private Black(long deviation, long inverse, int normalised) {
        this.deviation = deviation;
        this.inverse = inverse;
        this.normalised = normalised;
    }

    /**
     * @param deviation a real, not negative; 0 values an option at its payoff
     */
    static Black of(long deviation) {
        if (deviation < 0) {
            throw new ArithmeticException("A deviation (%d) must not be negative.".formatted(deviation));
        }
        long used = Math.min(deviation, MOST);
        if (used == 0) {
            return new Black(0, 0, 0);
        }
        int shift = Long.numberOfLeadingZeros(used) - 1;
        return new Black(used, Fixed8.mulDivFloor(1L << 62, 1L << 62, used << shift), shift);
    }

    /**
     * The value of one whole, rounded to the nearest unit; call less put is exactly forward less strike.
     *
     * @param forward at least 0
     * @param strike at least 0
     * @param moneyness ln(forward / strike) as a real; not looked at if either is 0
     */
    long value(boolean call, long forward, long strike, long moneyness) {
        long intrinsic = Math.max(call ? forward - strike : strike - forward, 0);
        if (deviation == 0 || forward == 0 || strike == 0) {
            return intrinsic;
        }
        // moneyness / deviation = high 2^(normalised - 3) as a real
        long high = multiplyHigh(moneyness, inverse);
        int shift = normalised - 3;
        long ratio;
        if (shift > 0) {
            long most = (long) FAR << FixedMath.BITS >> shift;
            if (high >= most || high <= -most) {
                return intrinsic;
            }
            ratio = high << shift;
        } else {
            ratio = high >> -shift;
        }
        long d1 = ratio + (deviation >> 1);
        long d2 = d1 - deviation;
        long overForward;
        long overStrike;
        if (call) {
            overForward = FixedMath.normal(d1);
            overStrike = FixedMath.normal(d2);
        } else {
            overForward = -FixedMath.normal(-d1);
            overStrike = -FixedMath.normal(-d2);
        }
        long lowGain = forward * overForward;
        long lowLoss = strike * overStrike;
        long low = lowGain - lowLoss;
        long borrow = Long.compareUnsigned(lowGain, lowLoss) < 0 ? 1 : 0;
        long whole = multiplyHigh(forward, overForward) - multiplyHigh(strike, overStrike) - borrow;
        // 62 fraction bits, half a unit added to round
        long rounded = low + (1L << 61);
        if (Long.compareUnsigned(rounded, low) < 0) {
            whole++;
        }
        return Math.max(intrinsic, whole << 2 | rounded >>> 62);
    }
}
