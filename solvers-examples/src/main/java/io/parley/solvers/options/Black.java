package io.parley.solvers.options;

/**
 * Black's formula of 1976 for options on a forward, in doubles: it quotes, and never decides what is signed.
 *
 * @param value cash per unit
 * @param delta change of value per unit of the forward
 * @param vega change of value per 1.00 of volatility
 */
record Black(double value, double delta, double vega) {

    /**
     * @param forward the forward price, above zero
     * @param strike above zero
     * @param years to expiry; at or below zero the option is worth its payoff
     * @param volatility per square root of a year, 0.65 is 65 %
     * @param discount what one unit of cash at expiry is worth now
     */
    static Black of(boolean call, double forward, double strike, double years, double volatility, double discount) {
        double deviation = volatility * Math.sqrt(Math.max(years, 0));
        double sign = call ? 1 : -1;
        if (!(deviation > 1e-9)) {
            double payoff = Math.max(0, sign * (forward - strike));
            return new Black(discount * payoff, payoff > 0 ? discount * sign : 0, 0);
        }
        double d1 = Math.log(forward / strike) / deviation + deviation / 2;
        double d2 = d1 - deviation;
        double value = sign * (forward * normal(sign * d1) - strike * normal(sign * d2));
        double density = Math.exp(-d1 * d1 / 2) / Math.sqrt(2 * Math.PI);
        return new Black(
                discount * Math.max(0, value),
                discount * sign * normal(sign * d1),
                discount * forward * density * Math.sqrt(years));
    }

    /**
     * The normal distribution function by Hart's rational approximation in West's form; absolute error below 1e-14.
     */
    static double normal(double x) {
        double z = Math.abs(x);
        double tail;
        if (z > 37) {
            tail = 0;
        } else {
            double e = Math.exp(-z * z / 2);
            if (z < 7.07106781186547) {
                double p = 3.52624965998911e-02 * z + 0.700383064443688;
                p = p * z + 6.37396220353165;
                p = p * z + 33.912866078383;
                p = p * z + 112.079291497871;
                p = p * z + 221.213596169931;
                p = p * z + 220.206867912376;
                double q = 8.83883476483184e-02 * z + 1.75566716318264;
                q = q * z + 16.064177579207;
                q = q * z + 86.7807322029461;
                q = q * z + 296.564248779674;
                q = q * z + 637.333633378831;
                q = q * z + 793.826512519948;
                q = q * z + 440.413735824752;
                tail = e * p / q;
            } else {
                double q = z + 0.65;
                q = z + 4 / q;
                q = z + 3 / q;
                q = z + 2 / q;
                q = z + 1 / q;
                tail = e / (q * 2.506628274631);
            }
        }
        return x > 0 ? 1 - tail : tail;
    }
}
