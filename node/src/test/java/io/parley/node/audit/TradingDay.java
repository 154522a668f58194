package io.parley.node.audit;

import io.parley.auction.domain.AuctionHouse;
import io.parley.auction.domain.Backoff;
import io.parley.auction.domain.Effect;
import io.parley.auction.domain.IntentAdmission;
import io.parley.auction.domain.LedgerView;
import io.parley.auction.domain.Origin;
import io.parley.auction.domain.Rules;
import io.parley.auction.domain.selection.Competition;
import io.parley.auction.domain.selection.Selection;
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
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Signer;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.AuctionRecord.Terms;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.risk.domain.ClearingHouse;
import io.parley.risk.domain.Screening;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The auction house, the risk check and the ledger, each the real one, over topics that are maps. ETH is at 3000. */
final class TradingDay {

    static final Domain DOMAIN = new Domain(31_337, Address.parse("0x00000000000000000000000000000000000000aa"));
    static final Terms TERMS = new Terms(100_000, 2_000, Fixed8.parse("10"), 5_000);
    private static final long START = 1_767_225_600;
    private static final long LATER = START + 86_400 * 20;
    private static final AssetId ETH = AssetId.spot(1);

    final AuctionLog log =
            new AuctionLog(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    private final ClearingHouse ledger = ClearingHouse.genesis(DOMAIN);
    private final LedgerView view = new LedgerView();
    private final Screening screening = new Screening(DOMAIN);
    private final IntentAdmission admission = new IntentAdmission(DOMAIN, 86_400 * 31, view);
    private final Competition competition = new Competition(TERMS);
    private final AuctionHouse house = new AuctionHouse(
            DOMAIN,
            new Rules(100, 75, 200, 8, 1_000, Fixed8.parse("0.01"), 30_000, new Backoff(100, 800)),
            view,
            admission,
            () -> hash("seed " + this.log.auctions().size()));
    private final Map<String, Long> nonces = new HashMap<>();
    private final Map<String, Integer> places = new HashMap<>();
    private long queued;
    private long sequence;
    private long salts;
    private long nowMs = START * 1_000;

    /** The auction house does not read the commitments of this one, though they are on the topic. */
    String suppressed = "";

    TradingDay(String... names) {
        var listed = List.of("USD", "ETH");
        for (int i = 0; i < listed.size(); i++) {
            command(new ListAsset(queued++, i, i == 0 ? AssetId.cash() : ETH, listed.get(i)));
        }
        command(new SetParameters(
                queued++, SetParameters.MARGIN, Blob.of(MarginParameters.demo().encode())));
        var feeders = Stream.of("one", "two", "three")
                .map(name -> signer(name).address())
                .sorted()
                .toList();
        command(new SetParameters(queued++, SetParameters.FEEDERS, Blob.of(new FeederSet(2, feeders).encode())));
        for (String name : names) {
            deposit(name, AssetId.cash(), "100000");
            deposit(name, ETH, "100");
        }
        price();
        act(house.start(nowMs));
    }

    static Bytes32 hash(String text) {
        return Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
    }

    static Signer signer(String name) {
        return PrivateKeySigner.of(hash("key of " + name).bytes());
    }

    static Bytes32 id(SignedBid bid) {
        return Eip712.digest(DOMAIN, bid.bid());
    }

    private void deposit(String name, AssetId asset, String amount) {
        int place = places.computeIfAbsent(name, key -> places.size() + 1);
        var owner = signer(name).address();
        command(new Deposit(queued++, place, owner, 0, asset, Fixed8.parse(amount), owner));
    }

    void price() {
        long spot = Fixed8.parse("3000");
        var content = new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(1, spot, Fixed8.ONE, 0, spot, List.of())),
                List.of(new PriceContent.Mark(ETH, spot)));
        var marks = content.marksRoot(ledger.ledger().global().paramsHash());
        var digest = Eip712.digest(DOMAIN, new Price(START + ++sequence, sequence, content.hash(), marks));
        var signatures = Stream.of(signer("one"), signer("two"))
                .sorted((a, b) -> a.address().compareTo(b.address()))
                .map(feeder -> feeder.sign(digest))
                .toList();
        command(new PriceCommand(START + sequence, sequence, marks, signatures, Blob.of(content.encode())));
    }

    private void command(Command command) {
        long offset = log.commands().size();
        log.commands().put(offset, command.encode());
        ledger.fold(offset, command.encode()).cleared().ifPresent(outcome -> {
            screening.on(outcome);
            act(house.cleared(outcome, nowMs));
        });
    }

    /** An intent to buy one ETH for at most so much, fee up to 1. */
    SignedIntent buys(String owner, String dollars) {
        var intent = new Intent(
                signer(owner).address(),
                0,
                List.of(new Leg(ETH, Fixed8.ONE)),
                -Fixed8.parse(dollars),
                Fixed8.ONE,
                1,
                1,
                0,
                LATER,
                nonces.merge(owner, 1L, Long::sum) - 1,
                false,
                Conditions.NONE);
        var signed = new SignedIntent(
                intent,
                signer(owner).sign(Eip712.digest(DOMAIN, intent, ledger.ledger().listings())));
        arrives(signed);
        return signed;
    }

    void arrives(SignedIntent signed) {
        act(house.arrives(
                admission.check(signed.encode()),
                new Origin("intents", 0, 0, nowMs, Blob.EMPTY, Blob.of(signed.encode())),
                nowMs));
    }

    /** Opens what is due; the auction's number. */
    long opens() {
        passes(100);
        return log.auctions().values().stream()
                .filter(AuctionRecord.Opened.class::isInstance)
                .mapToLong(AuctionRecord::auction)
                .max()
                .orElseThrow();
    }

    void passes(long ms) {
        nowMs += ms;
        act(house.tick(nowMs));
    }

    /** A bid that fills each intent whole at a price below its limit by so much, fee 1. */
    SignedBid bid(String solver, long auction, Map<SignedIntent, String> better) {
        List<Fill> fills = new ArrayList<>();
        better.forEach((intent, dollars) -> fills.add(new Fill(
                Eip712.digest(DOMAIN, intent.intent(), ledger.ledger().listings()),
                1,
                intent.intent().cash() + Fixed8.parse(dollars),
                Fixed8.ONE)));
        var bid = new Bid(signer(solver).address(), 0, auction, fills, 0, Bytes32.ZERO, LATER, hash("salt " + salts++));
        return new SignedBid(bid, signer(solver).sign(Eip712.digest(DOMAIN, bid)));
    }

    SignedBid bid(String solver, long auction, SignedIntent intent, String better) {
        return bid(solver, auction, Map.of(intent, better));
    }

    long commits(String solver, SignedBid bid) {
        var commitment =
                new Commitment(signer(solver).address(), 0, bid.bid().auction(), id(bid), Fixed8.parse("20000"));
        return commitment(
                new CommitmentRecord.Committed(
                        new SignedCommitment(commitment, signer(solver).sign(Eip712.digest(DOMAIN, commitment)))),
                solver);
    }

    private long commitment(CommitmentRecord record, String solver) {
        long offset = log.commitments().size();
        log.commitments().put(offset, record);
        answered(screening.on(record, offset, ledger));
        if (suppressed.isEmpty() || !suppressed.equals(solver)) {
            act(house.commitment(offset, record, nowMs));
        }
        return offset;
    }

    long reveals(SignedBid bid) {
        return bid(new BidRecord.Revealed(bid));
    }

    private long bid(BidRecord record) {
        long offset = log.bids().size();
        log.bids().put(offset, record);
        act(house.bid(offset, record));
        answered(screening.on(record, offset, ledger));
        return offset;
    }

    private void answered(List<ScreeningRecord> answers) {
        answers.forEach(answer -> {
            log.screened().put((long) log.screened().size(), answer);
            act(house.screening(answer));
        });
    }

    private void auction(AuctionRecord record) {
        log.auctions().put((long) log.auctions().size(), record);
        answered(screening.on(record, ledger));
    }

    private void act(List<Effect> effects) {
        effects.forEach(effect -> {
            switch (effect) {
                case Effect.Open open -> auction(open.opened());
                case Effect.CloseCommitments close ->
                    commitment(new CommitmentRecord.CommitClosed(close.auction()), "");
                case Effect.CloseReveals close -> bid(new BidRecord.RevealClosed(close.auction()));
                case Effect.Choose choose -> choose(choose);
                case Effect.Close close -> {
                    close.trades().forEach(this::command);
                    auction(close.closed());
                }
                case Effect.Bury bury -> throw new AssertionError(bury.reason() + " " + bury.detail());
                case Effect.Note note -> {}
            }
        });
    }

    private void choose(Effect.Choose choose) {
        Selection chosen = competition.choose(choose.bids(), choose.seed());
        act(house.chosen(choose.auction(), chosen, nowMs));
        if (!choose.bids().isEmpty()) {
            auction(competition.rewarded(choose.auction(), chosen, choose.bids(), choose.seed()));
        }
    }

    /** Ends the commit phase. */
    void commitCloses() {
        passes(75);
    }

    /** Ends the reveal phase; screening, choice and clearing follow at once. */
    void revealCloses() {
        passes(100);
    }

    AuctionReplay replay() {
        return new AuctionReplay(DOMAIN, log);
    }
}
