package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Command;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.BatchRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A ledger with everything around it that a test needs: keys, names, prices, and a log. Each command goes through
 * {@link #send}, which also assembles batches and lets the stateless verifier run each of them again.
 */
final class Market {
    /** 2026-01-01, where every market's clock starts. */
    static final long START = 1_767_225_600;

    static final long LATER = START + 86_400 * 365;
    static final Domain DOMAIN = new Domain(31_337, Address.parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"));
    static final Map<String, Integer> SYMBOLS = Map.of("ETH", 1, "BTC", 2);

    private static final List<Trader> FEEDERS = feeders();

    private final Ledger ledger;
    private final BatchAssembler assembler = new BatchAssembler();
    private final BatchVerifier verifier = new BatchVerifier(DOMAIN);
    private final List<Replay.Entry> log = new ArrayList<>();
    private final List<BatchRecord> batches = new ArrayList<>();
    private final TreeMap<Integer, Quote> quotes = new TreeMap<>();
    private final TreeMap<AssetId, Long> marks = new TreeMap<>();
    private final Map<Account, Integer> places = new HashMap<>();
    private long stable = Fixed8.ONE;
    private long time = START;
    private long queued;
    private long auctions;
    private int keys;
    private BatchAssembler.Placed lastPlaced;

    private record Account(Trader owner, long account) {}

    private static final class Quote {
        private long spot;
        private long confidence = Fixed8.ONE;
        private long perp;
        private final TreeMap<Integer, Long> forwards = new TreeMap<>();
    }

    /** {@code "1.5 ETH"}: units of an asset. */
    record Amount(AssetId asset, long units) {
        static Amount parse(String text) {
            String[] words = text.split(" ");
            return new Amount(Market.asset(words[1]), Fixed8.parse(words[0]));
        }
    }

    private Market(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A ledger before its first command. */
    static Market bare() {
        return new Market(Ledger.genesis(DOMAIN));
    }

    /** The cash is listed, feeders and margin parameters are set, there is no price yet. */
    static Market unpriced() {
        Market market = bare();
        market.list("USD");
        market.parameters(MarginParameters.demo());
        market.applied(market.feederSet(2, FEEDERS));
        return market;
    }

    /** An open market with a first price and ETH at 3000. */
    static Market market() {
        return unpriced().spot("ETH", "3000");
    }

    private static List<Trader> feeders() {
        List<Trader> feeders = new ArrayList<>(List.of(Trader.FEEDER_ONE, Trader.FEEDER_TWO, Trader.FEEDER_THREE));
        feeders.sort((a, b) -> a.address().compareTo(b.address()));
        return feeders;
    }

    static AssetId asset(String name) {
        return AssetId.parse(name, symbol -> {
            Integer number = SYMBOLS.get(symbol);
            return number == null ? OptionalInt.empty() : OptionalInt.of(number);
        });
    }

    // What is known and what it costs

    Market list(String name) {
        AssetId asset = asset(name);
        if (!ledger.listings().contains(asset)) {
            applied(new ListAsset(queued, ledger.listings().size(), asset, name));
        }
        return this;
    }

    Market parameters(MarginParameters parameters) {
        applied(setMargin(parameters));
        return this;
    }

    SetParameters setMargin(MarginParameters parameters) {
        return new SetParameters(queued, SetParameters.MARGIN, Blob.of(parameters.encode()));
    }

    SetParameters feederSet(int threshold, List<Trader> feeders) {
        FeederSet set = new FeederSet(
                threshold, feeders.stream().map(Trader::address).sorted().toList());
        return new SetParameters(queued, SetParameters.FEEDERS, Blob.of(set.encode()));
    }

    /** Lists the asset and its perp, sets spot and perp, and publishes the price. */
    Market spot(String symbol, String dollars) {
        list(symbol);
        list(symbol + "-PERP");
        return quoted(symbol, dollars).tick();
    }

    /** Spot and perp in the next price, which is not published yet. */
    Market quoted(String symbol, String dollars) {
        Quote quote = quote(symbol);
        quote.spot = Fixed8.parse(dollars);
        quote.perp = quote.spot;
        return this;
    }

    Market perp(String symbol, String dollars) {
        quote(symbol).perp = Fixed8.parse(dollars);
        return tick();
    }

    Market confidence(String symbol, String share) {
        quote(symbol).confidence = Fixed8.parse(share);
        return tick();
    }

    Market stable(String dollars) {
        stable = Fixed8.parse(dollars);
        return tick();
    }

    /** Lists an option, marks it, and gives its expiry a forward at spot if it has none. */
    Market mark(String name, String dollars) {
        list(name);
        return marked(name, dollars).tick();
    }

    /** A mark in the next price, which is not published yet. */
    Market marked(String name, String dollars) {
        AssetId asset = asset(name);
        marks.put(asset, Fixed8.parse(dollars));
        Quote quote = quotes.get(asset.underlying());
        quote.forwards.putIfAbsent(asset.expiryDay(), quote.spot);
        return this;
    }

    /** One second passes, and a price says so. */
    Market tick() {
        return tick(1);
    }

    Market tick(long seconds) {
        time += seconds;
        applied(price());
        return this;
    }

    private Quote quote(String symbol) {
        return quotes.computeIfAbsent(SYMBOLS.get(symbol), number -> new Quote());
    }

    PriceContent content() {
        List<PriceContent.Underlying> underlyings = new ArrayList<>();
        TreeMap<AssetId, Long> all = new TreeMap<>(marks);
        quotes.forEach((number, quote) -> {
            List<PriceContent.Expiry> expiries = new ArrayList<>();
            quote.forwards.forEach(
                    (day, forward) -> expiries.add(new PriceContent.Expiry(day, forward, 0, 0, 0, 0, 0)));
            underlyings.add(new PriceContent.Underlying(number, quote.spot, quote.confidence, 0, quote.perp, expiries));
            all.put(AssetId.spot(number), quote.spot);
            all.put(AssetId.perp(number), quote.perp);
        });
        List<PriceContent.Mark> list = new ArrayList<>();
        all.forEach((asset, mark) -> list.add(new PriceContent.Mark(asset, mark)));
        return new PriceContent(stable, underlyings, list);
    }

    /** The next price as two of the three feeders sign it. */
    PriceCommand price() {
        return price(time, ledger.global().priceSequence() + 1, FEEDERS.get(0), FEEDERS.get(2));
    }

    /** A price that could have been signed in place of the last one. */
    PriceCommand priceInstead() {
        return price(time, ledger.global().priceSequence(), FEEDERS.get(0), FEEDERS.get(2));
    }

    PriceCommand price(long at, long sequence, Trader... signers) {
        return price(
                at, sequence, content(), content().marksRoot(ledger.global().paramsHash()), signers);
    }

    PriceCommand price(long at, long sequence, PriceContent content, Bytes32 marksRoot, Trader... signers) {
        return price(at, sequence, Blob.of(content.encode()), marksRoot, signers);
    }

    PriceCommand price(long at, long sequence, Blob bytes, Bytes32 marksRoot, Trader... signers) {
        Bytes32 digest = Eip712.digest(DOMAIN, new Price(at, sequence, bytes.hash(), marksRoot));
        List<Signature> signatures = new ArrayList<>();
        for (Trader signer : signers) {
            signatures.add(signer.signer().sign(digest));
        }
        return new PriceCommand(at, sequence, marksRoot, signatures, bytes);
    }

    // Accounts

    /** Deposits into the trader's account 0. */
    Market account(Trader trader, String... amounts) {
        return account(trader, 0, amounts);
    }

    Market account(Trader trader, long number, String... amounts) {
        for (String amount : amounts) {
            Amount of = Amount.parse(amount);
            applied(deposit(trader, number, of.asset(), of.units()));
        }
        return this;
    }

    Deposit deposit(Trader trader, long number, AssetId asset, long units) {
        return new Deposit(queued, place(trader, number), trader.address(), number, asset, units, trader.address());
    }

    CreditFee creditFee(Trader trader, String dollars) {
        return new CreditFee(queued, place(trader, 0), trader.address(), 0, Fixed8.parse(dollars));
    }

    RegisterKey registerKey(Trader owner, Trader key, int scope, long expiry) {
        return new RegisterKey(queued, keys++, owner.address(), 0, key.address(), scope, expiry);
    }

    private int place(Trader trader, long number) {
        return places.computeIfAbsent(new Account(trader, number), account -> places.size() + 1);
    }

    WithdrawCommand withdraw(Trader trader, String amount, long nonce) {
        Amount of = Amount.parse(amount);
        return sign(new Withdraw(trader.address(), 0, of.asset(), of.units(), trader.address(), LATER, nonce), trader);
    }

    WithdrawCommand sign(Withdraw withdraw, Trader signer) {
        return new WithdrawCommand(withdraw, signer.signer().sign(Eip712.digest(DOMAIN, withdraw, ledger.listings())));
    }

    CancelCommand cancel(Trader trader, int kind, long nonce) {
        return sign(new Cancel(trader.address(), 0, kind, nonce, LATER), trader);
    }

    CancelCommand sign(Cancel cancel, Trader signer) {
        return new CancelCommand(cancel, signer.signer().sign(Eip712.digest(DOMAIN, cancel)));
    }

    SetModeCommand setMode(Trader trader, int mode, long nonce) {
        SetMode setMode = new SetMode(trader.address(), 0, mode, LATER, nonce);
        return new SetModeCommand(setMode, trader.signer().sign(Eip712.digest(DOMAIN, setMode)));
    }

    HeartbeatCommand heartbeat(Trader trader, long until, long nonce) {
        Heartbeat heartbeat = new Heartbeat(trader.address(), 0, until, LATER, nonce);
        return new HeartbeatCommand(heartbeat, trader.signer().sign(Eip712.digest(DOMAIN, heartbeat)));
    }

    ForcedWithdraw forceWithdraw(Trader trader, String amount) {
        Amount of = Amount.parse(amount);
        return new ForcedWithdraw(
                queued, place(trader, 0), trader.address(), 0, of.asset(), of.units(), trader.address());
    }

    /** The insurance account takes it over. */
    ForcedReduce forceReduce(Trader trader, String amount) {
        Amount of = Amount.parse(amount);
        return new ForcedReduce(
                queued,
                place(trader, 0),
                trader.address(),
                0,
                of.asset(),
                of.units(),
                place(Trader.INSURANCE, 0),
                Trader.INSURANCE.address(),
                0);
    }

    ForcedCancel forceCancel(Trader trader, int kind, long nonce) {
        return new ForcedCancel(queued, place(trader, 0), trader.address(), 0, kind, nonce);
    }

    // Trades

    SignedIntent sign(Offer offer) {
        Intent intent = offer.build();
        TreeSet<AssetId> assets = new TreeSet<>();
        intent.legs().forEach(leg -> assets.add(leg.asset()));
        boolean listed = assets.stream().allMatch(ledger.listings()::contains);
        Signature signature = listed
                ? offer.signer().signer().sign(Eip712.digest(DOMAIN, intent, ledger.listings()))
                : offer.signer().signer().sign(Bytes32.ZERO);
        return new SignedIntent(intent, signature);
    }

    Bytes32 id(Offer offer) {
        return Eip712.digest(DOMAIN, offer.build(), ledger.listings());
    }

    SignedBid sign(Deal deal) {
        List<Fill> fills = new ArrayList<>();
        for (Deal.Part part : deal.parts()) {
            Intent intent = part.offer().build();
            boolean listed =
                    intent.legs().stream().allMatch(leg -> ledger.listings().contains(leg.asset()));
            Bytes32 id = part.intent() != null ? part.intent() : listed ? id(part.offer()) : Bytes32.ZERO;
            fills.add(new Fill(
                    id,
                    part.parts() == null ? intent.parts() : part.parts(),
                    part.cash() == null ? intent.cash() : part.cash(),
                    part.fee()));
        }
        Bid bid = new Bid(
                deal.solver().address(),
                deal.account(),
                deal.auction() == 0 ? ++auctions : deal.auction(),
                fills,
                deal.pays(),
                Bytes32.ZERO,
                deal.validUntil(),
                Keccak256.hash(new byte[] {1, 2, 3}));
        return new SignedBid(bid, deal.signer().signer().sign(Eip712.digest(DOMAIN, bid)));
    }

    TradeCommand trade(Deal deal) {
        SignedBid bid = sign(deal);
        return new TradeCommand(
                deal.tradeAuction() == null ? bid.bid().auction() : deal.tradeAuction(),
                Bytes32.ZERO,
                bid,
                intents(deal));
    }

    List<SignedIntent> intents(Deal deal) {
        return deal.parts().stream().map(part -> sign(part.offer())).toList();
    }

    Screened screen(Deal deal, HeldMargin holds) {
        return ledger.screen(sign(deal), intents(deal), holds);
    }

    Screened screen(Deal deal) {
        return screen(deal, HeldMargin.NONE);
    }

    // The log

    /** Appends a command to the log and applies it. */
    StepResult send(Command command) {
        Bytes32 before = ledger.root();
        byte[] record = command.encode();
        long offset = log.size();
        log.add(new Replay.Entry(offset, record));
        StepResult result = ledger.apply(Command.decode(record), record);
        switch (result) {
            case StepResult.Applied applied -> {
                if (command instanceof io.parley.protocol.QueueCommand) {
                    queued++;
                }
                assertThat(applied.root()).isEqualTo(ledger.root());
                lastPlaced = assembler.add(offset, command, record, applied);
                lastPlaced.closed().ifPresent(this::take);
            }
            case StepResult.Refused refused ->
                assertThat(ledger.root())
                        .as("a refused command changes nothing")
                        .isEqualTo(before);
        }
        return result;
    }

    StepResult send(Deal deal) {
        return send(trade(deal));
    }

    StepResult.Applied applied(Command command) {
        StepResult result = send(command);
        assertThat(result).isInstanceOf(StepResult.Applied.class);
        return (StepResult.Applied) result;
    }

    StepResult.Applied applied(Deal deal) {
        return applied(trade(deal));
    }

    private void take(BatchRecord batch) {
        assertThat(verifier.verify(batch)).isInstanceOf(BatchVerifier.Verified.class);
        Bytes32 parent = batches.isEmpty()
                ? Ledger.genesis(DOMAIN).root()
                : batches.getLast().header().root();
        assertThat(batch.header().parentRoot()).isEqualTo(parent);
        batches.add(batch);
    }

    /** Closes the batch in the making with one more price and gives all batches. */
    List<BatchRecord> settle() {
        tick();
        return batches;
    }

    List<BatchRecord> batches() {
        return batches;
    }

    BatchAssembler assembler() {
        return assembler;
    }

    BatchAssembler.Placed lastPlaced() {
        return lastPlaced;
    }

    List<Replay.Entry> log() {
        return log;
    }

    Ledger ledger() {
        return ledger;
    }

    long now() {
        return ledger.global().time();
    }

    long queued() {
        return queued;
    }

    // What there is

    io.parley.clearing.Account of(Trader trader) {
        return of(trader, 0);
    }

    io.parley.clearing.Account of(Trader trader, long number) {
        return ledger.account(trader.address(), number).orElseThrow();
    }

    /** What the trader holds, as {@code "1"} of an asset. */
    String holds(Trader trader, String asset) {
        return Fixed8.format(of(trader).quantity(asset(asset)));
    }

    Margin margin(Trader trader) {
        return ledger.margin(of(trader));
    }

    /** All there is of an asset: in accounts, and for the cash in the pots as well. Derivatives sum to zero. */
    long total(AssetId asset) {
        long total = 0;
        for (int index = 1; index < ledger.accountTree().size(); index++) {
            io.parley.clearing.Account account = ledger.accountTree().account(index);
            total += account == null ? 0 : account.quantity(asset);
        }
        if (asset.kind() == AssetKind.CASH) {
            total += ledger.global().fees() + ledger.global().insurance();
        }
        return total;
    }
}
