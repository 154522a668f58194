package io.parley.clearing.margin;

import static java.lang.Math.addExact;
import static java.lang.Math.negateExact;
import static java.lang.Math.subtractExact;

import io.parley.clearing.Margin;
import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.StandardMargin;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a trade would do to an account: a quote, a bid or legs typed by hand. Prices and amounts in cash units of 1e-8.
 *
 * @param before the account's margin without the trade
 * @param after with it
 * @param legs in the order of their assets
 * @param payoff of the trade alone, once all of it is settled
 * @param liquidation of the account after the trade, by underlying
 */
public record WhatIf(
        Margin before, Margin after, List<Leg> legs, Payoff payoff, SortedMap<Integer, Liquidation> liquidation) {
    /** A liquidation price is looked for from a hundredth of the spot to ten times the spot. */
    private static final long DOWN_TO = 100;

    private static final long UP_TO = 10;
    /** In steps of a fiftieth; between two of them the margin is taken to cross zero at most once. */
    private static final long STEP = 50;

    /**
     * One leg.
     *
     * @param asset what is traded
     * @param quantity units of 1e-8, positive is received
     * @param marginalInitial how much more initial requirement the account has with this leg than with all the others;
     *     below zero the leg hedges
     */
    public record Leg(AssetId asset, long quantity, long marginalInitial) {}

    /**
     * The trade alone, with every leg settled at one price of its underlying.
     *
     * @param maxLoss at least 0, empty if there is no bound
     * @param breakEvens prices at which it neither gains nor loses, ascending, rounded down; none if the legs are of
     *     several underlyings
     */
    public record Payoff(OptionalLong maxLoss, List<Long> breakEvens) {}

    /**
     * Where the maintenance margin is gone if spot, perpetual and forwards of one underlying move in proportion and
     * nothing else does; exact to a millionth of the spot. Where amounts leave int64 nothing is found.
     *
     * @param below the first such spot on the way down, empty if there is none
     * @param above the first on the way up, empty if there is none; both are the spot of the market if the margin is gone
     */
    public record Liquidation(OptionalLong below, OptionalLong above) {}

    /**
     * Answers for a trade.
     *
     * @param cash what the account receives for it, below zero is paid
     * @param traded units of 1e-8 by asset, never the cash
     * @throws MarginUnavailable as {@link RiskModel#assess}
     */
    public static WhatIf of(
            RiskModel model,
            Portfolio held,
            MarketSnapshot market,
            MarginMode mode,
            long cash,
            Map<AssetId, Long> traded) {
        return of(model, held, market, mode, null, cash, traded);
    }

    /**
     * Answers as the ledger decides: in the standard and the isolated mode at the marks that feeders signed, not at those that
     * follow from their surface. A liquidation price is still looked for along the surface.
     *
     * @param signed the content of the price in force, of which the market was made
     */
    public static WhatIf of(
            RiskModel model,
            Portfolio held,
            PriceContent signed,
            long time,
            MarginMode mode,
            long cash,
            Map<AssetId, Long> traded) {
        MarketSnapshot market;
        try {
            market = MarketSnapshot.of(signed, time);
        } catch (IllegalArgumentException e) {
            throw new MarginUnavailable(Reason.NO_PRICE, String.valueOf(e.getMessage()));
        }
        return of(model, held, market, mode, signed, cash, traded);
    }

    private static WhatIf of(
            RiskModel model,
            Portfolio held,
            MarketSnapshot market,
            MarginMode mode,
            @Nullable PriceContent signed,
            long cash,
            Map<AssetId, Long> traded) {
        Function<Portfolio, Margin> now = portfolio -> signed == null || mode == MarginMode.PORTFOLIO
                ? model.assess(portfolio, market, mode).margin()
                : StandardMargin.evaluate(portfolio.holdings(mode.code()), signed, model.standard(), market.time());
        try {
            Portfolio after = held.plus(cash, traded);
            Margin margin = now.apply(after);
            List<Leg> legs = new ArrayList<>();
            for (var leg : new TreeMap<>(traded).entrySet()) {
                Portfolio without = after.plus(0, Map.of(leg.getKey(), negateExact(leg.getValue())));
                long others = now.apply(without).imRequirement();
                legs.add(new Leg(leg.getKey(), leg.getValue(), subtractExact(margin.imRequirement(), others)));
            }
            SortedMap<Integer, Liquidation> liquidation = new TreeMap<>();
            for (AssetId asset : after.positions().keySet()) {
                liquidation.computeIfAbsent(
                        asset.underlying(), number -> liquidation(model, after, market, mode, number, margin));
            }
            return new WhatIf(
                    now.apply(held), margin, List.copyOf(legs), payoff(cash, new TreeMap<>(traded)), liquidation);
        } catch (ArithmeticException e) {
            throw new MarginUnavailable(
                    Reason.OVERFLOW, "an amount leaves the 64-bit range: %s".formatted(e.getMessage()));
        }
    }

    private static Liquidation liquidation(
            RiskModel model, Portfolio held, MarketSnapshot market, MarginMode mode, int number, Margin now) {
        long spot = market.underlying(number).spot();
        if (now.netMaintenance() < 0) {
            return new Liquidation(OptionalLong.of(spot), OptionalLong.of(spot));
        }
        return new Liquidation(
                crossing(model, held, market, mode, number, spot, -1),
                crossing(model, held, market, mode, number, spot, 1));
    }

    private static OptionalLong crossing(
            RiskModel model, Portfolio held, MarketSnapshot market, MarginMode mode, int number, long spot, int way) {
        long end = way < 0 ? Math.max(spot / DOWN_TO, 1) : Fixed8.mulDivFloor(spot, UP_TO, 1);
        long healthy = spot;
        while (healthy != end) {
            long step = Math.max(healthy / STEP, 1);
            long next = way < 0 ? Math.max(healthy - step, end) : Math.min(healthy + step, end);
            if (isGone(model, held, market, mode, number, next)) {
                return OptionalLong.of(bisected(model, held, market, mode, number, spot, healthy, next));
            }
            healthy = next;
        }
        return OptionalLong.empty();
    }

    private static long bisected(
            RiskModel model,
            Portfolio held,
            MarketSnapshot market,
            MarginMode mode,
            int number,
            long spot,
            long healthy,
            long gone) {
        long exact = Math.max(spot / 1_000_000, 1);
        long good = healthy;
        long bad = gone;
        while (Math.abs(good - bad) > exact) {
            long middle = good + (bad - good) / 2;
            if (isGone(model, held, market, mode, number, middle)) {
                bad = middle;
            } else {
                good = middle;
            }
        }
        return bad;
    }

    private static boolean isGone(
            RiskModel model, Portfolio held, MarketSnapshot market, MarginMode mode, int number, long spot) {
        try {
            return model.assess(held, market.movedTo(number, spot), mode)
                            .margin()
                            .netMaintenance()
                    < 0;
        } catch (ArithmeticException e) {
            return false;
        } catch (MarginUnavailable e) {
            if (e.reason() != Reason.OVERFLOW) {
                throw e;
            }
            return false;
        }
    }

    private static Payoff payoff(long cash, SortedMap<AssetId, Long> legs) {
        SortedMap<Integer, SortedMap<AssetId, Long>> byUnderlying = new TreeMap<>();
        legs.forEach((asset, quantity) -> byUnderlying
                .computeIfAbsent(asset.underlying(), u -> new TreeMap<>())
                .put(asset, quantity));
        long least = cash;
        boolean bounded = true;
        List<Long> breakEvens = List.of();
        for (var own : byUnderlying.values()) {
            long lowest = Long.MAX_VALUE;
            for (long node : nodes(own)) {
                lowest = Math.min(lowest, settled(own, node));
            }
            least = addExact(least, lowest);
            bounded &= slope(own) >= 0;
            if (byUnderlying.size() == 1) {
                breakEvens = breakEvens(cash, own);
            }
        }
        return new Payoff(
                bounded ? OptionalLong.of(Math.max(negateExact(least), 0)) : OptionalLong.empty(), breakEvens);
    }

    /** Where the payoff of one underlying bends, and zero. */
    private static SortedSet<Long> nodes(SortedMap<AssetId, Long> legs) {
        SortedSet<Long> nodes = new TreeSet<>();
        nodes.add(0L);
        legs.keySet().forEach(asset -> nodes.add(asset.strike()));
        return nodes;
    }

    private static long settled(SortedMap<AssetId, Long> legs, long price) {
        long sum = 0;
        for (var leg : legs.entrySet()) {
            AssetId asset = leg.getKey();
            long worth = switch (asset.kind()) {
                case CALL -> Math.max(price - asset.strike(), 0);
                case PUT -> Math.max(asset.strike() - price, 0);
                default -> price;
            };
            sum = addExact(sum, Fixed8.multiplyFloor(leg.getValue(), worth));
        }
        return sum;
    }

    /** Change of the payoff per 1 of price above all strikes, units of 1e-8. */
    private static long slope(SortedMap<AssetId, Long> legs) {
        long slope = 0;
        for (var leg : legs.entrySet()) {
            if (leg.getKey().kind() != AssetKind.PUT) {
                slope = addExact(slope, leg.getValue());
            }
        }
        return slope;
    }

    private static List<Long> breakEvens(long cash, SortedMap<AssetId, Long> legs) {
        List<Long> found = new ArrayList<>();
        long before = 0;
        long beforePayoff = 0;
        for (long node : nodes(legs)) {
            long payoff = addExact(cash, settled(legs, node));
            if (beforePayoff < 0 && payoff > 0 || beforePayoff > 0 && payoff < 0) {
                found.add(addExact(
                        before,
                        Fixed8.mulDivFloor(
                                node - before,
                                Math.abs(beforePayoff),
                                addExact(Math.abs(beforePayoff), Math.abs(payoff)))));
            }
            if (payoff == 0) {
                found.add(node);
            }
            before = node;
            beforePayoff = payoff;
        }
        long slope = slope(legs);
        if (beforePayoff < 0 && slope > 0 || beforePayoff > 0 && slope < 0) {
            found.add(addExact(before, Fixed8.mulDivFloor(Math.abs(beforePayoff), Fixed8.ONE, Math.abs(slope))));
        }
        return List.copyOf(found);
    }
}
