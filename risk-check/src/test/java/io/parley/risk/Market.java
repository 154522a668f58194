package io.parley.risk;

import io.parley.clearing.MarginParameters;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Commitment;
import io.parley.protocol.Conditions;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.risk.domain.ClearingHouse;
import io.parley.risk.domain.Folded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A log in the making, folded in memory as it grows: what a test holds the real thing against. */
public final class Market {
    /** 2026-01-01, where the log's clock starts. */
    public static final long START = 1_767_225_600;

    public static final long LATER = START + 86_400 * 365;
    public static final Domain DOMAIN = new Domain(31_337, Address.parse("0x00000000000000000000000000000000000000aa"));

    private final ClearingHouse house = ClearingHouse.genesis(DOMAIN);
    private final List<byte[]> log = new ArrayList<>();
    private final List<Folded> outcomes = new ArrayList<>();
    private final Map<Trader, Integer> places = new HashMap<>();
    private final Map<Trader, Long> nonces = new HashMap<>();
    private long queued;
    private long sequence;
    private long time = START;
    private long spot = Fixed8.parse("3000");
    private long salts;

    /** Cash, ETH and its perp are listed, two of three feeders sign, ETH is at 3000. */
    public static Market open() {
        Market market = new Market();
        market.list("USD").list("ETH").list("ETH-PERP").parameters().feeders(2);
        return market.price();
    }

    public static AssetId asset(String name) {
        return AssetId.parse(name, symbol -> symbol.equals("ETH") ? OptionalInt.of(1) : OptionalInt.empty());
    }

    public ClearingHouse house() {
        return house;
    }

    /** The records so far, in order; a record's place is its offset. */
    public List<byte[]> log() {
        return log;
    }

    public List<Folded> outcomes() {
        return outcomes;
    }

    public Folded last() {
        return outcomes.getLast();
    }

    public Market send(byte[] record) {
        outcomes.add(house.fold(log.size(), record));
        log.add(record);
        return this;
    }

    public Market send(Command command) {
        return send(command.encode());
    }

    public Market list(String name) {
        int index = house.ledger().listings().size();
        return send(new ListAsset(queued++, index, asset(name), name));
    }

    public Market parameters() {
        return send(new SetParameters(
                queued++, SetParameters.MARGIN, Blob.of(MarginParameters.demo().encode())));
    }

    public static FeederSet feederSet(int threshold) {
        return new FeederSet(
                threshold,
                Stream.of(Trader.FEEDER_ONE, Trader.FEEDER_TWO, Trader.FEEDER_THREE)
                        .map(Trader::address)
                        .sorted()
                        .toList());
    }

    public Market feeders(int threshold) {
        return send(new SetParameters(
                queued++, SetParameters.FEEDERS, Blob.of(feederSet(threshold).encode())));
    }

    /** {@code "1000 USD"} into the trader's account 0. */
    public Market deposit(Trader trader, String amount) {
        String[] words = amount.split(" ");
        int place = places.computeIfAbsent(trader, t -> places.size() + 1);
        return send(new Deposit(
                queued++, place, trader.address(), 0, asset(words[1]), Fixed8.parse(words[0]), trader.address()));
    }

    public Market spot(String dollars) {
        spot = Fixed8.parse(dollars);
        return price();
    }

    /** A second passes, and a price says so. */
    public Market price() {
        return price(1);
    }

    public Market price(long seconds) {
        time += seconds;
        return send(nextPrice());
    }

    public PriceCommand nextPrice() {
        PriceContent content = new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(1, spot, Fixed8.ONE, 0, spot, List.of())),
                List.of(new PriceContent.Mark(asset("ETH"), spot), new PriceContent.Mark(asset("ETH-PERP"), spot)));
        Bytes32 marks = content.marksRoot(house.ledger().global().paramsHash());
        Price price = new Price(time, ++sequence, content.hash(), marks);
        Bytes32 digest = Eip712.digest(DOMAIN, price);
        var signatures = Stream.of(Trader.FEEDER_ONE, Trader.FEEDER_THREE)
                .sorted((a, b) -> a.address().compareTo(b.address()))
                .map(feeder -> feeder.signer().sign(digest))
                .toList();
        return new PriceCommand(time, sequence, marks, signatures, Blob.of(content.encode()));
    }

    /** Signs away: {@code "1 ETH"} for at most {@code "3010"}, or {@code "-1 ETH"} for at least that. */
    public SignedIntent intent(Trader trader, String amount, String dollars, String maxFee) {
        String[] words = amount.split(" ");
        long quantity = Fixed8.parse(words[0]);
        long cash = quantity > 0 ? -Fixed8.parse(dollars) : Fixed8.parse(dollars);
        long nonce = nonces.merge(trader, 1L, Long::sum) - 1;
        Intent intent = new Intent(
                trader.address(),
                0,
                List.of(new Leg(asset(words[1]), quantity)),
                cash,
                Fixed8.parse(maxFee),
                1,
                1,
                0,
                LATER,
                nonce,
                false,
                Conditions.NONE);
        Bytes32 digest = Eip712.digest(DOMAIN, intent, house.ledger().listings());
        return new SignedIntent(intent, trader.signer().sign(digest));
    }

    public Bytes32 id(SignedIntent intent) {
        return Eip712.digest(DOMAIN, intent.intent(), house.ledger().listings());
    }

    /** A bid that fills the intent whole at its limit, for a fee of 0.10. */
    public SignedBid bid(Trader solver, long auction, SignedIntent intent) {
        return bid(solver, auction, intent, "0.1");
    }

    public SignedBid bid(Trader solver, long auction, SignedIntent intent, String fee) {
        Bid bid = new Bid(
                solver.address(),
                0,
                auction,
                List.of(new Fill(id(intent), 1, intent.intent().cash(), Fixed8.parse(fee))),
                0,
                Bytes32.ZERO,
                LATER,
                Keccak256.hash(new byte[] {(byte) salts++}));
        return new SignedBid(bid, solver.signer().sign(Eip712.digest(DOMAIN, bid)));
    }

    public static Bytes32 id(SignedBid bid) {
        return Eip712.digest(DOMAIN, bid.bid());
    }

    public SignedCommitment commitment(Trader solver, SignedBid bid, String cap) {
        Commitment commitment = new Commitment(solver.address(), 0, bid.bid().auction(), id(bid), Fixed8.parse(cap));
        return new SignedCommitment(commitment, solver.signer().sign(Eip712.digest(DOMAIN, commitment)));
    }

    public TradeCommand trade(SignedBid bid, SignedIntent... intents) {
        return new TradeCommand(bid.bid().auction(), Bytes32.ZERO, bid, List.of(intents));
    }

    public WithdrawCommand withdraw(Trader trader, String amount) {
        String[] words = amount.split(" ");
        long nonce = nonces.merge(trader, 1L, Long::sum) - 1;
        Withdraw withdraw = new Withdraw(
                trader.address(), 0, asset(words[1]), Fixed8.parse(words[0]), trader.address(), LATER, nonce);
        return new WithdrawCommand(
                withdraw,
                trader.signer()
                        .sign(Eip712.digest(DOMAIN, withdraw, house.ledger().listings())));
    }

    public static AuctionRecord.Opened opened(long auction, SignedIntent... intents) {
        return new AuctionRecord.Opened(
                auction,
                1_000_000,
                1_000_075,
                1_000_100,
                0,
                Bytes32.ZERO,
                Fixed8.parse("0.1"),
                Stream.of(intents)
                        .map(intent -> new AuctionRecord.OpenIntent(1, intent))
                        .toList());
    }

    /** A log of this many records: deposits, trades, withdrawals, prices, and some of each that are refused. */
    public static Market busy(int records) {
        Market market = open().deposit(Trader.ALICE, "1000000 USD")
                .deposit(Trader.BOB, "1000000 USD")
                .deposit(Trader.SOLVER, "5000000 USD")
                .deposit(Trader.SOLVER, "10000 ETH");
        for (int i = 1; market.log.size() < records; i++) {
            Trader trader = i % 2 == 0 ? Trader.ALICE : Trader.BOB;
            switch (i % 8) {
                case 1, 2, 3, 5 -> {
                    SignedIntent intent = market.intent(trader, i % 3 == 0 ? "1 ETH-PERP" : "1 ETH", "3010", "1");
                    market.send(market.trade(market.bid(Trader.SOLVER, i, intent), intent));
                }
                case 4 -> market.send(market.log.get(market.log.size() - 1));
                case 6 -> market.send(market.withdraw(trader, i % 5 == 0 ? "100000000 USD" : "1 USD"));
                case 7 -> market.deposit(trader, "100 USD");
                default -> market.price();
            }
        }
        return market;
    }
}
