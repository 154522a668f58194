package io.parley.risk.feeder.domain;

/**
 * A smile of one expiry in the raw SVI form: total variance {@code a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))} at
 * log-moneyness {@code k = ln(strike / forward)}.
 */
record Svi(double a, double b, double rho, double m, double sigma) {

    /** Free of butterfly arbitrage for every expiry: {@code eta^2 (1 + |rho|)} stays far below 4. */
    private static final double ETA = 0.9;

    private static final double RHO = -0.25;

    /**
     * The smile of the demo market: at the money it has the given volatility, and it is skewed to the downside.
     *
     * @param years to expiry, above zero
     */
    static Svi around(double vol, double years) {
        double theta = vol * vol * years;
        double phi = ETA / StrictMath.sqrt(theta);
        double bend = StrictMath.sqrt(1 - RHO * RHO);
        return new Svi(theta / 2 * (1 - RHO * RHO), theta * phi / 2, RHO, -RHO / phi, bend / phi);
    }

    /** Annual volatility at a strike. */
    double vol(double forward, double strike, double years) {
        return StrictMath.sqrt(StrictMath.max(variance(StrictMath.log(strike / forward)), 0) / years);
    }

    /** Total variance at a log-moneyness. */
    double variance(double moneyness) {
        double k = moneyness - m;
        return a + b * (rho * k + StrictMath.sqrt(k * k + sigma * sigma));
    }

    /** Has the sign of the density that the smile implies there (Gatheral's g); the variance must be above zero. */
    double density(double moneyness) {
        double k = moneyness - m;
        double root = StrictMath.sqrt(k * k + sigma * sigma);
        double w = variance(moneyness);
        double first = b * (rho + (root == 0 ? 0 : k / root));
        double second = root == 0 ? 0 : b * sigma * sigma / (root * root * root);
        double slope = 1 - moneyness * first / (2 * w);
        return slope * slope - first * first / 4 * (1 / w + 0.25) + second / 2;
    }
}
