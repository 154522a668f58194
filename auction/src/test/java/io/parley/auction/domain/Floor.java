package io.parley.auction.domain;

import static io.parley.auction.Market.DOMAIN;

import io.parley.auction.Market;
import io.parley.auction.domain.IntentAdmission.Checked;
import io.parley.auction.domain.selection.Budget;
import io.parley.auction.domain.selection.ExactSelection;
import io.parley.auction.domain.selection.FairSelection;
import io.parley.auction.domain.selection.WinnerSelection;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Commitment;
import io.parley.protocol.Reason;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * The auction house with the topics around it played by hand: markers come back at the next offset, winners are chosen
 * at once, everything that was announced is kept.
 */
final class Floor {

    static final Rules RULES = new Rules(100, 75, 200, 8, 1_000, Market.usd("0.01"), 30_000, new Backoff(100, 800));

    final Market market;
    final LedgerView ledger = new LedgerView();
    final IntentAdmission admission = new IntentAdmission(DOMAIN, 86_400, ledger);
    final List<Opened> opened = new ArrayList<>();
    final List<Closed> closed = new ArrayList<>();
    final List<TradeCommand> trades = new ArrayList<>();
    final List<Effect.Bury> buried = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    AuctionHouse house;
    boolean markersComeBack = true;
    long now = 1_000_001;

    private final WinnerSelection selection = new FairSelection(new ExactSelection(() -> Budget.ofSteps(100_000)));
    private final Rules rules;
    private long commitmentsOffset = 100;
    private long bidsOffset = 200;
    private int verdicts;
    private int seeds;
    private int intents;

    Floor(Market market) {
        this(market, RULES);
    }

    Floor(Market market, Rules rules) {
        this.market = market;
        this.rules = rules;
        this.house = house();
    }

    private AuctionHouse house() {
        return new AuctionHouse(DOMAIN, rules, ledger, admission, () -> Market.hash("seed " + seeds++));
    }

    /** A floor that is open for business, with accounts for these names. */
    static Floor open(String... names) {
        Floor floor = new Floor(new Market());
        floor.cleared(floor.market.opening(names));
        floor.start();
        return floor;
    }

    void start() {
        act(house.start(now));
    }

    Checked arrives(SignedIntent intent) {
        Checked checked = admission.check(intent.encode());
        Blob record = Blob.of(intent.encode());
        act(house.arrives(checked, new Origin("intents", 0, intents++, now, Blob.EMPTY, record), now));
        return checked;
    }

    /** Lets the clock run on, waking the house whenever it asked for it. */
    void passes(long ms) {
        long until = now + ms;
        while (house.nextTick().orElse(Long.MAX_VALUE) <= until) {
            now = Math.max(now, house.nextTick().getAsLong());
            act(house.tick(now));
        }
        now = until;
    }

    long commits(String solver, SignedBid bid) {
        long offset = commitmentsOffset++;
        act(house.commitment(offset, new CommitmentRecord.Committed(Market.commitment(solver, bid)), now));
        return offset;
    }

    long reveals(SignedBid bid) {
        long offset = bidsOffset++;
        act(house.bid(offset, new BidRecord.Revealed(bid)));
        return offset;
    }

    void commitMarker(long auction) {
        act(house.commitment(commitmentsOffset++, new CommitmentRecord.CommitClosed(auction), now));
    }

    void revealMarker(long auction) {
        act(house.bid(bidsOffset++, new BidRecord.RevealClosed(auction)));
    }

    void admits(SignedBid bid, String score) {
        verdict(bid, 0, "", Market.usd(score));
    }

    void refuses(SignedBid bid, Reason reason, String detail) {
        verdict(bid, reason.code(), detail, 0);
    }

    private void verdict(SignedBid bid, int code, String detail, long score) {
        verdicts++;
        act(house.screening(new ScreeningRecord.Verdict(
                bid.bid().auction(),
                Market.id(bid),
                bid.bid().solver(),
                bid.bid().account(),
                code,
                detail,
                score,
                0,
                0,
                0,
                0,
                bid)));
    }

    void screeningEnds(long auction) {
        act(house.screening(new ScreeningRecord.ScreeningClosed(auction, verdicts)));
        verdicts = 0;
    }

    /** From the opening to the close: all commit in time, reveal in time, and pass with the score of 10 dollars. */
    Closed runs(SignedBid... bids) {
        long auction = opened.getLast().auction();
        for (SignedBid bid : bids) {
            long offset = commitmentsOffset++;
            act(house.commitment(offset, new CommitmentRecord.Committed(commitmentOf(bid)), now));
        }
        passes(80);
        for (SignedBid bid : bids) {
            reveals(bid);
        }
        passes(30);
        for (SignedBid bid : bids) {
            admits(bid, "10");
        }
        screeningEnds(auction);
        return closed.getLast();
    }

    private static SignedCommitment commitmentOf(SignedBid bid) {
        return new SignedCommitment(
                new Commitment(
                        bid.bid().solver(), bid.bid().account(), bid.bid().auction(), Market.id(bid), 1),
                Signature.NONE);
    }

    void cleared(ClearedRecord record) {
        act(house.cleared(record, now));
    }

    void cleared(List<ClearedRecord> records) {
        records.forEach(this::cleared);
    }

    /** The ids of the intents in the latest auction. */
    List<Bytes32> standing() {
        return opened.getLast().intents().stream()
                .map(open -> Market.id(open.intent()))
                .toList();
    }

    private void act(List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Open open -> opened.add(open.opened());
                case Effect.CloseCommitments close when markersComeBack -> commitMarker(close.auction());
                case Effect.CloseReveals close when markersComeBack -> revealMarker(close.auction());
                case Effect.CloseCommitments close -> notes.add("asked commit marker of " + close.auction());
                case Effect.CloseReveals close -> notes.add("asked reveal marker of " + close.auction());
                case Effect.Choose choose ->
                    act(house.chosen(choose.auction(), selection.select(choose.bids(), choose.seed()), now));
                case Effect.Close close -> {
                    trades.addAll(close.trades());
                    closed.add(close.closed());
                }
                case Effect.Bury bury -> buried.add(bury);
                case Effect.Note note -> notes.add(note.line());
            }
        }
    }
}
