package io.parley.risk.feeder.domain;

/** The price of a European option on a forward, in doubles: for quotes and marks, never for a decision. */
final class Black76 {

    private static final double SQRT_TWO_PI = 2.506628274631000502415765;

    private Black76() {}

    /**
     * Discounted value of one option.
     *
     * @param forward price of the underlying for delivery at expiry, above zero
     * @param strike above zero
     * @param vol annual, 0.6 is 60 %
     * @param years to expiry; at zero or below the option is worth its payoff
     * @param rate annual, continuously compounded
     */
    static double value(boolean call, double forward, double strike, double vol, double years, double rate) {
        double sign = call ? 1 : -1;
        double deviation = vol * StrictMath.sqrt(StrictMath.max(years, 0));
        if (!(deviation > 0)) {
            return StrictMath.max(sign * (forward - strike), 0);
        }
        double d1 = StrictMath.log(forward / strike) / deviation + deviation / 2;
        double d2 = d1 - deviation;
        double undiscounted = sign * (forward * normal(sign * d1) - strike * normal(sign * d2));
        return StrictMath.max(undiscounted, 0) * StrictMath.exp(-rate * years);
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
