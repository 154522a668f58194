package io.parley.clearing.greeks;

/**
 * A European option on a forward by Black's formula of 1976, in doubles: for marks, quotes and reports, never for a
 * decision. The same to the bit on every machine.
 *
 * @param value cash per whole
 * @param delta change of value per 1 of the forward
 * @param gamma change of delta per 1 of the forward
 * @param vega change of value per 1.00 of volatility
 * @param theta change of value per year that passes, forward and volatility unchanged
 * @param rho change of value per 1.00 of the rate, the forward unchanged
 */
public record Black76(double value, double delta, double gamma, double vega, double theta, double rho) {

    private static final double SQRT_TWO_PI = 2.506628274631000502415765;

    /**
     * Discounted value of one option.
     *
     * @param forward price of the underlying for delivery at expiry, above zero
     * @param strike above zero
     * @param vol annual, 0.6 is 60 %
     * @param years to expiry; at zero or below the option is worth its payoff
     * @param rate annual, continuously compounded
     */
    public static double value(boolean call, double forward, double strike, double vol, double years, double rate) {
        double sign = call ? 1 : -1;
        double deviation = vol * StrictMath.sqrt(StrictMath.max(years, 0));
        if (!(deviation > 0)) {
            return StrictMath.max(sign * (forward - strike), 0) * discount(years, rate);
        }
        double d1 = StrictMath.log(forward / strike) / deviation + deviation / 2;
        return value(sign, forward, strike, d1, d1 - deviation) * discount(years, rate);
    }

    /** As {@link #value}, with the slopes; without a deviation those of the payoff. */
    public static Black76 of(boolean call, double forward, double strike, double vol, double years, double rate) {
        double sign = call ? 1 : -1;
        double time = StrictMath.max(years, 0);
        double deviation = vol * StrictMath.sqrt(time);
        double discount = discount(years, rate);
        if (!(deviation > 1e-9)) {
            double payoff = discount * StrictMath.max(sign * (forward - strike), 0);
            return new Black76(
                    payoff, payoff > 0 ? discount * sign : 0, 0, 0, 0 < time ? rate * payoff : 0, -time * payoff);
        }
        double d1 = StrictMath.log(forward / strike) / deviation + deviation / 2;
        double value = discount * value(sign, forward, strike, d1, d1 - deviation);
        double density = discount * StrictMath.exp(-d1 * d1 / 2) / SQRT_TWO_PI;
        double root = StrictMath.sqrt(time);
        return new Black76(
                value,
                discount * sign * normal(sign * d1),
                density / (forward * deviation),
                forward * density * root,
                rate * value - forward * density * vol / (2 * root),
                -time * value);
    }

    private static double discount(double years, double rate) {
        return StrictMath.exp(-rate * StrictMath.max(years, 0));
    }

    private static double value(double sign, double forward, double strike, double d1, double d2) {
        return StrictMath.max(sign * (forward * normal(sign * d1) - strike * normal(sign * d2)), 0);
    }

    /** The standard normal distribution function to about 1e-15 (Hart's rational approximation, as West gives it). */
    static double normal(double x) {
        double z = StrictMath.abs(x);
        double tail;
        if (z > 37) {
            tail = 0;
        } else {
            double e = StrictMath.exp(-z * z / 2);
            if (z < 7.07106781186547) {
                double n = 3.52624965998911e-02 * z + 0.700383064443688;
                n = n * z + 6.37396220353165;
                n = n * z + 33.912866078383;
                n = n * z + 112.079291497871;
                n = n * z + 221.213596169931;
                n = n * z + 220.206867912376;
                double d = 8.83883476483184e-02 * z + 1.75566716318264;
                d = d * z + 16.064177579207;
                d = d * z + 86.7807322029461;
                d = d * z + 296.564248779674;
                d = d * z + 637.333633378831;
                d = d * z + 793.826512519948;
                d = d * z + 440.413735824752;
                tail = e * n / d;
            } else {
                double f = z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))));
                tail = e / f / SQRT_TWO_PI;
            }
        }
        return x > 0 ? 1 - tail : tail;
    }
}
