package io.parley.solvers.netting;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fill;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.Solver;
import io.parley.solvers.Refusals;
import io.parley.solvers.Settings;
import io.parley.solvers.Tradable;
import io.parley.solvers.WhatIf;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Nets intents against each other and keeps nothing but cash: two opposite ones, a basket against its parts, a cycle over
 * several assets, one large one against many small. Whoever is filled trades at one price per asset, the market's where
 * the limits allow it ({@link UniformPrice}), and the solver is flat in every asset afterwards, so it needs no
 * inventory and no margin.
 *
 * <p>Settings:
 *
 * <pre>
 * edge      cash that it keeps at least of each match, in dollars; by default 0.01
 * ring      most intents in a ring; by default 5
 * budget    nodes that the search may visit; by default 100000
 * </pre>
 */
final class NettingSolver implements Solver {

    private static final int MOST_PROPOSALS = 24;
    private final long edge;
    private final int ring;
    private final long budget;

    private final Address address;

    private final Refusals refusals = new Refusals();

    NettingSolver(Address address, Settings settings) {
        this.address = address;
        this.edge = settings.cash("edge", "0.01");
        this.ring = settings.whole("ring", 5, 2, Bid.MAX_FILLS);
        this.budget = settings.whole("budget", 100_000, 1, 100_000_000);
    }

    @Override
    public String name() {
        return "netting";
    }

    @Override
    public List<Proposal> solve(AuctionView auction, Instant deadline) {
        if (auction.accounts().isEmpty()) {
            return List.of();
        }
        var assets = new TreeMap<AssetId, Integer>();
        for (var open : auction.intents()) {
            open.intent().legs().forEach(leg -> assets.putIfAbsent(leg.asset(), 0));
        }
        int column = 0;
        for (var asset : assets.entrySet()) {
            asset.setValue(column++);
        }
        var prices = prices(auction, assets);
        var offers = new ArrayList<Offer>();
        for (int i = 0; i < auction.intents().size(); i++) {
            var open = auction.intents().get(i);
            if (Tradable.isTradable(auction, open, address)) {
                offers.add(offer(i, open, assets));
            }
        }
        if (offers.size() < 2) {
            return List.of();
        }
        // Half of the time is for the search; what comes after it is short, but a busy machine takes its share.
        var now = Instant.now();
        var enough = now.plus(Duration.between(now, deadline).dividedBy(2));
        var matches = new Matcher(
                        offers,
                        prices,
                        ring,
                        Bid.MAX_FILLS,
                        () -> Thread.currentThread().isInterrupted()
                                || Instant.now().isAfter(enough))
                .find(budget);
        return proposals(auction, matches, prices);
    }

    private static Offer offer(int index, OpenIntent open, Map<AssetId, Integer> assets) {
        var intent = open.intent();
        var unit = new long[assets.size()];
        for (var leg : intent.legs()) {
            unit[assets.getOrDefault(leg.asset(), 0)] = leg.quantity() / intent.parts();
        }
        return new Offer(
                index, unit, (int) open.fewestParts(), (int) open.partsLeft(), (int) intent.parts(), intent.cash());
    }

    /** Cash per unit of each asset; what has no price counts nothing, and only limits decide then. */
    private static double[] prices(AuctionView auction, Map<AssetId, Integer> assets) {
        var prices = new double[assets.size()];
        for (var entry : assets.entrySet()) {
            var asset = entry.getKey();
            var content = auction.market().prices();
            var mark = content.mark(asset);
            var underlying = content.underlying(asset.underlying());
            long units = mark.isPresent()
                    ? mark.getAsLong()
                    : switch (asset.kind()) {
                        case SPOT -> underlying.map(u -> u.spot()).orElse(0L);
                        case PERP -> underlying.map(u -> u.perpMark()).orElse(0L);
                        case CASH, CALL, PUT -> 0L;
                    };
            prices[entry.getValue()] = Math.max(units, 1) * 1e-8;
        }
        return prices;
    }

    /**
     * The best matches that share no intent, spread over the accounts, since each account can win one bid; then the others and
     * the single matches of a bid that holds several, as alternatives.
     */
    private List<Proposal> proposals(AuctionView auction, List<Match> matches, double[] prices) {
        int accounts = auction.accounts().size();
        var margin = WhatIf.of(auction.market());
        var taken = new boolean[auction.intents().size()];
        var bins = new ArrayList<List<Fill>>();
        for (int i = 0; i < accounts; i++) {
            bins.add(new ArrayList<>());
        }
        var alternatives = new ArrayList<List<Fill>>();
        for (var match : matches) {
            boolean free = !match.touches(taken);
            if (match.surplus() < edge
                    || !free && alternatives.size() >= MOST_PROPOSALS
                    || wasRefused(auction, match)) {
                continue;
            }
            var fills = fills(auction, match, prices);
            if (!margin.ownersCanAfford(intents(auction, match), fills)) {
                continue;
            }
            var bin = bins.stream().min(Comparator.comparingInt(List::size)).orElseThrow();
            if (!free || bin.size() + fills.size() > Bid.MAX_FILLS || suspicious(auction, fills)) {
                alternatives.add(fills);
                continue;
            }
            match.take(taken);
            if (!bin.isEmpty()) {
                alternatives.add(fills);
            }
            bin.addAll(fills);
        }
        var proposals = new ArrayList<Proposal>();
        for (int i = 0; i < accounts; i++) {
            if (!bins.get(i).isEmpty()) {
                proposals.add(proposal(auction, i, bins.get(i)));
            }
        }
        for (int i = 0; i < alternatives.size() && proposals.size() < MOST_PROPOSALS; i++) {
            proposals.add(proposal(auction, i % accounts, alternatives.get(i)));
        }
        return proposals;
    }

    private static List<OpenIntent> intents(AuctionView auction, Match match) {
        return match.fills().stream()
                .map(part -> auction.intents().get(part.offer().index))
                .toList();
    }

    private List<Fill> fills(AuctionView auction, Match match, double[] prices) {
        var cash = UniformPrice.fills(match, prices, edge);
        var fills = new ArrayList<Fill>(cash.length);
        for (int i = 0; i < cash.length; i++) {
            var part = match.fills().get(i);
            fills.add(auction.intents().get(part.offer().index).fill(part.parts(), cash[i], auction.feePerFill()));
        }
        return fills;
    }

    /** Flat in every asset and with cash over: it takes no margin, so nothing is to be held. */
    private static Proposal proposal(AuctionView auction, int account, List<Fill> fills) {
        return new Proposal(auction.accounts().get(account).account(), fills, 0, List.of(), 0);
    }

    private boolean wasRefused(AuctionView auction, Match match) {
        var intents = new HashSet<Bytes32>();
        match.fills()
                .forEach(f -> intents.add(auction.intents().get(f.offer().index).id()));
        return refusals.concern(intents, auction.auction());
    }

    /** It is tried in a match of its own, not together with other matches. */
    private boolean suspicious(AuctionView auction, List<Fill> fills) {
        return fills.stream().anyMatch(f -> refusals.concern(f.intent(), auction.auction()));
    }

    @Override
    public void onOutcome(Outcome outcome) {
        refusals.on(outcome);
    }
}
