package io.parley.solvers.netting;

import io.parley.protocol.Fixed8;
import java.util.Arrays;
import java.util.List;

/**
 * Shares a match's surplus: one price per asset for all fills, as near to the market as the limits allow.
 *
 * <p>A price that both sides would also get elsewhere keeps a netted fill from being worse than a fill alone, whatever
 * an owner wrote as its limit. The market's prices are therefore moved only as far as the limits demand (alternating
 * projections onto "this fill is within its limit", in relative price changes). Where no single price serves all, the nearest is used
 * and the integers below still keep every fill within its limit.
 */
final class UniformPrice {

    private static final int ROUNDS = 500;

    private UniformPrice() {}

    /**
     * The signed cash change of each owner: never below its limit, and in sum exactly {@code -edge} or a little less
     * (the rounding stays with the solver).
     *
     * @param prices the market's, in cash per unit of each asset
     * @param edge what the solver keeps, from 0 to the match's surplus
     */
    static long[] fills(Match match, double[] prices, long edge) {
        var parts = match.fills();
        var price = nearest(parts, prices);
        var slack = new long[parts.size()];
        double total = 0;
        var raw = new double[parts.size()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Math.max(0, -value(parts.get(i), price) - parts.get(i).limit());
            total += raw[i];
        }
        // Doubles only weigh the shares. What is shared, and that it is enough, is decided in integers.
        long shared = 0;
        for (int i = 0; i < raw.length; i++) {
            slack[i] = total > 0 ? (long) (raw[i] / total * match.surplus()) : 0;
            shared = Math.addExact(shared, slack[i]);
        }
        if (shared == 0) {
            Arrays.fill(slack, 1);
            shared = slack.length;
        }
        long given = match.surplus() - edge;
        var fills = new long[raw.length];
        for (int i = 0; i < raw.length; i++) {
            fills[i] = Math.addExact(parts.get(i).limit(), Fixed8.mulDivFloor(given, slack[i], shared));
        }
        return fills;
    }

    private static double[] nearest(List<Match.Part> fills, double[] market) {
        var price = market.clone();
        for (int round = 0; round < ROUNDS; round++) {
            boolean moved = false;
            for (var fill : fills) {
                double over = value(fill, price) + fill.limit();
                double norm = 0;
                for (int a = 0; a < price.length; a++) {
                    double moves = units(fill, a) * market[a];
                    norm += moves * moves;
                }
                if (over > Math.max(1, Math.abs(fill.limit()) * 1e-12) && norm > 0) {
                    for (int a = 0; a < price.length; a++) {
                        price[a] -= over / norm * units(fill, a) * market[a] * market[a];
                    }
                    moved = true;
                }
            }
            if (!moved) {
                break;
            }
        }
        return price;
    }

    private static double value(Match.Part fill, double[] price) {
        double value = 0;
        for (int a = 0; a < price.length; a++) {
            value += units(fill, a) * price[a];
        }
        return value;
    }

    private static double units(Match.Part fill, int asset) {
        return (double) fill.offer().unit[asset] * fill.parts();
    }
}
