package io.parley.auction.domain;

import io.parley.auction.domain.AuctionRound.Entry;
import io.parley.auction.domain.AuctionRound.Marker;
import io.parley.auction.domain.AuctionRound.Outcome;
import io.parley.auction.domain.AuctionRound.Phase;
import io.parley.auction.domain.IntentAdmission.Checked;
import io.parley.auction.domain.PooledIntent.Place;
import io.parley.auction.domain.selection.Selection;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fill;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.OpenIntent;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.AuctionRecord.Unfilled;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All auctions and the pool that feeds them: the one place where the auction role decides. Records and the time go in,
 * {@link Effect}s come out. For one thread.
 *
 * <p>A new life first remembers: every {@code cleared} record, then every record of {@code auctions}, then every
 * admitted intent; then it starts.
 */
public final class AuctionHouse {

    /** Refusals that a former life may have left untold: told once more rather than never. */
    private static final long OVERLAP_MS = 60_000;

    private final Domain domain;
    private final Rules rules;
    private final LedgerView ledger;
    private final IntentAdmission admission;
    private final Supplier<Bytes32> seeds;
    private final Anteroom anteroom = new Anteroom();
    private final IntentPool pool;
    private final AtFault atFault;
    private final TreeMap<Long, AuctionRound> rounds = new TreeMap<>();
    private final Set<Long> choosing = new HashSet<>();
    private long lastAuction;
    private long lastGridMs;

    /** What a former life left behind; empty once started. */
    private final Map<Long, Opened> leftOpen = new TreeMap<>();

    private final Map<Bytes32, Long> leftInClearing = new HashMap<>();
    private final Set<Bytes32> answeredBids = new HashSet<>();
    private long answeredAuction;
    private long lastAliveMs;
    private boolean started;

    /**
     * Makes a house without intents.
     *
     * @param domain where signatures count
     * @param rules how auctions are held
     * @param ledger what is known of the ledger; this house folds into it
     * @param admission checks intents against that ledger
     * @param seeds gives a fresh secret for each auction
     */
    public AuctionHouse(
            Domain domain, Rules rules, LedgerView ledger, IntentAdmission admission, Supplier<Bytes32> seeds) {
        this.domain = domain;
        this.rules = rules;
        this.ledger = ledger;
        this.admission = admission;
        this.seeds = seeds;
        this.pool = new IntentPool(ledger, rules.backoff());
        this.atFault = new AtFault(ledger);
    }

    /**
     * Remembers what a former life announced.
     *
     * @param record the next record of {@code auctions}
     * @param writtenAtMs when it was written, unix milliseconds
     */
    public void remember(AuctionRecord record, long writtenAtMs) {
        lastAliveMs = Math.max(lastAliveMs, writtenAtMs);
        lastAuction = Math.max(lastAuction, record.auction());
        switch (record) {
            case Opened opened -> leftOpen.put(opened.auction(), opened);
            case Closed closed -> rememberClosed(closed);
            case AuctionRecord.Rewarded rewarded -> {
                // What was earned changes no auction.
            }
        }
    }

    private void rememberClosed(Closed closed) {
        Opened opened = leftOpen.remove(closed.auction());
        Set<Bytes32> unfilled = new HashSet<>();
        for (Unfilled intent : closed.unfilled()) {
            unfilled.add(intent.intent());
            if (isFinal(intent.code())) {
                pool.end(intent.intent(), intent.code(), intent.detail());
            }
        }
        boolean allAnswered = closed.auction() < answeredAuction
                || closed.auction() == answeredAuction
                        && closed.awards().stream().allMatch(award -> answeredBids.contains(award.bid()));
        if (opened != null && !closed.awards().isEmpty() && !allAnswered) {
            for (Bytes32 id : ids(opened)) {
                if (!unfilled.contains(id)) {
                    leftInClearing.put(id, closed.auction());
                }
            }
        }
    }

    /** Whether an unfilled intent with this code left the pool for good. */
    static boolean isFinal(int code) {
        return code != Reason.NO_BIDS.code()
                && code != Reason.OUTBID.code()
                && code != Reason.SOLVER_MISSED.code()
                && code != Reason.UNFAIR_BUNDLE.code();
    }

    private List<Bytes32> ids(Opened opened) {
        return opened.intents().stream()
                .map(open -> Eip712.digest(domain, open.intent().intent(), ledger.listings()))
                .toList();
    }

    /**
     * Begins to hold auctions, after all was remembered. What a former life left open is void: its seed is lost with it.
     *
     * @param nowMs unix milliseconds
     * @return what to do
     */
    public List<Effect> start(long nowMs) {
        started = true;
        ledger.clock(nowMs / 1000);
        lastAuction = Math.max(lastAuction, ledger.lastAuction());
        leftInClearing.forEach(pool::awardedBefore);
        pool.departed();
        List<Effect> effects = new ArrayList<>();
        for (Opened opened : leftOpen.values()) {
            Closed closed = AuctionRound.voided(
                    opened.auction(), Bytes32.ZERO, ids(opened), "the auction role restarted during it");
            effects.add(new Effect.Close(List.of(), closed));
            effects.add(new Effect.Note("auction %d void after a restart, %d intent(s) return"
                    .formatted(opened.auction(), closed.unfilled().size())));
        }
        effects.add(new Effect.Note("auctions start after number %d with %d intent(s) waiting, %d in clearing"
                .formatted(lastAuction, pool.size(), leftInClearing.size())));
        leftOpen.clear();
        leftInClearing.clear();
        answeredBids.clear();
        return effects;
    }

    /**
     * Takes in an intent that was checked by {@link IntentAdmission}. The same intent twice stands once.
     *
     * @param checked what came of the check
     * @param origin where it stood
     * @param nowMs unix milliseconds
     * @return what to do
     */
    public List<Effect> arrives(Checked checked, Origin origin, long nowMs) {
        return switch (checked) {
            case Checked.Accepted(Bytes32 id, SignedIntent intent) -> {
                pool.add(id, intent, nowMs);
                yield List.of();
            }
            case Checked.Premature premature
            when toldBefore(origin) || anteroom.enter(premature, origin, nowMs) -> List.of();
            case Checked.Premature(SignedIntent intent, Reason reason, String detail) ->
                List.of(new Effect.Bury(origin, reason, detail));
            case Checked.Refused refused when toldBefore(origin) || !started && isOver(refused.reason()) -> List.of();
            case Checked.Refused(Reason reason, String detail) -> List.of(new Effect.Bury(origin, reason, detail));
        };
    }

    /** What a new life reads may have been filled long ago. */
    private static boolean isOver(Reason reason) {
        return reason == Reason.NONCE_USED || reason == Reason.EXPIRED;
    }

    /** A former life told why it refused what was written while it lived: its last announcement shows until when. */
    private boolean toldBefore(Origin origin) {
        return !started && origin.writtenAt() < lastAliveMs - OVERLAP_MS;
    }

    /** {@return whether the pool is at its bound, so that no more should be read} */
    public boolean isFull() {
        return pool.size() >= rules.poolBound();
    }

    /** {@return how many intents are in the pool, those in auctions and in clearing included} */
    public int poolSize() {
        return pool.size();
    }

    /** {@return how many auctions are open} */
    public int inFlight() {
        return rounds.size();
    }

    /**
     * {@return when {@link #tick} is wanted next, in unix milliseconds; empty if nothing waits for the clock}
     */
    public OptionalLong nextTick() {
        long next = Long.MAX_VALUE;
        for (AuctionRound round : rounds.values()) {
            next = Math.min(next, round.due().orElse(Long.MAX_VALUE));
            next = Math.min(next, round.voidAt(rules.patienceMs()));
        }
        next = Math.min(next, anteroom.due().orElse(Long.MAX_VALUE));
        if (started && rounds.size() < rules.mostInFlight()) {
            next = Math.min(next, nextOpening());
        }
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** Auctions open on a grid of windows, so that what arrives within one window stands in one auction. */
    private long nextOpening() {
        OptionalLong draw = pool.nextDraw();
        if (draw.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long window = rules.windowMs();
        return Math.max(lastGridMs + window, Math.ceilDiv(draw.getAsLong(), window) * window);
    }

    /**
     * Does what the schedule asks for by now.
     *
     * @param nowMs unix milliseconds
     * @return what to do
     */
    public List<Effect> tick(long nowMs) {
        ledger.clock(nowMs / 1000);
        List<Effect> effects = new ArrayList<>();
        for (AuctionRound round : rounds.values()) {
            Marker marker = round.askMarker(nowMs);
            if (marker == Marker.COMMIT_CLOSED) {
                effects.add(new Effect.CloseCommitments(round.auction()));
            } else if (marker == Marker.REVEAL_CLOSED) {
                effects.add(new Effect.CloseReveals(round.auction()));
            }
        }
        giveUp(nowMs, effects);
        if (anteroom.due().orElse(Long.MAX_VALUE) <= nowMs) {
            effects.addAll(lookAgain(nowMs));
        }
        if (started && nextOpening() <= nowMs) {
            lastGridMs = Math.floorDiv(nowMs, rules.windowMs()) * rules.windowMs();
            open(nowMs, effects);
        }
        return effects;
    }

    /** Auctions whose screening does not come must not hold up those behind them. */
    private void giveUp(long nowMs, List<Effect> effects) {
        for (AuctionRound round : List.copyOf(rounds.values())) {
            if (round.voidAt(rules.patienceMs()) <= nowMs) {
                rounds.remove(round.auction());
                Closed closed = round.voided("the risk check did not screen it in time");
                round.intents().forEach(id -> returned(id, round.auction(), nowMs, false));
                effects.add(new Effect.Close(List.of(), closed));
                effects.add(new Effect.Note("auction %d void: not screened in time, %d intent(s) return"
                        .formatted(round.auction(), closed.unfilled().size())));
                effects.addAll(choices());
            }
        }
    }

    private List<Effect> lookAgain(long nowMs) {
        List<Effect> effects = new ArrayList<>();
        for (Anteroom.Leaving leaving : anteroom.look(admission, nowMs)) {
            effects.addAll(arrives(leaving.checked(), leaving.origin(), nowMs));
        }
        return effects;
    }

    private void open(long nowMs, List<Effect> effects) {
        while (rounds.size() < rules.mostInFlight()) {
            long auction = lastAuction + 1;
            List<PooledIntent> drawn = pool.draw(auction, rules.mostIntents(), nowMs);
            if (drawn.isEmpty()) {
                return;
            }
            lastAuction = auction;
            Bytes32 seed = seeds.get();
            Opened opened = new Opened(
                    auction,
                    nowMs,
                    nowMs + rules.commitMs(),
                    nowMs + rules.windowMs(),
                    ledger.commandsOffset(),
                    Keccak256.hash(seed.bytes()),
                    rules.feePerFill(),
                    drawn.stream()
                            .map(intent -> new OpenIntent(intent.partsLeft, intent.signed))
                            .toList());
            rounds.put(
                    auction,
                    new AuctionRound(
                            opened,
                            seed,
                            drawn.stream().map(intent -> intent.id).toList(),
                            atFault));
            effects.add(new Effect.Open(opened));
            effects.add(new Effect.Note("auction %d opened with %d intent(s)".formatted(auction, drawn.size())));
        }
    }

    /**
     * Reads the commitments topic.
     *
     * @param offset where the record stands; with the marker's it says what is late
     * @param record the record
     * @param nowMs unix milliseconds
     * @return what to do
     */
    public List<Effect> commitment(long offset, CommitmentRecord record, long nowMs) {
        AuctionRound round = rounds.get(record.auction());
        if (round == null) {
            return List.of();
        }
        switch (record) {
            case CommitmentRecord.CommitClosed closed -> round.commitClosed(offset, nowMs);
            case CommitmentRecord.Committed(var signed) -> {
                if (round.commitment(offset, signed.commitment()) == Entry.LATE) {
                    return List.of(new Effect.Note("auction %d: commitment %s of %s is late"
                            .formatted(
                                    record.auction(),
                                    signed.commitment().bid(),
                                    signed.commitment().solver())));
                }
            }
        }
        return List.of();
    }

    /**
     * Reads the bids topic.
     *
     * @param offset where the record stands; with the marker's it says what is late
     * @param record the record
     * @return what to do
     */
    public List<Effect> bid(long offset, BidRecord record) {
        AuctionRound round = rounds.get(record.auction());
        if (round == null) {
            return List.of();
        }
        switch (record) {
            case BidRecord.RevealClosed closed -> round.revealClosed(offset);
            case BidRecord.Revealed(SignedBid bid) -> {
                Bytes32 id = Eip712.digest(domain, bid.bid());
                if (round.reveal(offset, id, bid) == Entry.LATE) {
                    return List.of(new Effect.Note("auction %d: reveal %s of %s is late"
                            .formatted(record.auction(), id, bid.bid().solver())));
                }
            }
        }
        return choices();
    }

    /**
     * Reads the screened-bids topic.
     *
     * @param record the record
     * @return what to do
     */
    public List<Effect> screening(ScreeningRecord record) {
        AuctionRound round = rounds.get(record.auction());
        if (round == null) {
            return List.of();
        }
        List<Effect> effects = new ArrayList<>();
        switch (record) {
            case ScreeningRecord.Hold hold -> {
                // The verdict on the reveal says what counts.
            }
            case ScreeningRecord.Verdict verdict -> {
                if (verdict.bid()
                        .equals(Eip712.digest(domain, verdict.signedBid().bid()))) {
                    round.verdict(verdict);
                } else {
                    effects.add(new Effect.Note("auction %d: a verdict on %s carries another bid"
                            .formatted(verdict.auction(), verdict.bid())));
                }
            }
            case ScreeningRecord.ScreeningClosed closed -> {
                if (!round.screeningClosed(closed.verdicts())) {
                    effects.add(new Effect.Note("auction %d: the risk check counts %d verdict(s), others were read"
                            .formatted(closed.auction(), closed.verdicts())));
                }
            }
        }
        effects.addAll(choices());
        return effects;
    }

    /** In order of auctions: a solver's account must not fill in an earlier auction after a later one (301). */
    private List<Effect> choices() {
        List<Effect> effects = new ArrayList<>();
        for (AuctionRound round : rounds.values()) {
            if (round.phase() != Phase.SCREENING_CLOSED) {
                break;
            }
            if (choosing.add(round.auction())) {
                effects.add(new Effect.Choose(round.auction(), round.screenedBids(), round.seed()));
            }
        }
        return effects;
    }

    /**
     * Takes the winners and closes.
     *
     * @param auction whose
     * @param selection the winners
     * @param nowMs unix milliseconds
     * @return what to do
     */
    public List<Effect> chosen(long auction, Selection selection, long nowMs) {
        AuctionRound round = rounds.remove(auction);
        if (round == null) {
            throw new IllegalStateException("Auction %d is not open.".formatted(auction));
        }
        choosing.remove(auction);
        Outcome outcome = round.close(selection, pool.departed());
        for (Bytes32 id : outcome.won()) {
            PooledIntent intent = standing(id, auction);
            if (intent != null) {
                pool.awarded(intent);
            }
        }
        outcome.outbid().forEach(unfilled -> returned(unfilled.intent(), auction, nowMs, true));
        outcome.missed().forEach(unfilled -> returned(unfilled.intent(), auction, nowMs, false));
        outcome.refused().forEach(unfilled -> pool.end(unfilled.intent(), unfilled.code(), unfilled.detail()));
        // They stand in this very record; the next need not repeat them.
        pool.told(outcome.refused().stream().map(Unfilled::intent).toList());
        return List.of(
                new Effect.Close(outcome.trades(), outcome.closed()),
                new Effect.Note(
                        "auction %d closed: %d commitment(s), %d reveal(s), %d award(s) worth %d by %s%s, %d unfilled"
                                .formatted(
                                        auction,
                                        round.commitments(),
                                        round.reveals(),
                                        outcome.trades().size(),
                                        selection.value(),
                                        selection.selector(),
                                        selection.proven() ? ", proven" : "",
                                        outcome.closed().unfilled().size())));
    }

    private @Nullable PooledIntent standing(Bytes32 id, long auction) {
        PooledIntent intent = pool.find(id);
        return intent != null && intent.place == Place.IN_AUCTION && intent.auction == auction ? intent : null;
    }

    private void returned(Bytes32 id, long auction, long nowMs, boolean outbid) {
        PooledIntent intent = standing(id, auction);
        if (intent != null && outbid) {
            pool.outbid(intent, nowMs);
        } else if (intent != null) {
            pool.missed(intent, nowMs);
        }
    }

    /**
     * Reads the cleared topic: what became of the awards, and what else changed in the ledger.
     *
     * @param record the next record
     * @param nowMs unix milliseconds
     * @return what to do
     */
    public List<Effect> cleared(ClearedRecord record, long nowMs) {
        List<LedgerView.AccountName> changed = ledger.fold(record);
        List<Effect> effects = new ArrayList<>();
        switch (record) {
            case ClearedRecord.Applied applied
            when applied.commandKind() == TradeCommand.KIND -> applied(trade(record), nowMs);
            case ClearedRecord.Refused refused
            when refused.commandKind() == TradeCommand.KIND -> refused(refused, trade(record), nowMs, effects);
            default -> {
                // Accounts, listings, keys and time were folded in.
            }
        }
        pool.reconsider(changed);
        if (record instanceof ClearedRecord.Applied) {
            effects.addAll(lookAgain(nowMs));
        }
        return effects;
    }

    private TradeCommand trade(ClearedRecord record) {
        if (!(Command.decode(record.command()) instanceof TradeCommand trade)) {
            throw new IllegalArgumentException(
                    "The command at offset %d is not the trade it is said to be.".formatted(record.commandsOffset()));
        }
        if (!started) {
            answered(trade);
        }
        return trade;
    }

    /** Awards are answered in the order of auctions, so the latest answer tells which awards are still open. */
    private void answered(TradeCommand trade) {
        if (trade.auction() > answeredAuction) {
            answeredAuction = trade.auction();
            answeredBids.clear();
        }
        if (trade.auction() == answeredAuction) {
            answeredBids.add(Eip712.digest(domain, trade.bid().bid()));
        }
    }

    private void applied(TradeCommand trade, long nowMs) {
        for (Fill fill : trade.bid().bid().fills()) {
            PooledIntent intent = pool.find(fill.intent());
            if (intent != null) {
                pool.filled(intent, nowMs);
            }
        }
    }

    private void refused(ClearedRecord.Refused refused, TradeCommand trade, long nowMs, List<Effect> effects) {
        List<Intent> intents =
                trade.intents().stream().map(SignedIntent::intent).toList();
        List<Fill> fills = trade.bid().bid().fills();
        // One may have been refused for another number of these than of those.
        for (int i = 0; i < Math.min(intents.size(), fills.size()); i++) {
            Bytes32 id = fills.get(i).intent();
            PooledIntent intent = pool.find(id);
            if (atFault.isOwner(refused.code(), refused.detail(), intents.get(i), intents)) {
                pool.end(id, refused.code(), refused.detail());
                effects.add(new Effect.Note("intent %s leaves: %d %s".formatted(id, refused.code(), refused.detail())));
            } else if (intent != null && intent.place == Place.IN_CLEARING && intent.auction == trade.auction()) {
                pool.refused(intent, refused.code(), refused.detail(), nowMs);
                effects.add(new Effect.Note("intent %s returns from auction %d: %d %s"
                        .formatted(id, trade.auction(), refused.code(), refused.detail())));
            }
        }
    }
}
