package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.PriceContent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The standard margin as its formulae are published, in exact decimals and by the longest way round: no grouping by
 * order, no shared sums, nothing rounded. For tests only.
 */
final class ReferenceMargin {
    private static final BigDecimal ONE = BigDecimal.ONE;

    private final PriceContent prices;
    private final MarginParameters p;
    private final Map<AssetId, BigDecimal> held = new TreeMap<>();
    private final BigDecimal cash;

    ReferenceMargin(Account account, PriceContent prices, MarginParameters parameters) {
        this.prices = prices;
        this.p = parameters;
        this.cash = decimal(account.cash());
        account.positions().forEach(position -> held.put(position.asset(), decimal(position.quantity())));
    }

    static BigDecimal decimal(long units) {
        return BigDecimal.valueOf(units, 8);
    }

    BigDecimal value() {
        BigDecimal value = cashAndDerivatives();
        for (var position : held.entrySet()) {
            if (position.getKey().kind() == AssetKind.SPOT) {
                value = value.add(position.getValue().multiply(spot(position.getKey())));
            }
        }
        return value;
    }

    BigDecimal cashAndDerivatives() {
        BigDecimal value = cash;
        for (var position : held.entrySet()) {
            value = switch (position.getKey().kind()) {
                case PERP -> value.add(position.getValue().multiply(perp(position.getKey())));
                case CALL, PUT -> value.add(position.getValue().multiply(mark(position.getKey())));
                case CASH, SPOT -> value;
            };
        }
        return value;
    }

    BigDecimal netInitial() {
        return net(true);
    }

    BigDecimal netMaintenance() {
        return net(false);
    }

    private BigDecimal net(boolean initial) {
        BigDecimal net = cash;
        for (var position : held.entrySet()) {
            AssetId asset = position.getKey();
            BigDecimal n = position.getValue();
            if (asset.kind() == AssetKind.SPOT) {
                BigDecimal weight = decimal(p.weight(asset.underlying()));
                BigDecimal scale = initial ? decimal(p.initialScale(asset.underlying())) : ONE;
                net = net.add(n.multiply(spot(asset)).multiply(weight).multiply(scale));
            } else if (asset.kind() == AssetKind.PERP) {
                BigDecimal rate = decimal(initial ? p.perpInitial() : p.perpMaintenance());
                net = net.add(n.multiply(perp(asset)))
                        .subtract(n.abs().multiply(perp(asset)).multiply(rate));
            }
        }
        for (Collection<AssetId> expiry : expiries()) {
            BigDecimal singles = BigDecimal.ZERO;
            for (AssetId option : expiry) {
                if (held.get(option).signum() < 0) {
                    singles = singles.add(single(option, initial));
                }
            }
            net = net.subtract(singles.min(maxLoss(expiry, initial)));
        }
        return initial ? net.subtract(contingencies()) : net;
    }

    private Collection<List<AssetId>> expiries() {
        Map<List<Integer>, List<AssetId>> expiries =
                new TreeMap<>((a, b) -> a.get(0) != (int) b.get(0) ? a.get(0) - b.get(0) : a.get(1) - b.get(1));
        for (AssetId asset : held.keySet()) {
            if (asset.kind().isOption()) {
                expiries.computeIfAbsent(List.of(asset.underlying(), asset.expiryDay()), key -> new ArrayList<>())
                        .add(asset);
            }
        }
        return expiries.values();
    }

    private BigDecimal single(AssetId option, boolean initial) {
        BigDecimal m = held.get(option).negate();
        BigDecimal s = spot(option);
        BigDecimal v = mark(option);
        BigDecimal k = decimal(option.strike());
        boolean call = option.kind() == AssetKind.CALL;
        BigDecimal mm = call
                ? m.multiply(decimal(p.optionMaintenance()).multiply(s).add(v))
                : m.multiply(decimal(p.optionMaintenance())
                        .multiply(s)
                        .max(decimal(p.putMaintenanceOfMark()).multiply(v))
                        .add(v));
        if (!initial) {
            return mm;
        }
        BigDecimal out = (call ? k.subtract(s) : s.subtract(k)).max(BigDecimal.ZERO);
        BigDecimal shock = decimal(p.optionInitialMost())
                .multiply(s)
                .subtract(out)
                .max(decimal(p.optionInitialLeast()).multiply(s));
        BigDecimal im = m.multiply(shock.add(v));
        return call ? im : im.max(decimal(p.putInitialOfMaintenance()).multiply(mm));
    }

    private BigDecimal maxLoss(Collection<AssetId> expiry, boolean initial) {
        BigDecimal worst = BigDecimal.ZERO.min(payoff(expiry, BigDecimal.ZERO));
        BigDecimal netShortCalls = BigDecimal.ZERO;
        for (AssetId option : expiry) {
            worst = worst.min(payoff(expiry, decimal(option.strike())));
            if (option.kind() == AssetKind.CALL) {
                netShortCalls = netShortCalls.subtract(held.get(option));
            }
        }
        BigDecimal factor = decimal(initial ? p.maxLossInitial() : p.maxLossMaintenance());
        AssetId any = expiry.iterator().next();
        BigDecimal forward = decimal(prices.underlying(any.underlying())
                .orElseThrow()
                .expiry(any.expiryDay())
                .orElseThrow()
                .forward());
        return factor.multiply(forward)
                .multiply(netShortCalls.max(BigDecimal.ZERO))
                .subtract(worst);
    }

    private BigDecimal payoff(Collection<AssetId> expiry, BigDecimal settlement) {
        BigDecimal payoff = BigDecimal.ZERO;
        for (AssetId option : expiry) {
            BigDecimal k = decimal(option.strike());
            BigDecimal one = option.kind() == AssetKind.CALL ? settlement.subtract(k) : k.subtract(settlement);
            payoff = payoff.add(held.get(option).multiply(one.max(BigDecimal.ZERO)));
        }
        return payoff;
    }

    private BigDecimal contingencies() {
        BigDecimal total = BigDecimal.ZERO;
        for (PriceContent.Underlying underlying : prices.underlyings()) {
            BigDecimal s = decimal(underlying.spot());
            BigDecimal derivatives = BigDecimal.ZERO;
            BigDecimal base = BigDecimal.ZERO;
            for (var position : held.entrySet()) {
                AssetId asset = position.getKey();
                BigDecimal n = position.getValue();
                if (asset.underlying() != underlying.underlying()) {
                    continue;
                }
                switch (asset.kind()) {
                    case PERP -> derivatives = derivatives.add(n.abs());
                    case CALL, PUT -> derivatives = derivatives.add(n.negate().max(BigDecimal.ZERO));
                    case SPOT -> base = base.add(n.abs());
                    case CASH -> throw new AssertionError("cash is no position");
                }
            }
            BigDecimal confidence = decimal(underlying.confidence());
            if (confidence.compareTo(decimal(p.confidenceThreshold())) < 0) {
                total = total.add(ONE.subtract(confidence).multiply(s).multiply(derivatives.add(base)));
            }
            BigDecimal gap = decimal(p.stableThreshold()).subtract(decimal(prices.stable()));
            if (gap.signum() > 0) {
                total = total.add(
                        gap.multiply(decimal(p.stableFactor())).multiply(s).multiply(derivatives));
            }
        }
        return total;
    }

    private PriceContent.Underlying underlying(AssetId asset) {
        return prices.underlying(asset.underlying()).orElseThrow();
    }

    private BigDecimal spot(AssetId asset) {
        return decimal(underlying(asset).spot());
    }

    private BigDecimal perp(AssetId asset) {
        return decimal(underlying(asset).perpMark());
    }

    private BigDecimal mark(AssetId asset) {
        return decimal(prices.mark(asset).orElseThrow());
    }
}
