package io.parley.bench.micro;

import io.parley.clearing.MarginParameters;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.PriceContent;
import io.parley.protocol.TradeCommand;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Accounts as one would first write them: a map of decimals each, and the margin formulae of docs/margin.md as they stand. It
 * knows neither signatures nor nonces, hashes nothing and proves nothing.
 */
final class PlainBook {

    private final MarginParameters parameters = MarginParameters.demo();
    private final Map<AssetId, BigDecimal> marks = new HashMap<>();
    private final Map<Integer, BigDecimal> spots = new HashMap<>();
    private final Map<Integer, BigDecimal> weights = new HashMap<>();
    private final Map<Integer, BigDecimal> forwards = new HashMap<>();
    private final Map<Address, Map<AssetId, BigDecimal>> accounts = new HashMap<>();
    private BigDecimal fees = BigDecimal.ZERO;

    PlainBook(SampleTrades samples) {
        parameters
                .bases()
                .forEach(base ->
                        weights.put(base.underlying(), decimal(base.weight()).multiply(decimal(base.initialScale()))));
        var content = samples.content();
        content.marks().forEach(mark -> marks.put(mark.asset(), decimal(mark.mark())));
        for (PriceContent.Underlying underlying : content.underlyings()) {
            spots.put(underlying.underlying(), decimal(underlying.spot()));
            underlying.expiries().forEach(expiry -> forwards.put(expiry.day(), decimal(expiry.forward())));
        }
        var ledger = samples.ledger();
        for (var who : List.of(samples.owner(), samples.solver())) {
            var account = ledger.account(who, 0).orElseThrow();
            var held = new HashMap<AssetId, BigDecimal>();
            held.put(AssetId.cash(), decimal(account.cash()));
            account.positions().forEach(position -> held.put(position.asset(), decimal(position.quantity())));
            accounts.put(who, held);
        }
    }

    private static BigDecimal decimal(long units) {
        return BigDecimal.valueOf(units, 8);
    }

    /** {@return the lower of both net initial margins after the trade} */
    BigDecimal apply(TradeCommand trade) {
        var fill = trade.bid().bid().fills().getFirst();
        var intent = trade.intents().getFirst().intent();
        var owner = account(intent.owner());
        var solver = account(trade.bid().bid().solver());
        for (var leg : intent.legs()) {
            move(owner, leg.asset(), decimal(leg.quantity()));
            move(solver, leg.asset(), decimal(-leg.quantity()));
        }
        move(owner, AssetId.cash(), decimal(fill.cash() - fill.fee()));
        move(solver, AssetId.cash(), decimal(-fill.cash()));
        fees = fees.add(decimal(fill.fee()));
        var least = netInitial(owner).min(netInitial(solver));
        if (least.signum() < 0) {
            throw new IllegalStateException("The margin (%s) is too low.".formatted(least));
        }
        return least;
    }

    BigDecimal netInitial(Address owner) {
        return netInitial(account(owner));
    }

    private Map<AssetId, BigDecimal> account(Address owner) {
        return accounts.computeIfAbsent(owner, o -> new HashMap<>());
    }

    private static void move(Map<AssetId, BigDecimal> account, AssetId asset, BigDecimal quantity) {
        var sum = account.getOrDefault(asset, BigDecimal.ZERO).add(quantity);
        if (sum.signum() == 0) {
            account.remove(asset);
        } else {
            account.put(asset, sum);
        }
    }

    private BigDecimal netInitial(Map<AssetId, BigDecimal> account) {
        var net = account.getOrDefault(AssetId.cash(), BigDecimal.ZERO);
        var expiries = new HashMap<List<Integer>, List<AssetId>>();
        for (var position : account.entrySet()) {
            var asset = position.getKey();
            var quantity = position.getValue();
            switch (asset.kind()) {
                case CASH -> {}
                case SPOT ->
                    net = net.add(quantity.multiply(spot(asset))
                            .multiply(weights.getOrDefault(asset.underlying(), BigDecimal.ZERO)));
                case PERP ->
                    net = net.add(quantity.multiply(mark(asset)))
                            .subtract(quantity.abs().multiply(mark(asset)).multiply(decimal(parameters.perpInitial())));
                case CALL, PUT ->
                    expiries.computeIfAbsent(List.of(asset.underlying(), asset.expiryDay()), key -> new ArrayList<>())
                            .add(asset);
            }
        }
        for (var options : expiries.values()) {
            var singles = BigDecimal.ZERO;
            for (var option : options) {
                if (held(account, option).signum() < 0) {
                    singles = singles.add(single(option, held(account, option).negate()));
                }
            }
            net = net.subtract(singles.min(maxLoss(account, options)));
        }
        return net;
    }

    private BigDecimal single(AssetId option, BigDecimal size) {
        var spot = spot(option);
        var mark = mark(option);
        var strike = decimal(option.strike());
        boolean call = option.kind() == AssetKind.CALL;
        var maintenance = decimal(parameters.optionMaintenance()).multiply(spot);
        if (!call) {
            maintenance =
                    maintenance.max(decimal(parameters.putMaintenanceOfMark()).multiply(mark));
        }
        var out = (call ? strike.subtract(spot) : spot.subtract(strike)).max(BigDecimal.ZERO);
        var shock = decimal(parameters.optionInitialMost())
                .multiply(spot)
                .subtract(out)
                .max(decimal(parameters.optionInitialLeast()).multiply(spot));
        var initial = size.multiply(shock.add(mark));
        return call
                ? initial
                : initial.max(decimal(parameters.putInitialOfMaintenance())
                        .multiply(size)
                        .multiply(maintenance.add(mark)));
    }

    private BigDecimal maxLoss(Map<AssetId, BigDecimal> account, List<AssetId> options) {
        var worst = BigDecimal.ZERO.min(payoff(account, options, BigDecimal.ZERO));
        var shortCalls = BigDecimal.ZERO;
        for (var option : options) {
            worst = worst.min(payoff(account, options, decimal(option.strike())));
            if (option.kind() == AssetKind.CALL) {
                shortCalls = shortCalls.subtract(held(account, option));
            }
        }
        var forward = forwards.getOrDefault(options.getFirst().expiryDay(), BigDecimal.ZERO);
        return decimal(parameters.maxLossInitial())
                .multiply(forward)
                .multiply(shortCalls.max(BigDecimal.ZERO))
                .subtract(worst);
    }

    private static BigDecimal payoff(Map<AssetId, BigDecimal> account, List<AssetId> options, BigDecimal settlement) {
        var payoff = BigDecimal.ZERO;
        for (var option : options) {
            var strike = decimal(option.strike());
            var one = option.kind() == AssetKind.CALL ? settlement.subtract(strike) : strike.subtract(settlement);
            payoff = payoff.add(held(account, option).multiply(one.max(BigDecimal.ZERO)));
        }
        return payoff;
    }

    private static BigDecimal held(Map<AssetId, BigDecimal> account, AssetId asset) {
        return account.getOrDefault(asset, BigDecimal.ZERO);
    }

    private BigDecimal spot(AssetId asset) {
        return spots.getOrDefault(asset.underlying(), BigDecimal.ZERO);
    }

    private BigDecimal mark(AssetId asset) {
        return marks.getOrDefault(asset, BigDecimal.ZERO);
    }
}
