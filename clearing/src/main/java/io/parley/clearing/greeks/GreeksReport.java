package io.parley.clearing.greeks;

import io.parley.clearing.margin.MarketSnapshot;
import io.parley.clearing.margin.Portfolio;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The Greeks of a portfolio: by position, by expiry, by underlying and in all. For reports, in doubles.
 *
 * @param positions by asset
 * @param expiries by underlying, then day of expiry; day 0 is what does not expire
 * @param underlyings by number
 * @param account the sum; its delta and gamma are in cash per relative move of 1.00 of all spots at once
 */
public record GreeksReport(
        SortedMap<AssetId, Greeks> positions,
        SortedMap<Integer, SortedMap<Integer, Greeks>> expiries,
        SortedMap<Integer, Greeks> underlyings,
        Greeks account) {
    private static final double UNIT = 1e-8;
    private static final double YEAR = 365 * 86_400.0;

    /**
     * The report of a portfolio in a market.
     *
     * @throws io.parley.clearing.MarginUnavailable NO_PRICE if the market does not price a position
     */
    public static GreeksReport of(Portfolio held, MarketSnapshot market) {
        SortedMap<AssetId, Greeks> positions = new TreeMap<>();
        SortedMap<Integer, SortedMap<Integer, Greeks>> expiries = new TreeMap<>();
        SortedMap<Integer, Greeks> underlyings = new TreeMap<>();
        held.positions().forEach((asset, quantity) -> {
            Greeks greeks = of(asset, market, 0, 0).times(quantity * UNIT);
            positions.put(asset, greeks);
            expiries.computeIfAbsent(asset.underlying(), u -> new TreeMap<>())
                    .merge(asset.expiryDay(), greeks, Greeks::plus);
            underlyings.merge(asset.underlying(), greeks, Greeks::plus);
        });
        Greeks account = new Greeks(held.cash() * UNIT, 0, 0, 0, 0, 0);
        for (var underlying : underlyings.entrySet()) {
            Greeks sum = underlying.getValue();
            double spot = market.underlying(underlying.getKey()).spot() * UNIT;
            account = account.plus(new Greeks(
                    sum.value(), sum.delta() * spot, sum.gamma() * spot * spot, sum.vega(), sum.theta(), sum.rho()));
        }
        expiries.replaceAll((underlying, days) -> Collections.unmodifiableSortedMap(days));
        return new GreeksReport(
                Collections.unmodifiableSortedMap(positions),
                Collections.unmodifiableSortedMap(expiries),
                Collections.unmodifiableSortedMap(underlyings),
                account);
    }

    /**
     * Change of value if spots and volatilities move, all underlyings alike.
     *
     * @param moves relative moves of spot, above -1
     * @param vols relative changes of volatility, above -1
     * @return a row for each move with a cell for each change of volatility, in dollars
     */
    public static double[][] grid(Portfolio held, MarketSnapshot market, List<Double> moves, List<Double> vols) {
        double[][] grid = new double[moves.size()][vols.size()];
        held.positions().forEach((asset, quantity) -> {
            double now = of(asset, market, 0, 0).value();
            for (int row = 0; row < moves.size(); row++) {
                for (int column = 0; column < vols.size(); column++) {
                    double then =
                            of(asset, market, moves.get(row), vols.get(column)).value();
                    grid[row][column] += quantity * UNIT * (then - now);
                }
            }
        });
        return grid;
    }

    private static Greeks of(AssetId asset, MarketSnapshot market, double move, double volMove) {
        var underlying = market.underlying(asset.underlying());
        return switch (asset.kind()) {
            case CASH -> Greeks.ZERO;
            case SPOT -> new Greeks(underlying.spot() * UNIT * (1 + move), 1, 0, 0, 0, 0);
            case PERP -> {
                double ratio = (double) underlying.perpMark() / underlying.spot();
                yield new Greeks(underlying.perpMark() * UNIT * (1 + move), ratio, 0, 0, 0, 0);
            }
            case CALL, PUT -> option(asset, underlying, market.time(), move, volMove);
        };
    }

    private static Greeks option(
            AssetId asset, MarketSnapshot.Underlying underlying, long time, double move, double volMove) {
        var expiry = underlying.expiry(asset.expiryDay());
        long seconds = Math.max(asset.expiryTime() - time, 0);
        double years = seconds / YEAR;
        double vol = seconds == 0 || expiry.forward() == 0
                ? 0
                : expiry.smile().deviation(asset.strike(), expiry.forward(), seconds)
                        * 0x1p-57
                        / StrictMath.sqrt(years);
        double floating = (expiry.forward() - expiry.fixed()) * UNIT;
        var black = Black76.of(
                asset.kind() == AssetKind.CALL,
                expiry.fixed() * UNIT + floating * (1 + move),
                asset.strike() * UNIT,
                vol * (1 + volMove),
                years,
                Math.max(underlying.rate(), 0) * UNIT);
        double forwardPerSpot = floating / (underlying.spot() * UNIT);
        return new Greeks(
                black.value(),
                black.delta() * forwardPerSpot,
                black.gamma() * forwardPerSpot * forwardPerSpot,
                black.vega(),
                black.theta() / 365,
                black.rho());
    }
}
