package io.parley.solvers.options;

import java.util.HashMap;
import java.util.Map;

/** Value, dollar delta and vega of a set of positions, the latter two by underlying. Mutable; for one thread. */
final class Risk {

    /** Delta and vega of one underlying, in cash. */
    record Sensitivity(double delta, double vega) {

        static final Sensitivity NONE = new Sensitivity(0, 0);

        Sensitivity plus(Sensitivity other) {
            return new Sensitivity(delta + other.delta, vega + other.vega);
        }

        Sensitivity minus(Sensitivity other) {
            return new Sensitivity(delta - other.delta, vega - other.vega);
        }
    }

    private final Map<Integer, Sensitivity> byUnderlying = new HashMap<>();
    private double value;
    private double premium;

    /** @param quantity in wholes; below zero is short */
    void add(Greeks greeks, double quantity) {
        value += quantity * greeks.value();
        premium += Math.abs(quantity) * greeks.premium();
        byUnderlying.merge(
                greeks.underlying(),
                new Sensitivity(quantity * greeks.dollarDelta(), quantity * greeks.vega()),
                Sensitivity::plus);
    }

    /** Takes the other side of a trade. */
    void face(Risk trade) {
        trade.byUnderlying.forEach((underlying, sensitivity) ->
                byUnderlying.merge(underlying, Sensitivity.NONE.minus(sensitivity), Sensitivity::plus));
    }

    Risk copy() {
        var copy = new Risk();
        copy.byUnderlying.putAll(byUnderlying);
        copy.value = value;
        copy.premium = premium;
        return copy;
    }

    double value() {
        return value;
    }

    /** Premium of all options, long and short alike. */
    double premium() {
        return premium;
    }

    Map<Integer, Sensitivity> byUnderlying() {
        return byUnderlying;
    }

    Sensitivity of(int underlying) {
        return byUnderlying.getOrDefault(underlying, Sensitivity.NONE);
    }
}
