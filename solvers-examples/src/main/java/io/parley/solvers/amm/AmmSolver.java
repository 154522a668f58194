package io.parley.solvers.amm;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Listings;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.RouteOutcome;
import io.parley.protocol.spi.RoutePlan;
import io.parley.protocol.spi.Solver;
import io.parley.solvers.Baskets;
import io.parley.solvers.Refusals;
import io.parley.solvers.Settings;
import io.parley.solvers.Tradable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Prices spot from Uniswap V2 pools: what the pool would take or give for the same amount, to the unit, and an edge. It
 * fills from its inventory at once, and each bid names a route that trades the same in the pool once the trade has
 * cleared, with what its account took in. A fill stands whatever becomes of its route. Reserves are read in the background; solving never waits for the network.
 *
 * <p>Settings:
 *
 * <pre>
 * rpc            URL of an Ethereum node
 * pools          comma-separated, each asset:pair:order:assetDecimals:cashDecimals (see {@link Pool#parse})
 * edge           what it asks at least for a fill, in dollars; by default 0.01
 * edge-share     what it asks as a share of the cash that moves; by default 0.0005
 * depth-share    most of a pool's asset that one fill may take or give; by default 0.1
 * margin-share   most of an account's free margin that one bid may take; by default 0.5
 * refresh-ms     how often reserves are read; by default 500
 * stale-ms       from what age on reserves are not used; by default 5000
 * adapter        address of the venue adapter that trades in these pools; without it what it fills stays in the inventory
 * slippage       how much less than the pool gives now a route may bring, as a share; by default 0.01
 * route-seconds  how long a route may go to the pool; by default 600
 * </pre>
 */
final class AmmSolver implements Solver {

    private final Address address;
    private final Map<String, Pool> pools = new HashMap<>();
    private final long edge;
    private final double edgeShare;
    private final double depthShare;
    private final double marginShare;
    private final PoolFeed feed;
    private final Optional<Address> adapter;
    private final BigDecimal kept;
    private final int routeSeconds;
    private final Refusals refusals = new Refusals();
    private volatile Listings listings = Listings.NONE;

    /** Routes of bids that were cleared, by pool, until something came back. */
    private final Map<Pool, List<RoutePlan>> underway = new HashMap<>();

    AmmSolver(Address address, Settings settings) {
        this.address = address;
        for (var text : settings.required("pools").split(",", -1)) {
            var pool = Pool.parse(text);
            pools.put(pool.asset(), pool);
        }
        this.edge = settings.cash("edge", "0.01");
        this.edgeShare = settings.number("edge-share", 0.0005, 0, 1);
        this.depthShare = settings.number("depth-share", 0.1, 0, 1);
        this.marginShare = settings.number("margin-share", 0.5, 0, 1);
        var node = new Node(URI.create(settings.required("rpc")), Duration.ofSeconds(3));
        this.feed = new PoolFeed(
                node,
                List.copyOf(pools.values()),
                Duration.ofMillis(settings.whole("refresh-ms", 500, 10, 3_600_000)),
                Duration.ofMillis(settings.whole("stale-ms", 5_000, 10, 3_600_000)));
        this.adapter = Optional.of(settings.text("adapter", ""))
                .filter(a -> !a.isEmpty())
                .map(Address::parse);
        this.kept = BigDecimal.ONE.subtract(BigDecimal.valueOf(settings.number("slippage", 0.01, 0, 1)));
        this.routeSeconds = settings.whole("route-seconds", 600, 1, 7 * 24 * 3600);
    }

    void start() {
        feed.start();
    }

    @Override
    public String name() {
        return "amm";
    }

    @Override
    public List<Proposal> solve(AuctionView auction, Instant deadline) {
        listings = auction.market().listings();
        var reserves = new HashMap<Pool, Pool.Reserves>();
        for (var pool : pools.values()) {
            feed.fresh(pool).ifPresent(r -> reserves.put(pool, beyond(pool, r)));
        }
        var pricing = new PoolPrices(listings);
        var fillable = auction.intents().stream()
                .filter(open -> Tradable.isTradable(auction, open, address)
                        && !refusals.concern(Set.of(open.id()), auction.auction())
                        && open.intent().legs().stream()
                                .allMatch(leg -> pool(leg.asset(), listings)
                                        .filter(reserves::containsKey)
                                        .isPresent()))
                .sorted(Comparator.comparingLong((OpenIntent open) -> -pricing.attraction(reserves, open)))
                .toList();
        var open = new HashMap<Bytes32, OpenIntent>();
        fillable.forEach(intent -> open.put(intent.id(), intent));
        return new Baskets<Map<Pool, Pool.Reserves>>(auction, pricing, reserves, marginShare)
                .proposals(fillable).stream()
                        .map(proposal -> routed(proposal, open, reserves, listings))
                        .toList();
    }

    /** The proposal with a route for each pool in which it has to be undone. */
    private Proposal routed(
            Proposal proposal, Map<Bytes32, OpenIntent> open, Map<Pool, Pool.Reserves> reserves, Listings listings) {
        if (adapter.isEmpty()) {
            return proposal;
        }
        var bought = new TreeMap<AssetId, Long>();
        for (var fill : proposal.fills()) {
            var intent = Objects.requireNonNull(open.get(fill.intent())).intent();
            for (var leg : intent.legs()) {
                bought.merge(
                        leg.asset(), Fixed8.mulDivFloor(leg.quantity(), fill.parts(), intent.parts()), Math::addExact);
            }
        }
        var routes = new ArrayList<RoutePlan>();
        bought.forEach((asset, units) -> {
            var pool = pool(asset, listings).orElseThrow();
            route(pool, Objects.requireNonNull(reserves.get(pool)), asset, units)
                    .ifPresent(routes::add);
        });
        return new Proposal(proposal.account(), proposal.fills(), proposal.pays(), routes, proposal.cap());
    }

    /** @param units of the asset to be bought; below zero they are sold */
    private Optional<RoutePlan> route(Pool pool, Pool.Reserves reserves, AssetId asset, long units) {
        if (units == 0) {
            return Optional.empty();
        }
        return trade(pool, reserves, units)
                .map(trade -> units > 0
                        ? plan(AssetId.cash(), -trade.cash(), asset, units)
                        : plan(
                                asset,
                                pool.assetUnits(pool.assetToken(-units, RoundingMode.FLOOR), RoundingMode.FLOOR),
                                AssetId.cash(),
                                trade.cash()))
                .filter(plan -> plan.amount() > 0 && plan.minimum() > 0);
    }

    private RoutePlan plan(AssetId input, long amount, AssetId output, long expected) {
        long minimum = BigDecimal.valueOf(expected)
                .multiply(kept)
                .setScale(0, RoundingMode.FLOOR)
                .longValueExact();
        return new RoutePlan(adapter.orElseThrow(), input, amount, output, minimum, routeSeconds);
    }

    private Optional<Pool> pool(AssetId asset, Listings names) {
        return asset.kind() == AssetKind.SPOT ? names.nameOf(asset).map(pools::get) : Optional.empty();
    }

    /** The pool as it will be when the routes that are underway have run. */
    private Pool.Reserves beyond(Pool pool, Pool.Reserves reserves) {
        var after = reserves;
        synchronized (underway) {
            for (var plan : underway.getOrDefault(pool, List.of())) {
                after = pool.after(after, plan);
            }
        }
        return after;
    }

    /**
     * A trade in the pool.
     *
     * @param cash what it changes the trader's cash by, in units of 1e-8, rounded against the trader
     */
    private record Trade(long cash, Pool.Reserves after) {}

    /** @param bought units of 1e-8 of the asset; below zero they are sold */
    private static Optional<Trade> trade(Pool pool, Pool.Reserves reserves, long bought) {
        if (bought > 0) {
            var curve = pool.buying(reserves);
            var taken = pool.assetToken(bought, RoundingMode.CEILING);
            return curve.inFor(taken)
                    .map(paid -> new Trade(
                            -pool.cashUnits(paid, RoundingMode.CEILING),
                            pool.reserves(reserves, taken.negate(), paid)));
        }
        var curve = pool.selling(reserves);
        var paid = pool.assetToken(-bought, RoundingMode.FLOOR);
        var taken = curve.outFor(paid);
        return Optional.of(
                new Trade(pool.cashUnits(taken, RoundingMode.FLOOR), pool.reserves(reserves, paid, taken.negate())));
    }

    private final class PoolPrices implements Baskets.Pricing<Map<Pool, Pool.Reserves>> {

        private final Listings listings;

        PoolPrices(Listings listings) {
            this.listings = listings;
        }

        /** By how much what the pools offer is above the limit, in cash units. */
        long attraction(Map<Pool, Pool.Reserves> reserves, OpenIntent open) {
            try {
                var cash = cash(reserves, open, open.partsLeft());
                return cash.isPresent()
                        ? Math.subtractExact(cash.getAsLong(), open.cashLimit(open.partsLeft()))
                        : Long.MIN_VALUE + 1;
            } catch (ArithmeticException e) {
                return Long.MIN_VALUE + 1;
            }
        }

        @Override
        public OptionalLong cash(Map<Pool, Pool.Reserves> reserves, OpenIntent open, long parts) {
            long cash = 0;
            long moved = 0;
            for (var leg : open.intent().legs()) {
                var pool = pool(leg.asset(), listings).orElseThrow();
                var before = reserves.get(pool);
                if (before == null) {
                    return OptionalLong.empty();
                }
                long quantity = quantity(open, leg.quantity(), parts);
                var depth = pool.buying(before).out();
                var most = new BigDecimal(depth)
                        .multiply(BigDecimal.valueOf(depthShare))
                        .toBigInteger();
                if (pool.assetToken(Math.abs(quantity), RoundingMode.CEILING).compareTo(most) > 0) {
                    return OptionalLong.empty();
                }
                // What the owner receives has to be bought, what it gives can be sold.
                var trade = trade(pool, before, quantity);
                if (trade.isEmpty()) {
                    return OptionalLong.empty();
                }
                cash = Math.addExact(cash, trade.get().cash());
                moved = Math.addExact(moved, Math.abs(trade.get().cash()));
            }
            long asked = Math.max(edge, (long) Math.ceil(moved * edgeShare));
            return OptionalLong.of(Math.subtractExact(cash, asked));
        }

        @Override
        public Map<Pool, Pool.Reserves> after(Map<Pool, Pool.Reserves> reserves, OpenIntent open, long parts) {
            var after = new HashMap<>(reserves);
            for (var leg : open.intent().legs()) {
                var pool = pool(leg.asset(), listings).orElseThrow();
                var before = after.get(pool);
                if (before != null) {
                    trade(pool, before, quantity(open, leg.quantity(), parts))
                            .ifPresent(t -> after.put(pool, t.after()));
                }
            }
            return after;
        }

        private static long quantity(OpenIntent open, long quantity, long parts) {
            return Fixed8.mulDivFloor(quantity, parts, open.intent().parts());
        }
    }

    @Override
    public void onOutcome(Outcome outcome) {
        refusals.on(outcome);
        if (outcome instanceof Outcome.Won won) {
            synchronized (underway) {
                for (var plan : won.proposal().routes()) {
                    pool(plan)
                            .ifPresent(pool -> underway.computeIfAbsent(pool, p -> new ArrayList<>())
                                    .add(plan));
                }
            }
        }
    }

    @Override
    public void onRoute(RouteOutcome outcome) {
        synchronized (underway) {
            pool(outcome.plan())
                    .ifPresent(pool ->
                            underway.getOrDefault(pool, new ArrayList<>()).remove(outcome.plan()));
        }
    }

    private Optional<Pool> pool(RoutePlan plan) {
        return pool(plan.input().isCash() ? plan.output() : plan.input(), listings);
    }

    @Override
    public void close() {
        feed.close();
    }
}
