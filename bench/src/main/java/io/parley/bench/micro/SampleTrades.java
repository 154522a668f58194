package io.parley.bench.micro;

import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.Recovery;
import io.parley.clearing.StepResult;
import io.parley.devnet.deployment.DemoMarket;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Conditions;
import io.parley.protocol.Deposit;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Signer;
import io.parley.protocol.TradeCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A ledger on which an owner and a solver hold ten positions each (two coins, two perpetuals, six options), and trades between
 * the two in two of them, forth and back.
 */
final class SampleTrades {

    private static final long START = 1_767_225_600;
    private static final long LATER = START + 86_400 * 365;
    private static final long SIZE = Fixed8.ONE / 100;

    private final Listings listings = SampleIntents.listings();
    private final Signer owner = SampleIntents.key(1);
    private final Signer solver = SampleIntents.key(2);
    private final Signer feeder = SampleIntents.key(3);
    private final List<AssetId> held = held();
    private final PriceContent prices = prices();
    private final List<Command> past = past();
    private final List<TradeCommand> trades;
    private final Map<Bytes32, Address> signers = new HashMap<>();
    private long nonce;

    SampleTrades(int count) {
        past.add(trade(held.stream().map(a -> new Leg(a, Fixed8.ONE)).toList(), -150_000 * Fixed8.ONE));
        var first = held.get(1);
        var second = held.get(5);
        var made = new ArrayList<TradeCommand>();
        for (int i = 0; i < count; i++) {
            long sign = i % 2 == 0 ? 1 : -1;
            made.add(trade(
                    List.of(new Leg(first, sign * SIZE), new Leg(second, -sign * SIZE)), -sign * 30 * Fixed8.ONE));
        }
        trades = List.copyOf(made);
    }

    /** The ledger before the first of the trades. */
    Ledger ledger() {
        var ledger = Ledger.genesis(SampleIntents.DOMAIN);
        for (var command : past) {
            if (ledger.apply(command) instanceof StepResult.Refused refused) {
                throw new IllegalStateException(command + ": " + refused);
            }
        }
        return ledger;
    }

    List<TradeCommand> trades() {
        return trades;
    }

    /** Tells the signers of all trades without asking the curve. */
    Recovery known() {
        return (digest, signature) -> Optional.ofNullable(signers.get(digest));
    }

    Address owner() {
        return owner.address();
    }

    Address solver() {
        return solver.address();
    }

    PriceContent content() {
        return prices;
    }

    private List<AssetId> held() {
        var assets = new ArrayList<AssetId>();
        for (int underlying : new int[] {DemoMarket.ETH, DemoMarket.BTC}) {
            assets.add(AssetId.spot(underlying));
            assets.add(AssetId.perp(underlying));
        }
        listings.all().stream()
                .map(Listings.Listing::asset)
                .filter(a -> a.kind().isOption())
                .limit(6)
                .forEach(assets::add);
        assets.sort(null);
        return List.copyOf(assets);
    }

    private List<Command> past() {
        var commands = new ArrayList<Command>();
        for (var listing : listings.all()) {
            commands.add(new ListAsset(commands.size(), listing.index(), listing.asset(), listing.name()));
        }
        var parameters = MarginParameters.demo();
        commands.add(new SetParameters(commands.size(), SetParameters.MARGIN, Blob.of(parameters.encode())));
        commands.add(new SetParameters(
                commands.size(), SetParameters.FEEDERS, Blob.of(new FeederSet(1, List.of(feeder.address())).encode())));
        int place = 1;
        for (var who : List.of(owner.address(), solver.address())) {
            for (var asset : List.of(AssetId.cash(), AssetId.spot(DemoMarket.ETH), AssetId.spot(DemoMarket.BTC))) {
                long units = (asset.isCash() ? 1_000_000 : 10) * Fixed8.ONE;
                commands.add(new Deposit(commands.size(), place, who, 0, asset, units, who));
            }
            place++;
        }
        var content = Blob.of(prices.encode());
        var marks = prices.marksRoot(parameters.hash());
        var digest = Eip712.digest(SampleIntents.DOMAIN, new Price(START, 1, content.hash(), marks));
        commands.add(new PriceCommand(START, 1, marks, List.of(feeder.sign(digest)), content));
        return commands;
    }

    /** ETH at 3,000, BTC at 90,000, every option at 200. */
    private PriceContent prices() {
        var marks = new TreeMap<AssetId, Long>();
        var days = new TreeMap<Integer, PriceContent.Expiry>();
        for (var listing : listings.all()) {
            var asset = listing.asset();
            if (asset.isCash()) {
                continue;
            }
            long price = asset.kind().isOption() ? 200 : asset.underlying() == DemoMarket.ETH ? 3_000 : 90_000;
            marks.put(asset, price * Fixed8.ONE);
            if (asset.kind().isOption()) {
                days.put(
                        asset.expiryDay(),
                        new PriceContent.Expiry(asset.expiryDay(), 3_000 * Fixed8.ONE, 0, 0, 0, 0, 0));
            }
        }
        var underlyings = List.of(
                underlying(DemoMarket.ETH, 3_000, List.copyOf(days.values())),
                underlying(DemoMarket.BTC, 90_000, List.of()));
        var list = new ArrayList<PriceContent.Mark>();
        marks.forEach((asset, mark) -> list.add(new PriceContent.Mark(asset, mark)));
        return new PriceContent(Fixed8.ONE, underlyings, list);
    }

    private static PriceContent.Underlying underlying(int number, long dollars, List<PriceContent.Expiry> expiries) {
        return new PriceContent.Underlying(number, dollars * Fixed8.ONE, Fixed8.ONE, 0, dollars * Fixed8.ONE, expiries);
    }

    private TradeCommand trade(List<Leg> legs, long cash) {
        var intent =
                new Intent(owner.address(), 0, legs, cash, Fixed8.ONE, 1, 1, 0, LATER, nonce++, false, Conditions.NONE);
        var id = Eip712.digest(SampleIntents.DOMAIN, intent, listings);
        var bid = new Bid(
                solver.address(), 0, nonce, List.of(new Fill(id, 1, cash, SIZE)), 0, Bytes32.ZERO, LATER, Bytes32.ZERO);
        return new TradeCommand(
                bid.auction(),
                Bytes32.ZERO,
                new SignedBid(bid, sign(solver, Eip712.digest(SampleIntents.DOMAIN, bid))),
                List.of(new SignedIntent(intent, sign(owner, id))));
    }

    private Signature sign(Signer signer, Bytes32 digest) {
        signers.put(digest, signer.address());
        return signer.sign(digest);
    }
}
