package io.parley.clearing.margin;

import io.parley.clearing.margin.PortfolioParameters.Scenario;
import io.parley.clearing.margin.PortfolioParameters.Vols;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import java.util.TreeMap;

/** Portfolio margin in doubles straight from the formulae of docs/margin.md, with nothing of the kernel in it. */
final class FloatingMargin {
    private static final double UNIT = 1e-8;

    private final PortfolioParameters parameters;
    private final MarketSnapshot market;

    double value;
    double netInitial;
    double netMaintenance;
    /** Every amount that was summed, for how far integers and doubles may be apart. */
    double turnover;

    FloatingMargin(PortfolioParameters parameters, MarketSnapshot market) {
        this.parameters = parameters;
        this.market = market;
    }

    FloatingMargin of(Portfolio held) {
        value = held.cash() * UNIT;
        netInitial = value;
        netMaintenance = value;
        var byUnderlying = new TreeMap<Integer, TreeMap<AssetId, Double>>();
        held.positions()
                .forEach((asset, quantity) -> byUnderlying
                        .computeIfAbsent(asset.underlying(), u -> new TreeMap<>())
                        .put(asset, quantity * UNIT));
        byUnderlying.forEach((number, positions) -> underlying(market.underlying(number), positions));
        return this;
    }

    private void underlying(MarketSnapshot.Underlying u, TreeMap<AssetId, Double> positions) {
        double spot = u.spot() * UNIT;
        double worth = 0;
        double mm = 0;
        double im = 0;
        double sizes = 0;
        double worst = 0;
        for (var position : positions.entrySet()) {
            double v = position.getValue() * price(u, position.getKey(), 0, Vols.UNCHANGED);
            worth += v;
            turnover += 10 * Math.abs(v) + Math.abs(position.getValue()) * spot * 10;
            if (position.getKey().kind() == AssetKind.PERP) {
                double notional = Math.abs(position.getValue()) * u.perpMark() * UNIT;
                mm += notional * parameters.contingencies().perpMaintenance() * UNIT;
                im += notional * parameters.contingencies().perpInitial() * UNIT;
            }
            if (!position.getKey().kind().isOption() || position.getValue() < 0) {
                sizes += Math.abs(position.getValue());
            }
        }
        var expiries = new TreeMap<Integer, TreeMap<AssetId, Double>>();
        positions.forEach((asset, n) -> expiries.computeIfAbsent(asset.expiryDay(), d -> new TreeMap<>())
                .put(asset, n));
        for (Scenario scenario : parameters.scenarios()) {
            double change = 0;
            for (var expiry : expiries.entrySet()) {
                change += expiry.getKey() == 0
                        ? sum(u, expiry.getValue(), scenario.spot() * UNIT, Vols.UNCHANGED)
                                - sum(u, expiry.getValue(), 0, Vols.UNCHANGED)
                        : change(u, expiry.getValue(), scenario);
            }
            worst = Math.min(worst, change * scenario.weight() * UNIT);
        }
        for (var expiry : expiries.entrySet()) {
            if (expiry.getKey() != 0) {
                double now = sum(u, expiry.getValue(), 0, Vols.UNCHANGED);
                double shock = parameters.basis().shock() * UNIT;
                double moved = Math.min(
                        sum(u, expiry.getValue(), shock, Vols.UNCHANGED),
                        sum(u, expiry.getValue(), -shock, Vols.UNCHANGED));
                double years = years(expiry.getValue().firstKey());
                mm -= Math.min(moved - now, 0)
                        * (parameters.basis().base() * UNIT + parameters.basis().slope() * UNIT * years);
                double calls = 0;
                double puts = 0;
                for (var position : expiry.getValue().entrySet()) {
                    if (position.getKey().kind() == AssetKind.CALL) {
                        calls += position.getValue();
                    } else {
                        puts += position.getValue();
                    }
                }
                double naked = (Math.max(-calls, 0) + Math.max(-puts, 0)) * spot;
                mm += naked * parameters.contingencies().nakedMaintenance() * UNIT;
                im += naked * parameters.contingencies().nakedInitial() * UNIT;
            }
        }
        double confidence = u.confidence() * UNIT;
        if (confidence < parameters.confidenceThreshold() * UNIT) {
            im += (1 - confidence) * spot * sizes;
        }
        double peg = Math.max(parameters.stableThreshold() * UNIT - market.stable() * UNIT, 0)
                * parameters.stableFactor()
                * UNIT;
        value += worth;
        netMaintenance += worth + parameters.maintenanceFactor() * UNIT * worst - mm;
        netInitial += worth + (parameters.initialFactor() * UNIT + peg) * worst - mm - im;
    }

    private double change(MarketSnapshot.Underlying u, TreeMap<AssetId, Double> positions, Scenario scenario) {
        double now = sum(u, positions, 0, Vols.UNCHANGED);
        double shocked = sum(u, positions, scenario.spot() * UNIT, scenario.vols());
        if (scenario.vols() == Vols.LINEAR_SKEW || scenario.vols() == Vols.ABSOLUTE_SKEW) {
            return -Math.abs(shocked - now);
        }
        double years = years(positions.firstKey());
        double rate = Math.max(u.rate() * UNIT, 0);
        var discount = parameters.discount();
        double grown = Math.exp(years * (rate + discount.spread() * UNIT));
        double factor = shocked > 0
                ? discount.longFactor() * UNIT / grown
                : Math.min(Math.exp(rate * years), discount.shortFactor() * UNIT * grown);
        return shocked * factor - now;
    }

    private double sum(MarketSnapshot.Underlying u, TreeMap<AssetId, Double> positions, double move, Vols vols) {
        double sum = 0;
        for (var position : positions.entrySet()) {
            sum += position.getValue() * price(u, position.getKey(), move, vols);
        }
        return sum;
    }

    private double years(AssetId asset) {
        return Math.max(asset.expiryTime() - market.time(), 0) / (365 * 86_400.0);
    }

    double price(MarketSnapshot.Underlying u, AssetId asset, double move, Vols vols) {
        if (asset.kind() == AssetKind.SPOT) {
            return u.spot() * UNIT * (1 + move);
        }
        if (asset.kind() == AssetKind.PERP) {
            return u.perpMark() * UNIT * (1 + move);
        }
        var expiry = u.expiry(asset.expiryDay());
        double years = years(asset);
        double strike = asset.strike() * UNIT;
        double forward = expiry.forward() * UNIT;
        double fixed = expiry.fixed() * UNIT;
        double shocked = fixed + (forward - fixed) * (1 + move);
        double k = Math.log(strike / forward);
        double vol = vol(expiry.smile(), asset.strike(), k, years);
        var shock = parameters.volatility();
        double days = Math.max(years * 365, shock.least() / 86_400.0);
        double reference = shock.reference() / 86_400.0;
        double power = Math.pow(reference / days, (days <= reference ? shock.shortPower() : shock.longPower()) * UNIT);
        vol = switch (vols) {
            case UNCHANGED -> vol;
            case UP -> Math.max(vol * (1 + shock.up() * UNIT * power), shock.upLeast() * UNIT);
            case DOWN -> vol * Math.max(1 - shock.down() * UNIT * power, 0);
            case LINEAR_SKEW -> vol * skew(k, years);
            case ABSOLUTE_SKEW -> vol * skew(Math.abs(k), years);
        };
        double value = black(asset.kind() == AssetKind.CALL, shocked, strike, vol * Math.sqrt(years));
        return value * Math.exp(-Math.max(u.rate() * UNIT, 0) * years);
    }

    private double skew(double k, double years) {
        var skew = parameters.skew();
        double cap = Math.max(skew.cap() * UNIT - skew.capSlope() * UNIT * Math.sqrt(years), 0);
        double width = Math.max(skew.leastWidth() * UNIT, skew.width() * UNIT * Math.sqrt(years));
        return Math.max(0, 1 + Math.clamp(k * cap / width, -cap, cap));
    }

    private static double vol(MarketSnapshot.Smile smile, long strike, double k, double years) {
        if (smile instanceof MarketSnapshot.Smile.Vols vols) {
            return vols.byStrike().get(strike) * UNIT;
        }
        var svi = (MarketSnapshot.Smile.Svi) smile;
        double x = k - svi.m() * UNIT;
        double variance = svi.a() * UNIT + svi.b() * UNIT * (svi.rho() * UNIT * x + Math.hypot(x, svi.sigma() * UNIT));
        return years > 0 ? Math.sqrt(Math.max(variance, 0) / years) : 0;
    }

    private static double black(boolean call, double forward, double strike, double deviation) {
        double sign = call ? 1 : -1;
        if (!(deviation > 0) || forward <= 0) {
            return Math.max(sign * (forward - strike), 0);
        }
        double d1 = Math.log(forward / strike) / deviation + deviation / 2;
        return Math.max(
                sign * (forward * normal(sign * d1) - strike * normal(sign * (d1 - deviation))),
                Math.max(sign * (forward - strike), 0));
    }

    /** Marsaglia's series; for doubles of up to seven deviations as exact as they are. */
    private static double normal(double x) {
        if (x < -8.5) {
            return 0;
        }
        if (x > 8.5) {
            return 1;
        }
        double sum = x;
        double before = 0;
        double term = x;
        for (int i = 3; sum != before; i += 2) {
            before = sum;
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * x * x - 0.91893853320467274178);
    }
}
