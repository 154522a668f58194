package io.parley.clearing.margin;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The functions of the kernel to more than 50 digits, by other ways than the kernel's: alternating series, repeated roots,
 * decimals.
 */
final class Exact {
    static final MathContext DIGITS = new MathContext(100, RoundingMode.HALF_EVEN);
    private static final BigDecimal TWO = BigDecimal.TWO;
    private static final BigDecimal TINY = new BigDecimal("1e-80");
    private static final BigDecimal ROOT_OF_TWO_PI = pi().multiply(TWO).sqrt(DIGITS);

    private Exact() {}

    /** A real of the kernel. */
    static BigDecimal real(long real) {
        return new BigDecimal(BigInteger.valueOf(real))
                .divide(new BigDecimal(BigInteger.ONE.shiftLeft(FixedMath.BITS)), DIGITS);
    }

    /** Units of 1e-8. */
    static BigDecimal decimal(long units) {
        return BigDecimal.valueOf(units, 8);
    }

    static BigDecimal exp(BigDecimal x) {
        int halvings = Math.max(0, x.precision() - x.scale() + 1) * 4;
        BigDecimal small = x.divide(TWO.pow(halvings), DIGITS);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal term = BigDecimal.ONE;
        for (int n = 1; term.abs().compareTo(TINY.scaleByPowerOfTen(-20)) > 0; n++) {
            sum = sum.add(term);
            term = term.multiply(small).divide(BigDecimal.valueOf(n), DIGITS);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum).round(DIGITS);
        }
        return sum;
    }

    /** By roots until the number is near 1, then the alternating series of ln(1 + x). */
    static BigDecimal ln(BigDecimal x) {
        int roots = 0;
        BigDecimal near = x;
        while (near.subtract(BigDecimal.ONE).abs().compareTo(new BigDecimal("0.001")) > 0) {
            near = near.sqrt(DIGITS);
            roots++;
        }
        BigDecimal rest = near.subtract(BigDecimal.ONE);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal power = rest;
        for (int n = 1; power.abs().compareTo(TINY.scaleByPowerOfTen(-10)) > 0; n++) {
            sum = sum.add(power.divide(BigDecimal.valueOf(n % 2 == 1 ? n : -n), DIGITS));
            power = power.multiply(rest).round(DIGITS);
        }
        return sum.multiply(TWO.pow(roots));
    }

    /** The alternating series of the error function; its terms reach e^(x^2/2), of which 100 digits leave 60 at x = 13. */
    static BigDecimal normal(BigDecimal x) {
        if (x.abs().compareTo(BigDecimal.valueOf(13)) > 0) {
            return x.signum() > 0 ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        BigDecimal half = x.multiply(x).divide(TWO, DIGITS);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal power = x;
        for (int n = 0; power.abs().compareTo(TINY) > 0; n++) {
            sum = sum.add(power.divide(BigDecimal.valueOf(2L * n + 1), DIGITS));
            power = power.multiply(half).divide(BigDecimal.valueOf(-n - 1L), DIGITS);
        }
        return new BigDecimal("0.5").add(sum.divide(ROOT_OF_TWO_PI, DIGITS));
    }

    /** Undiscounted, in the units of forward and strike. */
    static BigDecimal black(boolean call, BigDecimal forward, BigDecimal strike, BigDecimal deviation) {
        BigDecimal payoff = call ? forward.subtract(strike) : strike.subtract(forward);
        if (deviation.signum() == 0 || forward.signum() == 0 || strike.signum() == 0) {
            return payoff.max(BigDecimal.ZERO);
        }
        BigDecimal d1 =
                ln(forward.divide(strike, DIGITS)).divide(deviation, DIGITS).add(deviation.divide(TWO, DIGITS));
        BigDecimal d2 = d1.subtract(deviation);
        BigDecimal value = forward.multiply(normal(d1)).subtract(strike.multiply(normal(d2)));
        return call ? value : value.subtract(payoff.negate());
    }

    private static BigDecimal pi() {
        // Gauss and Legendre
        BigDecimal a = BigDecimal.ONE;
        BigDecimal b = BigDecimal.ONE.divide(TWO.sqrt(DIGITS), DIGITS);
        BigDecimal t = new BigDecimal("0.25");
        BigDecimal p = BigDecimal.ONE;
        for (int i = 0; i < 8; i++) {
            BigDecimal next = a.add(b).divide(TWO, DIGITS);
            b = a.multiply(b).sqrt(DIGITS);
            t = t.subtract(p.multiply(a.subtract(next).pow(2)), DIGITS);
            a = next;
            p = p.multiply(TWO);
        }
        return a.add(b).pow(2).divide(t.multiply(BigDecimal.valueOf(4)), DIGITS);
    }
}
