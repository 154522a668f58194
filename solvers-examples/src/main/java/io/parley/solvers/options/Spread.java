package io.parley.solvers.options;

import io.parley.solvers.Settings;

/**
 * What the solver asks beyond the value of a trade, in cash.
 *
 * <p>The half spread is charged on what is left of the risk when the legs are netted: a share of the dollar delta, a width in volatility times
 * vega, a share of the premium. So a spread costs less than its legs, and an option with its hedge less than the option.
 *
 * <p>The skew leans against the inventory: holding delta or vega costs with its square, and a trade is charged the cost
 * after it less the cost before it, which is below zero for a trade that brings the inventory down.
 *
 * @param spot half spread as a share of dollar delta
 * @param volatility half spread in volatility (0.01 is one point)
 * @param premium half spread as a share of premium
 * @param skew how strongly inventory counts; 1 means that at the limit the marginal skew equals the half spread
 * @param deltaLimit most dollar delta per underlying
 * @param vegaLimit most vega per underlying, in cash per 1.00 of volatility
 * @param least what is asked at least for any trade, in cash
 */
record Spread(
        double spot,
        double volatility,
        double premium,
        double skew,
        double deltaLimit,
        double vegaLimit,
        double least) {

    static Spread of(Settings settings) {
        return new Spread(
                settings.number("spot-spread", 0.0005, 0, 0.5),
                settings.number("vol-spread", 0.01, 0, 5),
                settings.number("premium-spread", 0.005, 0, 0.5),
                settings.number("skew", 1, 0, 100),
                settings.number("delta-limit", 500_000, 1, 1e10),
                settings.number("vega-limit", 50_000, 1, 1e10),
                settings.number("edge", 0.05, 0, 1e6));
    }

    /**
     * @param trade what the owner receives
     * @param inventory what the solver holds before it
     */
    double of(Risk trade, Risk inventory) {
        double asked = premium * trade.premium();
        for (var entry : trade.byUnderlying().entrySet()) {
            var moved = entry.getValue();
            var before = inventory.of(entry.getKey());
            asked += spot * Math.abs(moved.delta()) + volatility * Math.abs(moved.vega());
            asked += carried(before.minus(moved)) - carried(before);
        }
        return Math.max(asked, least);
    }

    private double carried(Risk.Sensitivity held) {
        return skew
                * (spot * held.delta() * held.delta() / (2 * deltaLimit)
                        + volatility * held.vega() * held.vega() / (2 * vegaLimit));
    }

    /** Whether the inventory stays within its limits, or at least does not go further beyond them. */
    boolean admits(Risk trade, Risk inventory) {
        for (var entry : trade.byUnderlying().entrySet()) {
            var before = inventory.of(entry.getKey());
            var after = before.minus(entry.getValue());
            if (Math.abs(after.delta()) > Math.max(deltaLimit, Math.abs(before.delta()))
                    || Math.abs(after.vega()) > Math.max(vegaLimit, Math.abs(before.vega()))) {
                return false;
            }
        }
        return true;
    }
}
