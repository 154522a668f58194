package io.parley.risk.domain;

import io.parley.clearing.Ledger;
import io.parley.clearing.Margin;
import io.parley.clearing.Screened;
import io.parley.protocol.Address;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Commitment;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.NotListed;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which bids may win: holds the cap of each commitment while its auction runs, and screens what was revealed
 * once the reveal phase is closed, each bid against the ledger as it stands and independent of the others.
 *
 * <p>Auctions, commitments and bids come over three topics, so they may arrive in any order between each other: a
 * commitment waits for its auction, and a screening waits for all three. What is late is told by offsets within one topic,
 * never by a clock. For the ledger's thread.
 */
public final class Screening {

    /** Log time that a hold outlives its auction by, if nobody says what became of it. */
    private static final long GRACE_SECONDS = 5;

    /** Records that wait for an auction not seen yet; more than solvers send in many windows. */
    private static final int MOST_WAITING = 10_000;

    /** Copies of one bid with other signatures that are looked at: the real one must get its chance, not a flood. */
    private static final int MOST_COPIES = 4;

    /** How far ahead of the newest auction a record may be to wait for its own. */
    private static final int MOST_AHEAD = 100;

    private static final int MOST_AUCTIONS = 100;
    private static final int MOST_ANSWERED = 1_000;

    /** Whose commitment: another solver may copy a digest, but not reveal it. */
    private record Key(SolverAccount account, Bytes32 bid) {}

    /** @param late whether it stands behind the marker of its auction */
    private record Posted(SignedCommitment signed, long offset, boolean late) {}

    private record Reveal(SignedBid bid, long offset) {}

    private static final class Auction {
        private final AuctionRecord.Opened opened;
        /** Caps that are promised, and that a bid is measured by even if the hold itself has run out. */
        private final Map<Key, Long> held = new HashMap<>();

        private final Map<Key, String> refused = new HashMap<>();
        private boolean screened;

        private Auction(AuctionRecord.Opened opened) {
            this.opened = opened;
        }
    }

    /** What came for an auction, known or not yet. */
    private static final class Inbox {
        private final List<Posted> commitments = new ArrayList<>();
        private final Map<Key, List<Reveal>> reveals = new LinkedHashMap<>();
        private boolean commitClosed;
        private boolean revealClosed;
    }

    private final Domain domain;
    private final Holds holds;
    private final Map<Long, Auction> auctions = new LinkedHashMap<>();
    private final Map<Long, Inbox> inboxes = new HashMap<>();
    private int waiting;

    /** Auctions whose verdicts are out, the newest; and below which all are. */
    private final Set<Long> answered = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            boolean full = size() > MOST_ANSWERED;
            if (full) {
                answeredBelow = Math.max(answeredBelow, eldest.getKey() + 1);
            }
            return full;
        }
    });

    private long answeredBelow;

    /** Holds that were answered before a restart: they are promised, whatever the margin is now. */
    private final Map<Key, ScreeningRecord.Hold> promised = new HashMap<>();

    /** Bids that were admitted before a restart; their trades may still be on the way. */
    private final Set<Key> admittedBefore = new HashSet<>();

    private long newest = -1;

    public Screening(Domain domain) {
        this(domain, new Holds());
    }

    Screening(Domain domain, Holds holds) {
        this.domain = domain;
        this.holds = holds;
    }

    /**
     * Takes what this or another instance answered before: it is not answered again. To be called first, and with the
     * newest records only.
     */
    public void remember(List<ScreeningRecord> answers) {
        answeredBelow = answers.stream()
                .filter(ScreeningRecord.ScreeningClosed.class::isInstance)
                .mapToLong(ScreeningRecord::auction)
                .min()
                .orElse(answeredBelow);
        for (ScreeningRecord answer : answers) {
            switch (answer) {
                case ScreeningRecord.Hold hold ->
                    promised.merge(key(hold.solver(), hold.account(), hold.bid()), hold, (a, b) -> a.isHeld() ? a : b);
                case ScreeningRecord.ScreeningClosed closed -> answered.add(closed.auction());
                case ScreeningRecord.Verdict verdict -> {
                    if (verdict.isAdmitted()) {
                        admittedBefore.add(key(verdict.solver(), verdict.account(), verdict.bid()));
                    }
                }
            }
        }
    }

    /** All that was there at a restart has been read: from here on, everything is answered. */
    public void recovered() {
        promised.clear();
        admittedBefore.clear();
    }

    /** An auction opens or closes. */
    public List<ScreeningRecord> on(AuctionRecord record, ClearingHouse house) {
        List<ScreeningRecord> answers = new ArrayList<>();
        switch (record) {
            case AuctionRecord.Opened opened -> open(opened, house, answers);
            case AuctionRecord.Closed closed -> close(closed, house.ledger());
            case AuctionRecord.Rewarded rewarded -> {}
        }
        return answers;
    }

    /** A commitment, or the end of committing. */
    public List<ScreeningRecord> on(CommitmentRecord record, long offset, ClearingHouse house) {
        List<ScreeningRecord> answers = new ArrayList<>();
        switch (record) {
            case CommitmentRecord.Committed committed -> {
                Inbox inbox = inboxes.get(record.auction());
                boolean late = inbox != null && inbox.commitClosed;
                Posted posted = new Posted(committed.commitment(), offset, late);
                if (auctions.containsKey(record.auction())) {
                    hold(posted, house, answers);
                } else if (mayStillOpen(record.auction())) {
                    inbox(record.auction()).commitments.add(posted);
                    waiting++;
                } else if (!isAnswered(record.auction())) {
                    answers.add(refusedHold(posted, house, Reason.UNKNOWN_AUCTION, "there is no such auction"));
                }
            }
            case CommitmentRecord.CommitClosed closed -> {
                if (auctions.containsKey(record.auction()) || mayStillOpen(record.auction())) {
                    inbox(record.auction()).commitClosed = true;
                    screenIfDue(record.auction(), house, answers);
                }
            }
        }
        return answers;
    }

    /** A revealed bid, or the end of revealing. */
    public List<ScreeningRecord> on(BidRecord record, long offset, ClearingHouse house) {
        List<ScreeningRecord> answers = new ArrayList<>();
        Auction auction = auctions.get(record.auction());
        if (auction == null && !mayStillOpen(record.auction())) {
            return answers;
        }
        Inbox inbox = inbox(record.auction());
        switch (record) {
            case BidRecord.Revealed revealed -> {
                Bid bid = revealed.bid().bid();
                Bytes32 digest = Eip712.digest(domain, bid);
                Reveal reveal = new Reveal(revealed.bid(), offset);
                if (inbox.revealClosed) {
                    Verdict late = Verdict.refused(
                            Reason.LATE, "revealed at offset %d, after the reveal phase had closed".formatted(offset));
                    answers.add(verdict(digest, reveal, late, house));
                } else {
                    List<Reveal> copies = inbox.reveals.computeIfAbsent(
                            key(bid.solver(), bid.account(), digest), k -> new ArrayList<>());
                    if (copies.size() < MOST_COPIES) {
                        copies.add(reveal);
                        waiting++;
                    }
                }
            }
            case BidRecord.RevealClosed closed -> {
                inbox.revealClosed = true;
                screenIfDue(record.auction(), house, answers);
            }
        }
        return answers;
    }

    /** A command was folded: a trade, cleared or refused, needs its hold no more; a price moves the log's time. */
    public void on(ClearedRecord cleared) {
        if (cleared instanceof ClearedRecord.PriceTick tick) {
            holds.expire(tick.time());
        } else if (isTrade(cleared) && Command.decode(cleared.command()) instanceof TradeCommand trade) {
            Bid bid = trade.bid().bid();
            Auction auction = auctions.get(bid.auction());
            if (auction != null) {
                release(auction, key(bid.solver(), bid.account(), Eip712.digest(domain, bid)));
            }
        }
    }

    private static boolean isTrade(ClearedRecord cleared) {
        return switch (cleared) {
            case ClearedRecord.Applied applied -> applied.commandKind() == TradeCommand.KIND;
            case ClearedRecord.Refused refused -> refused.commandKind() == TradeCommand.KIND;
            case ClearedRecord.PriceTick tick -> false;
        };
    }

    /** What is held of an account, over all auctions. */
    public long held(SolverAccount account) {
        return holds.total(account);
    }

    private boolean isAnswered(long auction) {
        return auction < answeredBelow || answered.contains(auction);
    }

    /** Auctions open in ascending order, so what is below the newest and unknown will not come. */
    private boolean mayStillOpen(long auction) {
        return auction > newest
                && (newest < 0 || auction - newest <= MOST_AHEAD)
                && !isAnswered(auction)
                && waiting < MOST_WAITING;
    }

    private Inbox inbox(long auction) {
        return inboxes.computeIfAbsent(auction, a -> new Inbox());
    }

    private void open(AuctionRecord.Opened opened, ClearingHouse house, List<ScreeningRecord> answers) {
        long id = opened.auction();
        if (id <= newest) {
            return;
        }
        newest = id;
        // What waited for auctions that were passed over waits in vain.
        inboxes.entrySet().removeIf(e -> {
            boolean vain = e.getKey() < id && !auctions.containsKey(e.getKey());
            if (vain) {
                for (Posted posted : e.getValue().commitments) {
                    answers.add(refusedHold(posted, house, Reason.UNKNOWN_AUCTION, "there is no such auction"));
                }
                waiting -= size(e.getValue());
            }
            return vain;
        });
        while (auctions.size() >= MOST_AUCTIONS) {
            forget(auctions.keySet().iterator().next());
        }
        Auction auction = new Auction(opened);
        auction.screened = isAnswered(id);
        auctions.put(id, auction);
        Inbox inbox = inboxes.get(id);
        if (inbox != null) {
            waiting -= inbox.commitments.size();
            inbox.commitments.forEach(posted -> hold(posted, house, answers));
            inbox.commitments.clear();
            screenIfDue(id, house, answers);
        }
    }

    private void hold(Posted posted, ClearingHouse house, List<ScreeningRecord> answers) {
        Commitment commitment = posted.signed.commitment();
        Auction auction = auctions.get(commitment.auction());
        Key key = key(commitment.solver(), commitment.account(), commitment.bid());
        if (auction == null || auction.held.containsKey(key)) {
            return;
        }
        ScreeningRecord.Hold before = promised.remove(key);
        if (before != null) {
            if (before.isHeld() && (!auction.screened || admittedBefore.contains(key))) {
                place(auction, key, before.cap(), house);
            } else {
                auction.refused.put(key, before.detail());
            }
            return;
        }
        if (posted.late) {
            answers.add(refusedHold(
                    posted,
                    house,
                    Reason.LATE,
                    "committed at offset %d, after the commit phase had closed".formatted(posted.offset)));
            return;
        }
        if (auction.screened) {
            return;
        }
        Screened screened = house.ledger()
                .hold(
                        posted.signed,
                        (solver, account) -> holds.others(new SolverAccount(solver, account), commitment.auction()));
        switch (screened) {
            case Screened.Passed passed -> {
                place(auction, key, commitment.cap(), house);
                answers.add(hold(posted, house, 0, ""));
            }
            case Screened.Refused refused -> {
                auction.refused.put(
                        key,
                        "%s (%d): %s"
                                .formatted(refused.reason(), refused.reason().code(), refused.detail()));
                answers.add(refusedHold(posted, house, refused.reason(), refused.detail()));
            }
        }
    }

    private void place(Auction auction, Key key, long cap, ClearingHouse house) {
        long window = Math.ceilDiv(auction.opened.revealUntil() - auction.opened.openedAt(), 1_000L);
        auction.held.put(key, cap);
        holds.place(
                key.account,
                auction.opened.auction(),
                key.bid,
                cap,
                house.time() + Math.max(window, 0) + GRACE_SECONDS);
    }

    private void screenIfDue(long id, ClearingHouse house, List<ScreeningRecord> answers) {
        Auction auction = auctions.get(id);
        Inbox inbox = inbox(id);
        if (auction == null || auction.screened || !inbox.commitClosed || !inbox.revealClosed) {
            return;
        }
        auction.screened = true;
        Map<Bytes32, SignedIntent> intents = intents(auction, house.ledger());
        Set<Key> admitted = new HashSet<>();
        List<ScreeningRecord> verdicts = new ArrayList<>();
        inbox.reveals.forEach((key, copies) -> {
            Reveal reveal = copies.getFirst();
            Verdict verdict = screen(auction, key, reveal.bid, intents, house.ledger());
            for (int i = 1; i < copies.size() && !verdict.isAdmitted(); i++) {
                Verdict other = screen(auction, key, copies.get(i).bid, intents, house.ledger());
                if (other.isAdmitted()) {
                    verdict = other;
                    reveal = copies.get(i);
                }
            }
            if (verdict.isAdmitted()) {
                admitted.add(key);
            }
            verdicts.add(verdict(key.bid, reveal, verdict, house));
        });
        waiting -= size(inbox);
        inbox.reveals.clear();
        // What did not come or may not win holds nothing back from the next auction.
        Set.copyOf(auction.held.keySet()).stream()
                .filter(key -> !admitted.contains(key))
                .forEach(key -> release(auction, key));
        answers.addAll(verdicts);
        answers.add(new ScreeningRecord.ScreeningClosed(id, verdicts.size()));
        answered.add(id);
    }

    private Map<Bytes32, SignedIntent> intents(Auction auction, Ledger ledger) {
        Map<Bytes32, SignedIntent> intents = new HashMap<>();
        for (AuctionRecord.OpenIntent open : auction.opened.intents()) {
            try {
                intents.put(Eip712.digest(domain, open.intent().intent(), ledger.listings()), open.intent());
            } catch (NotListed e) {
                // Nobody can name it in a fill.
                continue;
            }
        }
        return intents;
    }

    private Verdict screen(Auction auction, Key key, SignedBid signed, Map<Bytes32, SignedIntent> open, Ledger ledger) {
        Bid bid = signed.bid();
        Long cap = auction.held.get(key);
        if (cap == null) {
            String refusal = auction.refused.get(key);
            return Verdict.refused(
                    Reason.NOT_COMMITTED,
                    refusal == null
                            ? "%s committed to no such bid in time".formatted(key.account)
                            : "its commitment was refused: " + refusal);
        }
        List<SignedIntent> intents = new ArrayList<>();
        for (Fill fill : bid.fills()) {
            SignedIntent intent = open.get(fill.intent());
            if (intent == null) {
                return Verdict.refused(
                        Reason.INTENT_MISMATCH,
                        "intent %s is not in auction %d".formatted(fill.intent(), bid.auction()));
            }
            intents.add(intent);
        }
        Screened screened = ledger.screen(
                signed, intents, (solver, account) -> holds.before(new SolverAccount(solver, account), bid.auction()));
        return switch (screened) {
            case Screened.Refused refused -> Verdict.refused(refused.reason(), refused.detail());
            case Screened.Passed passed -> {
                String cheap = belowFee(bid, intents, auction.opened.feePerFill());
                if (!cheap.isEmpty()) {
                    yield Verdict.refused(Reason.FEE_BELOW_MINIMUM, cheap);
                }
                if (passed.use() > cap) {
                    yield Verdict.refused(
                            Reason.ABOVE_CAP,
                            "takes %s USD of %s's margin, its cap is %s USD"
                                    .formatted(Fixed8.format(passed.use()), key.account, Fixed8.format(cap)));
                }
                yield new Verdict(
                        null,
                        "",
                        passed.score(),
                        passed.before().netInitial(),
                        passed.after().netInitial());
            }
        };
    }

    /** The first fill whose fee is below what the auction announced, or nothing. */
    private static String belowFee(Bid bid, List<SignedIntent> intents, long feePerFill) {
        for (int i = 0; i < intents.size(); i++) {
            Fill fill = bid.fills().get(i);
            Intent intent = intents.get(i).intent();
            long least = Math.min(feePerFill, Fixed8.mulDivFloor(intent.maxFee(), fill.parts(), intent.parts()));
            if (fill.fee() < least) {
                return "fill %d pays a fee of %s USD, at least %s USD is due"
                        .formatted(i, Fixed8.format(fill.fee()), Fixed8.format(least));
            }
        }
        return "";
    }

    private void close(AuctionRecord.Closed closed, Ledger ledger) {
        Auction auction = auctions.get(closed.auction());
        if (auction == null) {
            return;
        }
        auction.screened = true;
        answered.add(closed.auction());
        Set<Key> awarded = new HashSet<>();
        for (AuctionRecord.Award award : closed.awards()) {
            boolean traded = ledger.account(award.solver(), award.account())
                    .map(account -> account.lastAuction() >= closed.auction())
                    .orElse(true);
            if (!traded) {
                awarded.add(key(award.solver(), award.account(), award.bid()));
            }
        }
        Set.copyOf(auction.held.keySet()).stream()
                .filter(key -> !awarded.contains(key))
                .forEach(key -> release(auction, key));
    }

    private void release(Auction auction, Key key) {
        auction.held.remove(key);
        holds.release(key.account, auction.opened.auction(), key.bid);
    }

    private void forget(long id) {
        Auction auction = auctions.remove(id);
        if (auction != null) {
            Set.copyOf(auction.held.keySet()).forEach(key -> release(auction, key));
        }
        Inbox inbox = inboxes.remove(id);
        if (inbox != null) {
            waiting -= size(inbox);
        }
    }

    private static int size(Inbox inbox) {
        int reveals = inbox.reveals.values().stream().mapToInt(List::size).sum();
        return inbox.commitments.size() + reveals;
    }

    private static Key key(Address solver, long account, Bytes32 bid) {
        return new Key(new SolverAccount(solver, account), bid);
    }

    /** What becomes of a bid; the reason is null if it may win. */
    private record Verdict(@Nullable Reason reason, String detail, long score, long marginBefore, long marginAfter) {
        static Verdict refused(Reason reason, String detail) {
            return new Verdict(reason, detail, 0, 0, 0);
        }

        boolean isAdmitted() {
            return reason == null;
        }
    }

    private static ScreeningRecord verdict(Bytes32 digest, Reveal reveal, Verdict verdict, ClearingHouse house) {
        Bid bid = reveal.bid.bid();
        long before = verdict.marginBefore;
        long after = verdict.marginAfter;
        Reason reason = verdict.reason;
        if (reason != null) {
            // It changes nothing: what it is at stands on both sides.
            before = house.ledger()
                    .account(bid.solver(), bid.account())
                    .map(house.ledger()::margin)
                    .map(Margin::netInitial)
                    .orElse(0L);
            after = before;
        }
        return new ScreeningRecord.Verdict(
                bid.auction(),
                digest,
                bid.solver(),
                bid.account(),
                reason == null ? 0 : reason.code(),
                verdict.detail,
                verdict.score,
                before,
                after,
                house.lastOffset(),
                reveal.offset,
                reveal.bid);
    }

    private static ScreeningRecord refusedHold(Posted posted, ClearingHouse house, Reason reason, String detail) {
        return hold(posted, house, reason.code(), detail);
    }

    private static ScreeningRecord hold(Posted posted, ClearingHouse house, int code, String detail) {
        Commitment commitment = posted.signed.commitment();
        return new ScreeningRecord.Hold(
                commitment.auction(),
                commitment.bid(),
                commitment.solver(),
                commitment.account(),
                commitment.cap(),
                code,
                detail,
                house.lastOffset(),
                posted.offset);
    }
}
