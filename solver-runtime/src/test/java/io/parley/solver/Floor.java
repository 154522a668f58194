package io.parley.solver;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.HeldMargin;
import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.Screened;
import io.parley.clearing.StepResult;
import io.parley.clearing.Touched;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Conditions;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.QueueCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Signer;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.ClearedRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rest of the market, played by hand: clearing's own ledger, and the records that the other roles would write about it. */
public final class Floor {

    /** 2026-11-20, 08:00 UTC. */
    public static final long NOW = 1_795_161_600L;

    public static final Domain ANYWHERE =
            new Domain(31_337, Address.parse("0x00000000000000000000000000000000000000aa"));
    public static final long FEE_PER_FILL = Fixed8.parse("0.1");
    private static final Map<String, Integer> SYMBOLS = Map.of("ETH", 1, "BTC", 2);

    private final Domain domain;
    private final Ledger ledger;
    private final List<ClearedRecord> cleared = new ArrayList<>();
    private final Map<Address, Long> nonces = new HashMap<>();
    private final Map<String, Integer> accounts = new HashMap<>();
    private long queued;
    private long sequence;
    private int listings;

    public Floor(Domain domain) {
        this.domain = domain;
        this.ledger = Ledger.genesis(domain);
        for (var name :
                List.of("USD", "ETH", "ETH-PERP", "BTC", "BTC-PERP", "ETH-25DEC26-3000-C", "ETH-25DEC26-3200-C")) {
            apply(new ListAsset(queued, listings++, asset(name), name));
        }
        apply(new SetParameters(
                queued, SetParameters.MARGIN, Blob.of(MarginParameters.demo().encode())));
        apply(new SetParameters(
                queued,
                SetParameters.FEEDERS,
                Blob.of(new FeederSet(1, List.of(key("feeder").address())).encode())));
        price(3000);
    }

    public static PrivateKeySigner key(String name) {
        return PrivateKeySigner.of(
                Keccak256.hash(name.getBytes(StandardCharsets.UTF_8)).bytes());
    }

    public static AssetId asset(String name) {
        return name.equals("USD")
                ? AssetId.cash()
                : AssetId.parse(
                        name,
                        symbol -> java.util.stream.Stream.ofNullable(SYMBOLS.get(symbol))
                                .mapToInt(n -> n)
                                .findFirst());
    }

    public Domain domain() {
        return domain;
    }

    public Ledger ledger() {
        return ledger;
    }

    /** What risk-check would have written so far. */
    public List<ClearedRecord> cleared() {
        return List.copyOf(cleared);
    }

    public ClearedRecord lastCleared() {
        return cleared.getLast();
    }

    public long commandsOffset() {
        return cleared.size() - 1;
    }

    /** Applies or refuses a command, and writes the record of it. */
    public ClearedRecord apply(Command command) {
        long offset = cleared.size();
        var result = ledger.apply(command);
        var global = ledger.global();
        var bytes = Blob.of(command.encode());
        ClearedRecord record;
        if (result instanceof StepResult.Refused refused) {
            int code = refused.reason().code();
            record = new ClearedRecord.Refused(
                    offset, command.id(), command.kind(), code, refused.detail(), global.time(), bytes);
        } else if (command instanceof PriceCommand price) {
            record = new ClearedRecord.PriceTick(
                    offset, global.time(), price.sequence(), global.priceHash(), ledger.root(), bytes);
        } else {
            var touched = ((StepResult.Applied) result).touched();
            record = new ClearedRecord.Applied(
                    offset,
                    command.id(),
                    command.kind(),
                    1,
                    1,
                    ledger.root(),
                    global.time(),
                    touched.stream().map(t -> receipt(t, global.priceHash())).toList(),
                    bytes);
        }
        if (command instanceof QueueCommand) {
            assertThat(result).isInstanceOf(StepResult.Applied.class);
            queued++;
        }
        cleared.add(record);
        return record;
    }

    private static ClearedRecord.AccountAfter receipt(Touched touched, Bytes32 priceHash) {
        return new ClearedRecord.AccountAfter(
                touched.index(),
                Blob.of(touched.after().encode()),
                new ClearedRecord.MarginReceipt(
                        touched.marginBefore().netInitial(),
                        touched.marginBefore().netMaintenance(),
                        touched.marginAfter().netInitial(),
                        touched.marginAfter().netMaintenance(),
                        touched.marginAfter().value(),
                        priceHash,
                        Bytes32.ZERO));
    }

    /** ETH at this price, BTC at 90000, options at 60 %. */
    public ClearedRecord price(double eth) {
        sequence++;
        var call = asset("ETH-25DEC26-3000-C");
        double years = (call.expiryTime() - NOW) / (365 * 86_400.0);
        var expiry = new PriceContent.Expiry(call.expiryDay(), units(eth), units(0.36 * years), 0, 0, 0, units(0.1));
        var content = new PriceContent(
                Fixed8.ONE,
                List.of(
                        new PriceContent.Underlying(1, units(eth), Fixed8.ONE, 0, units(eth), List.of(expiry)),
                        new PriceContent.Underlying(2, units(90_000), Fixed8.ONE, 0, units(90_000), List.of())),
                List.of(
                                mark("ETH", eth),
                                mark("ETH-PERP", eth),
                                mark("ETH-25DEC26-3000-C", 222),
                                mark("ETH-25DEC26-3200-C", 143),
                                mark("BTC", 90_000),
                                mark("BTC-PERP", 90_000))
                        .stream()
                        .sorted(java.util.Comparator.comparing(PriceContent.Mark::asset))
                        .toList());
        var price = new Price(
                NOW + sequence,
                sequence,
                content.hash(),
                content.marksRoot(MarginParameters.demo().hash()));
        return apply(new PriceCommand(
                price.time(),
                price.sequence(),
                price.marks(),
                List.of(key("feeder").sign(Eip712.digest(domain, price))),
                Blob.of(content.encode())));
    }

    private static PriceContent.Mark mark(String name, double price) {
        return new PriceContent.Mark(asset(name), units(price));
    }

    private static long units(double value) {
        return Math.round(value * 1e8);
    }

    public Floor funded(Signer owner, long account, String... amounts) {
        for (var amount : amounts) {
            deposited(owner, account, owner.address(), amount);
        }
        return this;
    }

    /** A deposit for somebody's account, paid by anyone. */
    public ClearedRecord deposited(Signer owner, long account, Address from, String amount) {
        var words = amount.split(" ");
        int index = accounts.computeIfAbsent(owner.address() + "/" + account, a -> accounts.size() + 1);
        return apply(
                new Deposit(queued, index, owner.address(), account, asset(words[1]), Fixed8.parse(words[0]), from));
    }

    /** An intent for all or none; {@code cash} as it is signed: below zero what the owner pays at most. */
    public SignedIntent intent(Signer owner, String cash, String... legs) {
        var all = new TreeMap<AssetId, Long>();
        for (var leg : legs) {
            var words = leg.split(" ");
            all.put(asset(words[1]), Fixed8.parse(words[0]));
        }
        var signed = new ArrayList<Leg>();
        all.forEach((asset, quantity) -> signed.add(new Leg(asset, quantity)));
        var intent = new Intent(
                owner.address(),
                0,
                signed,
                Fixed8.parse(cash),
                Fixed8.ONE,
                1,
                1,
                0,
                NOW + 3600,
                nonces.merge(owner.address(), 1L, Long::sum) - 1,
                false,
                Conditions.NONE);
        return new SignedIntent(intent, owner.sign(id(intent)));
    }

    public Bytes32 id(Intent intent) {
        return Eip712.digest(domain, intent, ledger.listings());
    }

    /** @param opensAt unix milliseconds */
    public AuctionRecord.Opened opened(
            long auction, long opensAt, long commitMillis, long revealMillis, SignedIntent... intents) {
        return new AuctionRecord.Opened(
                auction,
                opensAt,
                opensAt + commitMillis,
                opensAt + commitMillis + revealMillis,
                commandsOffset(),
                Bytes32.ZERO,
                FEE_PER_FILL,
                java.util.Arrays.stream(intents)
                        .map(i -> new AuctionRecord.OpenIntent(i.intent().parts(), i))
                        .toList());
    }

    private List<SignedIntent> intentsOf(SignedBid bid, List<SignedIntent> all) {
        return bid.bid().fills().stream()
                .map(fill -> all.stream()
                        .filter(i -> id(i.intent()).equals(fill.intent()))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    public Screened screen(SignedBid bid, List<SignedIntent> all) {
        return ledger.screen(bid, intentsOf(bid, all), HeldMargin.NONE);
    }

    /** The award becomes a command and is cleared. */
    public ClearedRecord award(SignedBid bid, List<SignedIntent> all) {
        return apply(new TradeCommand(bid.bid().auction(), Bytes32.ZERO, bid, intentsOf(bid, all)));
    }
}
