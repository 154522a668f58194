package io.parley.solvers.amm;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Listings;
import io.parley.protocol.Signer;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Prices spot from Uniswap V2 pools: what the pool would take or give for the same amount, to the unit, and an edge. It
 * fills from its inventory at once and, when the trade has cleared, trades the same in the pool from its own wallet
 * ({@link LayOff}). Reserves are read in the background; solving never waits for the network.
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
 * attempts       how often a lay-off is tried; by default 8
 * pause-ms       pause after the first attempt, growing with each; by default 500
 * vault          address of the vault: what a pool gave is deposited for the account that filled; without it, it stays in the wallet
 * </pre>
 */
final class AmmSolver implements Solver {

    private static final int MOST_REMEMBERED = 20_000;

    private final Address address;
    private final Map<String, Pool> pools = new HashMap<>();
    private final long edge;
    private final double edgeShare;
    private final double depthShare;
    private final double marginShare;
    private final PoolFeed feed;
    private final LayOff layOff;
    private final Refusals refusals = new Refusals();

    /** What to do in the pools for all parts of an intent, to know it when one has won. */
    private final Map<Bytes32, Hedge> proposed = new LinkedHashMap<>();

    /** @param bought of each pool's asset for all parts, units of 1e-8; below zero to sell */
    private record Hedge(long parts, Map<Pool, Bought> bought) {}

    private record Bought(AssetId asset, long units) {

        Bought plus(Bought other) {
            return new Bought(asset, Math.addExact(units, other.units));
        }
    }

    AmmSolver(Address address, Signer wallet, Settings settings) {
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
        this.layOff = new LayOff(
                node,
                new Wallet(node, wallet, Duration.ofSeconds(60)),
                Optional.of(settings.text("vault", ""))
                        .filter(v -> !v.isEmpty())
                        .map(Address::parse),
                settings.whole("attempts", 8, 1, 1000),
                Duration.ofMillis(settings.whole("pause-ms", 500, 1, 3_600_000)));
    }

    void start() {
        feed.start();
        layOff.start();
    }

    @Override
    public String name() {
        return "amm";
    }

    /** What has become of lay-offs. */
    LayOff layOffs() {
        return layOff;
    }

    @Override
    public List<Proposal> solve(AuctionView auction, Instant deadline) {
        var listings = auction.market().listings();
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
        var proposals =
                new Baskets<Map<Pool, Pool.Reserves>>(auction, pricing, reserves, marginShare).proposals(fillable);
        synchronized (proposed) {
            fillable.forEach(open -> proposed.put(open.id(), hedge(open, listings)));
            var oldest = proposed.keySet().iterator();
            while (proposed.size() > MOST_REMEMBERED) {
                oldest.next();
                oldest.remove();
            }
        }
        return proposals;
    }

    private Optional<Pool> pool(AssetId asset, Listings names) {
        return asset.kind() == AssetKind.SPOT ? names.nameOf(asset).map(pools::get) : Optional.empty();
    }

    private Hedge hedge(OpenIntent open, Listings listings) {
        var bought = new HashMap<Pool, Bought>();
        for (var leg : open.intent().legs()) {
            pool(leg.asset(), listings)
                    .ifPresent(pool -> bought.merge(pool, new Bought(leg.asset(), leg.quantity()), Bought::plus));
        }
        return new Hedge(open.intent().parts(), Map.copyOf(bought));
    }

    /** The pool as it will be when what waits to be laid off has been. */
    private Pool.Reserves beyond(Pool pool, Pool.Reserves reserves) {
        long pending = layOff.pending(pool);
        return pending == 0
                ? reserves
                : trade(pool, reserves, pending).map(Trade::after).orElse(reserves);
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
        if (!(outcome instanceof Outcome.Won won)) {
            return;
        }
        var net = new HashMap<Pool, Bought>();
        for (var fill : won.proposal().fills()) {
            Hedge hedge;
            synchronized (proposed) {
                hedge = proposed.get(fill.intent());
            }
            if (hedge != null) {
                hedge.bought()
                        .forEach((pool, whole) -> net.merge(
                                pool,
                                new Bought(
                                        whole.asset(), Fixed8.mulDivFloor(whole.units(), fill.parts(), hedge.parts())),
                                Bought::plus));
            }
        }
        net.forEach((pool, bought) -> layOff.enqueue(
                pool, bought.units(), bought.asset(), won.proposal().account()));
    }

    @Override
    public void close() {
        feed.close();
        layOff.close();
    }
}
