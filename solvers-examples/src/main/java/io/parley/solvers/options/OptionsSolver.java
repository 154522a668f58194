package io.parley.solvers.options;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.Solver;
import io.parley.solvers.Baskets;
import io.parley.solvers.Refusals;
import io.parley.solvers.Settings;
import io.parley.solvers.Tradable;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Quotes options, perpetuals and any bundle with at least one of them (spot beside them, as far as it has inventory) from
 * the signed volatility surface: value, plus a spread on the netted risk, leaning against the inventory ({@link Spread}).
 * How much it takes is bounded by limits of delta and vega, and by the margin that clearing itself would require.
 *
 * <p>Settings, besides those of {@link Spread}:
 *
 * <pre>
 * margin-share   most of an account's free margin that one bid may take; by default 0.25
 * </pre>
 */
final class OptionsSolver implements Solver {

    private final Address address;
    private final Spread spread;
    private final double marginShare;
    private final Refusals refusals = new Refusals();

    OptionsSolver(Address address, Settings settings) {
        this.address = address;
        this.spread = Spread.of(settings);
        this.marginShare = settings.number("margin-share", 0.25, 0, 1);
    }

    @Override
    public String name() {
        return "options";
    }

    @Override
    public List<Proposal> solve(AuctionView auction, Instant deadline) {
        var desk = new Desk(auction);
        var quotable = auction.intents().stream()
                .filter(desk::isQuotable)
                .filter(open -> !refusals.concern(Set.of(open.id()), auction.auction()))
                .sorted(Comparator.comparingDouble((OpenIntent open) -> -desk.attraction(open)))
                .toList();
        return new Baskets<>(auction, desk, desk.inventory(), marginShare).proposals(quotable);
    }

    @Override
    public void onOutcome(Outcome outcome) {
        refusals.on(outcome);
    }

    /** The prices of one auction; they depend on what is held. */
    private final class Desk implements Baskets.Pricing<Risk> {

        private final AuctionView auction;
        private final Map<AssetId, Optional<Greeks>> greeks = new HashMap<>();

        Desk(AuctionView auction) {
            this.auction = auction;
        }

        private Optional<Greeks> greeks(AssetId asset) {
            return greeks.computeIfAbsent(
                    asset,
                    a -> Greeks.of(
                            a, auction.market().prices(), auction.market().time()));
        }

        boolean isQuotable(OpenIntent open) {
            var legs = open.intent().legs();
            return Tradable.isTradable(auction, open, address)
                    && legs.stream().anyMatch(leg -> leg.asset().kind().isDerivative())
                    && legs.stream().allMatch(leg -> greeks(leg.asset()).isPresent());
        }

        /** Over all accounts. Coins are stock to deliver from, not a position to get rid of. */
        Risk inventory() {
            var inventory = new Risk();
            for (var account : auction.accounts()) {
                account.positions().forEach((asset, quantity) -> {
                    if (asset.kind().isDerivative()) {
                        greeks(asset).ifPresent(g -> inventory.add(g, quantity * 1e-8));
                    }
                });
            }
            return inventory;
        }

        /** What the intent offers beyond the value of what it takes, in cash units. */
        double attraction(OpenIntent open) {
            return -risk(open, open.partsLeft()).value() * Fixed8.ONE - open.cashLimit(open.partsLeft());
        }

        /** What the owner receives. */
        private Risk risk(OpenIntent open, long parts) {
            var risk = new Risk();
            double share = (double) parts / open.intent().parts();
            for (var leg : open.intent().legs()) {
                greeks(leg.asset()).ifPresent(g -> risk.add(g, leg.quantity() * 1e-8 * share));
            }
            return risk;
        }

        @Override
        public OptionalLong cash(Risk inventory, OpenIntent open, long parts) {
            var trade = risk(open, parts);
            // Doubles end here: rounded towards the solver; from here on integers are compared.
            double units = Math.floor(-(trade.value() + spread.of(trade, inventory)) * Fixed8.ONE);
            return Math.abs(units) < Fixed8.LIMIT && spread.admits(trade, inventory)
                    ? OptionalLong.of((long) units)
                    : OptionalLong.empty();
        }

        @Override
        public Risk after(Risk inventory, OpenIntent open, long parts) {
            var after = inventory.copy();
            after.face(risk(open, parts));
            return after;
        }
    }
}
