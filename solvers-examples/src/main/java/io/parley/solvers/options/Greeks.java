package io.parley.solvers.options;

import io.parley.clearing.greeks.Black76;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.PriceContent;
import java.util.Optional;

/**
 * One whole of an asset, in doubles: to quote and to weigh risk with. Nothing signed is decided by it alone.
 *
 * @param underlying its number
 * @param value cash
 * @param dollarDelta change of value, in cash, if the underlying doubled at this slope
 * @param vega change of value per 1.00 of volatility
 * @param premium what of the value is an option's premium
 */
record Greeks(int underlying, double value, double dollarDelta, double vega, double premium) {

    private static final double UNIT = 1e-8;
    private static final double YEAR = 365 * 86_400.0;

    /** From the signed surface: empty if it does not price the asset, or the option has expired. */
    static Optional<Greeks> of(AssetId asset, PriceContent prices, long time) {
        var known = prices.underlying(asset.underlying());
        if (asset.isCash() || known.isEmpty()) {
            return Optional.empty();
        }
        var market = known.get();
        double spot = market.spot() * UNIT;
        return switch (asset.kind()) {
            case SPOT -> Optional.of(new Greeks(asset.underlying(), spot, spot, 0, 0));
            case PERP -> {
                double mark = market.perpMark() * UNIT;
                yield Optional.of(new Greeks(asset.underlying(), mark, mark, 0, 0));
            }
            case CALL, PUT ->
                market.expiry(asset.expiryDay()).flatMap(e -> option(asset, e, market.rate() * UNIT, time));
            case CASH -> Optional.empty();
        };
    }

    private static Optional<Greeks> option(AssetId asset, PriceContent.Expiry expiry, double rate, long time) {
        double years = (asset.expiryTime() - time) / YEAR;
        double forward = expiry.forward() * UNIT;
        double strike = asset.strike() * UNIT;
        if (!(years > 0 && forward > 0)) {
            return Optional.empty();
        }
        double volatility = Math.sqrt(variance(expiry, Math.log(strike / forward)) / years);
        var black = Black76.of(asset.kind() == AssetKind.CALL, forward, strike, volatility, years, rate);
        return Optional.of(
                new Greeks(asset.underlying(), black.value(), black.delta() * forward, black.vega(), black.value()));
    }

    /** Total variance of raw SVI at log-moneyness k, at least 0. */
    private static double variance(PriceContent.Expiry e, double k) {
        double x = k - e.m() * UNIT;
        double sigma = e.sigma() * UNIT;
        return Math.max(0, e.a() * UNIT + e.b() * UNIT * (e.rho() * UNIT * x + Math.sqrt(x * x + sigma * sigma)));
    }
}
