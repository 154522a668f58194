package io.parley.auction.domain;

import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.auction.domain.selection.Selection;
import io.parley.clearing.Score;
import io.parley.protocol.Address;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Commitment;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.AuctionRecord.Award;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.OpenIntent;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.AuctionRecord.Unfilled;
import io.parley.protocol.wire.ScreeningRecord.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One auction from its opening to its close. It moves through its phases by what the topics say and never goes back;
 * the clock only says when a marker is to be written. What stands behind a phase's marker is late, whatever its time.
 * For one thread.
 */
final class AuctionRound {

    /** Where an auction stands; they follow one another. */
    enum Phase {
        /** Takes commitments. */
        OPENED,
        /** The commitments' marker was read: takes reveals. */
        COMMIT_CLOSED,
        /** The bids' marker was read: the risk check is screening. */
        REVEAL_CLOSED,
        /** Every verdict is in: winners can be chosen. */
        SCREENING_CLOSED,
        /** Awards are made. */
        CLOSED
    }

    /** What became of a commitment or a reveal. */
    enum Entry {
        TAKEN,
        /** Read before: the first counts. */
        REPEATED,
        /** Behind the marker. */
        LATE
    }

    /** A marker that the schedule asks for. */
    enum Marker {
        COMMIT_CLOSED,
        REVEAL_CLOSED
    }

    /**
     * How an auction ended.
     *
     * @param closed for the record
     * @param trades one for each award, in the awards' order
     * @param won the intents that a trade fills
     * @param outbid the intents that lost to others
     * @param missed the intents that no valid bid was for
     * @param refused the intents that their owner's account cannot carry
     */
    record Outcome(
            Closed closed,
            List<TradeCommand> trades,
            Set<Bytes32> won,
            List<Unfilled> outbid,
            List<Unfilled> missed,
            List<Unfilled> refused) {}

    /** Who committed to what: a copy of another's digest under one's own name is one's own commitment. */
    private record Promise(Address solver, long account, Bytes32 bid) {}

    private record Committed(long offset, Commitment commitment) {}

    private record Revealed(long offset, SignedBid bid) {}

    private static final String VOID = "void";

    private final Opened opened;
    private final AtFault atFault;
    private final Bytes32 seed;
    private final Map<Bytes32, OpenIntent> intents;
    private final Map<Bytes32, Bytes32> sharedNonces;
    private final Map<Promise, Committed> commitments = new LinkedHashMap<>();
    private final Map<Bytes32, Revealed> reveals = new LinkedHashMap<>();
    private final Map<Bytes32, Verdict> verdicts = new LinkedHashMap<>();
    private Phase phase = Phase.OPENED;
    private long revealUntil;
    private long commitmentsOffset;
    private long bidsOffset;
    private @Nullable Marker asked;
    private boolean screened;

    /**
     * Opens.
     *
     * @param opened the record
     * @param seed whose hash stands in it
     * @param ids the ids of the intents in it, in the same order
     * @param atFault tells an owner's fault from a solver's
     */
    AuctionRound(Opened opened, Bytes32 seed, List<Bytes32> ids, AtFault atFault) {
        this.opened = opened;
        this.atFault = atFault;
        this.seed = seed;
        this.revealUntil = opened.revealUntil();
        this.intents = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            intents.put(ids.get(i), opened.intents().get(i));
        }
        this.sharedNonces = sharedNonces(intents);
    }

    long auction() {
        return opened.auction();
    }

    Bytes32 seed() {
        return seed;
    }

    Phase phase() {
        return phase;
    }

    Set<Bytes32> intents() {
        return intents.keySet();
    }

    /** When patience with the screening ends, in unix milliseconds. */
    long voidAt(long patienceMs) {
        return phase.compareTo(Phase.SCREENING_CLOSED) < 0 ? opened.revealUntil() + patienceMs : Long.MAX_VALUE;
    }

    /** Ends the auction without awards; every intent is told why. */
    Closed voided(String why) {
        phase = Phase.CLOSED;
        return voided(opened.auction(), seed, intents.keySet(), why);
    }

    static Closed voided(long auction, Bytes32 seed, Collection<Bytes32> intents, String why) {
        List<Unfilled> unfilled = intents.stream()
                .map(id -> new Unfilled(
                        id,
                        Reason.NO_BIDS.code(),
                        "auction %d is void: %s; the intent joins the next".formatted(auction, why)))
                .toList();
        return new Closed(auction, seed, Bytes32.ZERO, 0, 0, List.of(), unfilled, VOID, 0, 0);
    }

    int commitments() {
        return commitments.size();
    }

    int reveals() {
        return reveals.size();
    }

    /** When the next marker is due, in unix milliseconds; empty if none is until something is read. */
    OptionalLong due() {
        return switch (phase) {
            case OPENED -> asked == null ? OptionalLong.of(opened.commitUntil()) : OptionalLong.empty();
            case COMMIT_CLOSED -> asked == Marker.REVEAL_CLOSED ? OptionalLong.empty() : OptionalLong.of(revealUntil);
            default -> OptionalLong.empty();
        };
    }

    /** The marker that is to be written now, once; null if none. */
    @Nullable
    Marker askMarker(long nowMs) {
        OptionalLong due = due();
        if (due.isEmpty() || due.getAsLong() > nowMs) {
            return null;
        }
        asked = phase == Phase.OPENED ? Marker.COMMIT_CLOSED : Marker.REVEAL_CLOSED;
        return asked;
    }

    Entry commitment(long offset, Commitment commitment) {
        if (phase != Phase.OPENED) {
            return Entry.LATE;
        }
        Promise promise = new Promise(commitment.solver(), commitment.account(), commitment.bid());
        return commitments.putIfAbsent(promise, new Committed(offset, commitment)) == null
                ? Entry.TAKEN
                : Entry.REPEATED;
    }

    /**
     * The commitments' marker was read. However late that is, the reveal phase keeps its announced length, since solvers
     * reveal when they see the marker.
     */
    void commitClosed(long offset, long nowMs) {
        if (phase == Phase.OPENED) {
            phase = Phase.COMMIT_CLOSED;
            commitmentsOffset = offset;
            revealUntil = Math.max(opened.revealUntil(), nowMs + opened.revealUntil() - opened.commitUntil());
        }
    }

    Entry reveal(long offset, Bytes32 id, SignedBid bid) {
        if (phase.compareTo(Phase.COMMIT_CLOSED) > 0) {
            return Entry.LATE;
        }
        return reveals.putIfAbsent(id, new Revealed(offset, bid)) == null ? Entry.TAKEN : Entry.REPEATED;
    }

    void revealClosed(long offset) {
        if (phase.compareTo(Phase.REVEAL_CLOSED) < 0) {
            phase = Phase.REVEAL_CLOSED;
            bidsOffset = offset;
            closeScreening();
        }
    }

    /** A verdict, which another topic carries: it may come before the reveal that it is about. */
    void verdict(Verdict verdict) {
        if (!screened) {
            verdicts.putIfAbsent(verdict.bid(), verdict);
        }
    }

    /**
     * The risk check has said all.
     *
     * @param count how many verdicts it gave
     * @return whether as many were read
     */
    boolean screeningClosed(int count) {
        screened = true;
        closeScreening();
        return verdicts.size() == count;
    }

    private void closeScreening() {
        if (screened && phase == Phase.REVEAL_CLOSED) {
            phase = Phase.SCREENING_CLOSED;
        }
    }

    /** The bids to choose from: committed and revealed in time, admitted, and only over intents of this auction. */
    List<ScreenedBid> screenedBids() {
        return verdicts.values().stream()
                .filter(verdict -> verdict.isAdmitted() && verdict.score() >= 0 && isInOrder(verdict.bid()))
                .map(verdict -> new ScreenedBid(
                        verdict.bid(),
                        bid(verdict.bid()).bid().solver(),
                        bid(verdict.bid()).bid().account(),
                        intentsOf(bid(verdict.bid())),
                        alternatives(bid(verdict.bid())),
                        verdict.score(),
                        surplus(bid(verdict.bid()).bid()),
                        bid(verdict.bid()).bid().fills().stream()
                                .mapToLong(Fill::fee)
                                .reduce(0, Math::addExact)))
                .toList();
    }

    /** What each fill adds to the score: what its owner gets over what was signed. What the bid pays is no owner's. */
    private List<Long> surplus(Bid bid) {
        List<Long> surplus = new ArrayList<>();
        for (Fill fill : bid.fills()) {
            Bid alone = new Bid(
                    bid.solver(),
                    bid.account(),
                    bid.auction(),
                    List.of(fill),
                    0,
                    bid.path(),
                    bid.validUntil(),
                    bid.salt());
            surplus.add(Score.of(alone, List.of(record(fill))));
        }
        return surplus;
    }

    private List<Bytes32> alternatives(SignedBid bid) {
        return intentsOf(bid).stream()
                .filter(sharedNonces::containsKey)
                .map(sharedNonces::get)
                .distinct()
                .toList();
    }

    /** Intents of one owner that share a nonce are alternatives: the first fill of one closes the others. */
    private static Map<Bytes32, Bytes32> sharedNonces(Map<Bytes32, OpenIntent> intents) {
        record Nonce(Address owner, long account, long number) {
            Nonce(Intent intent) {
                this(intent.owner(), intent.account(), intent.nonce());
            }
        }
        Map<Nonce, List<Bytes32>> byNonce = new HashMap<>();
        intents.forEach(
                (id, open) -> byNonce.computeIfAbsent(new Nonce(open.intent().intent()), nonce -> new ArrayList<>())
                        .add(id));
        Map<Bytes32, Bytes32> shared = new HashMap<>();
        byNonce.forEach((nonce, ids) -> {
            Bytes32 name = Keccak256.hash(new WireWriter(32)
                    .address(nonce.owner())
                    .u32(nonce.account())
                    .u64(nonce.number())
                    .toBytes());
            if (ids.size() > 1) {
                ids.forEach(id -> shared.put(id, name));
            }
        });
        return shared;
    }

    private boolean isInOrder(Bytes32 id) {
        Revealed revealed = reveals.get(id);
        return revealed != null
                && commitments.containsKey(new Promise(
                        revealed.bid().bid().solver(), revealed.bid().bid().account(), id))
                && !revealed.bid().bid().fills().isEmpty()
                && intentsOf(revealed.bid()).stream().allMatch(intents::containsKey);
    }

    private SignedBid bid(Bytes32 id) {
        Revealed revealed = reveals.get(id);
        if (revealed == null) {
            throw new IllegalStateException("The bid %s was not revealed in auction %d.".formatted(id, auction()));
        }
        // Copies of a bid may differ in the signature: the one that passed is the one that trades.
        Verdict verdict = verdicts.get(id);
        return verdict != null && verdict.isAdmitted() ? verdict.signedBid() : revealed.bid();
    }

    private static List<Bytes32> intentsOf(SignedBid bid) {
        return bid.bid().fills().stream().map(Fill::intent).distinct().toList();
    }

    /** Makes the awards. */
    Outcome close(Selection selection, List<Unfilled> departed) {
        if (phase != Phase.SCREENING_CLOSED) {
            throw new IllegalStateException("Auction %d cannot close from %s.".formatted(auction(), phase));
        }
        phase = Phase.CLOSED;
        List<Award> awards = selection.winners().stream()
                .map(winner -> new Award(
                        winner.id(),
                        winner.solver(),
                        winner.account(),
                        winner.score(),
                        bid(winner.id()).bid().pays()))
                .toList();
        Bytes32 transcript = transcript(awards);
        List<TradeCommand> trades = selection.winners().stream()
                .map(winner -> new TradeCommand(auction(), transcript, bid(winner.id()), records(bid(winner.id()))))
                .toList();
        Set<Bytes32> won = new HashSet<>();
        selection.winners().forEach(winner -> won.addAll(winner.intents()));
        List<Unfilled> outbid = new ArrayList<>();
        List<Unfilled> missed = new ArrayList<>();
        List<Unfilled> refused = new ArrayList<>();
        Map<Bytes32, Selection.Lost> lost = bestLost(selection);
        Map<Bytes32, Selection.Unfair> unfair = new HashMap<>();
        selection.unfair().forEach(left -> left.bid().intents().forEach(id -> unfair.putIfAbsent(id, left)));
        for (Bytes32 id : intents.keySet()) {
            Selection.Lost better = lost.get(id);
            if (won.contains(id)) {
                continue;
            }
            if (better != null) {
                outbid.add(new Unfilled(id, Reason.OUTBID.code(), "the best bid on it " + better.why()));
                continue;
            }
            Selection.Unfair leftOut = unfair.get(id);
            if (leftOut != null) {
                outbid.add(new Unfilled(id, Reason.UNFAIR_BUNDLE.code(), detail(leftOut)));
                continue;
            }
            Unfilled fault = ownersFault(id);
            if (fault != null) {
                refused.add(fault);
            } else {
                missed.add(unmet(id));
            }
        }
        List<Unfilled> unfilled = new ArrayList<>(departed);
        unfilled.addAll(outbid);
        unfilled.addAll(missed);
        unfilled.addAll(refused);
        Closed closed = new Closed(
                auction(),
                seed,
                transcript,
                commitmentsOffset,
                bidsOffset,
                awards,
                unfilled,
                selection.selector(),
                selection.value(),
                selection.bound());
        return new Outcome(closed, trades, won, outbid, missed, refused);
    }

    private static String detail(Selection.Unfair unfair) {
        return "bid %s gives intent %s a surplus of %s, bid %s on it alone gives %s"
                .formatted(
                        unfair.bid().id(),
                        unfair.intent(),
                        Fixed8.format(unfair.gives()),
                        unfair.by(),
                        Fixed8.format(unfair.least()));
    }

    private List<SignedIntent> records(SignedBid bid) {
        return bid.bid().fills().stream().map(this::record).toList();
    }

    private SignedIntent record(Fill fill) {
        OpenIntent open = intents.get(fill.intent());
        if (open == null) {
            throw new IllegalStateException("The intent %s is not in auction %d.".formatted(fill.intent(), auction()));
        }
        return open.intent();
    }

    private Bytes32 transcript(List<Award> awards) {
        return transcript(awards, Set.of(), Set.of());
    }

    /** The root as it would be without some commitments (by offset), and without some bids' reveals and verdicts. */
    Bytes32 transcript(List<Award> awards, Set<Long> omitted, Set<Bytes32> unseen) {
        return leaves(awards, omitted, unseen).root(auction(), opened.seedCommitment());
    }

    private Transcript leaves(List<Award> awards, Set<Long> omitted, Set<Bytes32> unseen) {
        Transcript transcript = new Transcript();
        intents.forEach((id, open) -> transcript.intent(id, open.partsLeft()));
        commitments.values().stream()
                .filter(entry -> !omitted.contains(entry.offset()))
                .forEach(entry -> transcript.commitment(entry.offset(), entry.commitment()));
        reveals.forEach((id, entry) -> {
            if (!unseen.contains(id)) {
                transcript.reveal(entry.offset(), id);
            }
        });
        verdicts.values().stream()
                .filter(verdict -> !unseen.contains(verdict.bid()))
                .forEach(transcript::verdict);
        awards.forEach(transcript::winner);
        return transcript;
    }

    /** The commitments that were in time, by offset. */
    Map<Long, Commitment> commitmentsInTime() {
        Map<Long, Commitment> inTime = new LinkedHashMap<>();
        commitments.values().forEach(entry -> inTime.put(entry.offset(), entry.commitment()));
        return inTime;
    }

    /** That a commitment stands in the transcript; null if it was not in time. */
    @Nullable
    Inclusion inclusion(List<Award> awards, long offset) {
        Commitment commitment = commitmentsInTime().get(offset);
        return commitment == null
                ? null
                : leaves(awards, Set.of(), Set.of())
                        .inclusion(auction(), opened.seedCommitment(), Transcript.commitmentLeaf(offset, commitment));
    }

    long commitmentsOffset() {
        return commitmentsOffset;
    }

    long bidsOffset() {
        return bidsOffset;
    }

    boolean isRevealed(Bytes32 bid) {
        return reveals.containsKey(bid);
    }

    private static Map<Bytes32, Selection.Lost> bestLost(Selection selection) {
        Map<Bytes32, Selection.Lost> best = new HashMap<>();
        for (Selection.Lost lost : selection.lost()) {
            for (Bytes32 intent : lost.bid().intents()) {
                best.merge(
                        intent,
                        lost,
                        (one, two) -> two.bid().score() > one.bid().score() ? two : one);
            }
        }
        return best;
    }

    private Collection<Verdict> refusalsOn(Bytes32 intent) {
        return verdicts.values().stream()
                .filter(verdict -> !verdict.isAdmitted()
                        && reveals.containsKey(verdict.bid())
                        && intentsOf(bid(verdict.bid())).contains(intent))
                .toList();
    }

    private @Nullable Unfilled ownersFault(Bytes32 id) {
        OpenIntent open = intents.get(id);
        for (Verdict verdict : refusalsOn(id)) {
            List<Intent> ofTheBid = intentsOf(bid(verdict.bid())).stream()
                    .map(intents::get)
                    .filter(other -> other != null)
                    .map(other -> other.intent().intent())
                    .toList();
            if (open != null
                    && atFault.isOwner(
                            verdict.code(), verdict.detail(), open.intent().intent(), ofTheBid)) {
                return new Unfilled(id, verdict.code(), verdict.detail());
            }
        }
        return null;
    }

    private Unfilled unmet(Bytes32 id) {
        Collection<Verdict> refusals = refusalsOn(id);
        if (!refusals.isEmpty()) {
            Verdict first = refusals.iterator().next();
            return new Unfilled(
                    id,
                    Reason.NO_BIDS.code(),
                    "%d bid(s), none passed screening; the first: %s (%d) %s"
                            .formatted(refusals.size(), name(first.code()), first.code(), first.detail()));
        }
        if (reveals.isEmpty() && !commitments.isEmpty()) {
            return new Unfilled(
                    id,
                    Reason.SOLVER_MISSED.code(),
                    "%d commitment(s), none revealed in time".formatted(commitments.size()));
        }
        return new Unfilled(
                id, Reason.NO_BIDS.code(), "none of %d revealed bid(s) is for this intent".formatted(reveals.size()));
    }

    private static String name(int code) {
        try {
            return Reason.of(code).name();
        } catch (IllegalArgumentException unknown) {
            return "UNKNOWN";
        }
    }
}
