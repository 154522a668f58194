package io.parley.auction.domain;

import io.parley.auction.domain.selection.Competition;
import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.auction.domain.selection.Selection;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Commitment;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Keccak256;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord.Award;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.AuctionRecord.Rewarded;
import io.parley.protocol.wire.AuctionRecord.Terms;
import io.parley.protocol.wire.AuctionRecord.Unfilled;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An auction held again from its records: who was in time, what could be chosen from, who wins, what the transcript and the
 * trades are. What is derived is held against what was published, field by field. For one thread.
 */
public final class AuctionRerun {

    /**
     * What the topics hold of one auction.
     *
     * @param opened how it was announced
     * @param closed how it ended; null while it runs
     * @param rewarded what winners earned; null if nothing was published
     * @param commitments by offset
     * @param bids by offset
     * @param screenings in their order; the verdicts are taken as they are
     * @param trades its commands, in their order
     */
    public record Records(
            Opened opened,
            @Nullable Closed closed,
            @Nullable Rewarded rewarded,
            TreeMap<Long, CommitmentRecord> commitments,
            TreeMap<Long, BidRecord> bids,
            List<ScreeningRecord> screenings,
            List<TradeCommand> trades) {}

    /**
     * Something published that does not follow from the records.
     *
     * @param of what differs
     * @param expected what follows
     * @param found what was published
     */
    public record Difference(String of, String expected, String found) {}

    private final Domain domain;
    private final Records records;
    private final AuctionRound round;
    private final List<Difference> differences = new ArrayList<>();
    private final List<String> notRederived = new ArrayList<>();
    private final List<ScreenedBid> bids;
    private final Terms terms;
    private final @Nullable Selection selection;
    private List<Award> awards = List.of();

    /**
     * Holds it again.
     *
     * @param domain where signatures count
     * @param records what there is of it
     * @param ledger knows the listings, and the index of each account that a verdict names
     * @param fallback terms for auctions whose record does not tell theirs
     * @param competitions gives the choice that belongs to terms
     */
    public AuctionRerun(
            Domain domain,
            Records records,
            LedgerView ledger,
            Terms fallback,
            Function<Terms, Competition> competitions) {
        this.domain = domain;
        this.records = records;
        Closed closed = records.closed();
        Opened opened = records.opened();
        List<Bytes32> ids = opened.intents().stream()
                .map(open -> Eip712.digest(domain, open.intent().intent(), ledger.listings()))
                .toList();
        this.round = new AuctionRound(opened, closed == null ? Bytes32.ZERO : closed.seed(), ids, new AtFault(ledger));
        records.commitments().forEach(this::commitment);
        records.bids().forEach(this::bid);
        records.screenings().forEach(this::screening);
        Rewarded rewarded = records.rewarded();
        boolean known = rewarded != null && rewarded.terms().areKnown();
        this.terms = rewarded != null && known ? rewarded.terms() : fallback;
        if (closed == null) {
            notRederived.add("it is still open");
            bids = List.of();
            selection = null;
        } else if (closed.selector().equals("void")) {
            bids = List.of();
            selection = null;
            compareVoid(closed);
        } else if (round.phase() != AuctionRound.Phase.SCREENING_CLOSED) {
            bids = List.of();
            selection = null;
            differ("phase", "open: its markers and its screening are not all there", "closed");
        } else {
            bids = round.screenedBids();
            if (!known && !bids.isEmpty()) {
                notRederived.add("the budgets were not recorded: chosen again with today's");
            }
            selection = competitions.apply(terms).choose(bids, closed.seed());
            compare(closed, selection, competitions.apply(terms));
        }
    }

    private void commitment(long offset, CommitmentRecord record) {
        switch (record) {
            case CommitmentRecord.CommitClosed marker -> round.commitClosed(offset, 0);
            case CommitmentRecord.Committed(var signed) -> round.commitment(offset, signed.commitment());
        }
    }

    private void bid(long offset, BidRecord record) {
        switch (record) {
            case BidRecord.RevealClosed marker -> round.revealClosed(offset);
            case BidRecord.Revealed(var signed) -> round.reveal(offset, Eip712.digest(domain, signed.bid()), signed);
        }
    }

    private void screening(ScreeningRecord record) {
        switch (record) {
            case ScreeningRecord.Hold hold -> {
                // The verdict on the reveal says what counts.
            }
            case ScreeningRecord.Verdict verdict -> {
                if (verdict.bid()
                        .equals(Eip712.digest(domain, verdict.signedBid().bid()))) {
                    round.verdict(verdict);
                }
            }
            case ScreeningRecord.ScreeningClosed closed -> {
                if (!round.screeningClosed(closed.verdicts())) {
                    differ("count of verdicts", "as many as there are", Integer.toString(closed.verdicts()));
                }
            }
        }
    }

    private void differ(String of, String expected, String found) {
        differences.add(new Difference(of, expected, found));
    }

    private void compare(String of, Object expected, Object found) {
        if (!expected.equals(found)) {
            differ(of, expected.toString(), found.toString());
        }
    }

    private void compareVoid(Closed closed) {
        compare("awards of a void auction", List.of(), closed.awards());
        compare("transcript of a void auction", Bytes32.ZERO, closed.transcript());
        if (!closed.seed().equals(Bytes32.ZERO)) {
            compareSeed(closed);
        }
        notRederived.add("void: what made it so is not on the topics");
        if (!records.trades().isEmpty()) {
            notRederived.add("%d trade(s) were written before it became void"
                    .formatted(records.trades().size()));
        }
    }

    private boolean compareSeed(Closed closed) {
        Bytes32 hash = Keccak256.hash(closed.seed().bytes());
        compare("H(seed)", records.opened().seedCommitment(), hash);
        return hash.equals(records.opened().seedCommitment());
    }

    private void compare(Closed closed, Selection chosen, Competition competition) {
        boolean tiesHold = compareSeed(closed);
        compare("commitmentsOffset", round.commitmentsOffset(), closed.commitmentsOffset());
        compare("bidsOffset", round.bidsOffset(), closed.bidsOffset());
        AuctionRound.Outcome outcome = round.close(chosen, List.of());
        awards = outcome.closed().awards();
        if (!tiesHold && !awards.equals(closed.awards())) {
            notRederived.add("ties, and what follows from them: the seed is not the one that was committed to");
            compare("value", chosen.value(), closed.value());
            return;
        }
        compareAwards(closed.awards());
        compareUnfilled(outcome.closed().unfilled(), closed.unfilled());
        compare("selector", chosen.selector(), closed.selector());
        compare("value", chosen.value(), closed.value());
        compare("bound", chosen.bound(), closed.bound());
        compareTranscript(closed);
        compareTrades(outcome.trades());
        compareRewards(competition.rewarded(round.auction(), chosen, bids, closed.seed()));
    }

    private void compareAwards(List<Award> found) {
        for (int i = 0; i < Math.max(awards.size(), found.size()); i++) {
            compare("award " + i, i < awards.size() ? awards.get(i) : "none", i < found.size() ? found.get(i) : "none");
        }
    }

    /** In front stand intents that left the pool between two auctions. */
    private void compareUnfilled(List<Unfilled> expected, List<Unfilled> found) {
        int departed = found.size() - expected.size();
        if (departed < 0) {
            compare("unfilled", expected, found);
            return;
        }
        for (int i = 0; i < expected.size(); i++) {
            compare("unfilled " + expected.get(i).intent(), expected.get(i), found.get(departed + i));
        }
        if (departed > 0) {
            notRederived.add("why %d intent(s) left the pool before it".formatted(departed));
        }
    }

    private void compareTranscript(Closed closed) {
        Bytes32 expected = round.transcript(awards, Set.of(), Set.of());
        for (List<Award> named : List.of(awards, closed.awards())) {
            if (round.transcript(named, Set.of(), Set.of()).equals(closed.transcript())) {
                return;
            }
        }
        for (Map.Entry<Long, Commitment> entry : round.commitmentsInTime().entrySet()) {
            Bytes32 bid = entry.getValue().bid();
            for (List<Award> named : List.of(awards, closed.awards())) {
                for (Set<Bytes32> unseen : List.of(Set.<Bytes32>of(), Set.of(bid))) {
                    if (round.transcript(named, Set.of(entry.getKey()), unseen).equals(closed.transcript())) {
                        differ(
                                "commitment %s of %s/%d"
                                        .formatted(
                                                bid,
                                                entry.getValue().solver(),
                                                entry.getValue().account()),
                                "a leaf in the transcript: offset %d is below the marker's %d"
                                        .formatted(entry.getKey(), round.commitmentsOffset()),
                                "omitted: the transcript %s is that without it".formatted(closed.transcript()));
                        return;
                    }
                }
            }
        }
        compare("transcript", expected, closed.transcript());
    }

    private void compareTrades(List<TradeCommand> expected) {
        List<TradeCommand> found = records.trades();
        for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
            byte[] one = i < expected.size() ? expected.get(i).encode() : new byte[0];
            byte[] other = i < found.size() ? found.get(i).encode() : new byte[0];
            if (!Arrays.equals(one, other)) {
                differ("trade " + i, text(expected, i), text(found, i));
            }
        }
    }

    private String text(List<TradeCommand> trades, int i) {
        return i >= trades.size()
                ? "none"
                : "of bid %s with transcript %s, command %s"
                        .formatted(
                                Eip712.digest(domain, trades.get(i).bid().bid()),
                                trades.get(i).transcript(),
                                trades.get(i).id());
    }

    private void compareRewards(Rewarded expected) {
        Rewarded found = records.rewarded();
        if (found == null) {
            if (!bids.isEmpty()) {
                notRederived.add("rewards: none were published");
            }
            return;
        }
        compare("rewarded total", expected.total(), found.total());
        compare("unfair", expected.unfair(), found.unfair());
        if (found.terms().areKnown()) {
            compare("rewards", expected.rewards(), found.rewards());
        } else {
            notRederived.add("rewards: their terms were not recorded");
        }
    }

    /** {@return what does not follow from the records} */
    public List<Difference> differences() {
        return List.copyOf(differences);
    }

    /** {@return what the records do not tell} */
    public List<String> notRederived() {
        return List.copyOf(notRederived);
    }

    /** {@return what there was to choose from} */
    public List<ScreenedBid> bids() {
        return bids;
    }

    /** {@return what was chosen; empty while the auction runs, and if it is void} */
    public Optional<Selection> selection() {
        return Optional.ofNullable(selection);
    }

    /** {@return the commitments in time whose bids were not revealed in time, by offset} */
    public Map<Long, Commitment> withheld() {
        return round.commitmentsInTime().entrySet().stream()
                .filter(entry -> !round.isRevealed(entry.getValue().bid()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, two) -> one, TreeMap::new));
    }

    /** {@return the proofs that the commitments to a bid stand in the transcript, by offset} */
    public Map<Long, Inclusion> inclusions(Bytes32 bid) {
        Map<Long, Inclusion> proofs = new TreeMap<>();
        round.commitmentsInTime().forEach((offset, commitment) -> {
            if (commitment.bid().equals(bid)) {
                proofs.put(offset, Objects.requireNonNull(round.inclusion(awards, offset)));
            }
        });
        return proofs;
    }

    /**
     * The least score with which a bid that lost would have won, all other bids as they are. A bid on one intent gives
     * what it adds to the owner. One over several first makes up what its owners would get elsewhere, and then adds to
     * what it pays: to whom more goes does not matter.
     *
     * @param bid its digest
     * @param competitions gives the choice that belongs to terms
     * @return that score in cash units of 1e-8; empty if it won, or was not among what there was to choose from
     */
    public Optional<Long> winningScore(Bytes32 bid, Function<Terms, Competition> competitions) {
        Closed closed = records.closed();
        Optional<ScreenedBid> candidate =
                bids.stream().filter(one -> one.id().equals(bid)).findFirst();
        if (closed == null || candidate.isEmpty() || wins(candidate.get(), 0, closed, competitions)) {
            return Optional.empty();
        }
        ScreenedBid fair = madeFair(candidate.get());
        if (wins(fair, 0, closed, competitions)) {
            return Optional.of(fair.score());
        }
        long above = 1;
        while (above < Long.MAX_VALUE / 4 - fair.score() && !wins(fair, above, closed, competitions)) {
            above *= 2;
        }
        long below = above / 2;
        while (above - below > 1) {
            long middle = below + (above - below) / 2;
            if (wins(fair, middle, closed, competitions)) {
                above = middle;
            } else {
                below = middle;
            }
        }
        return Optional.of(fair.score() + above);
    }

    /** What each owner lacks against the best bid on its intent alone is added. */
    private ScreenedBid madeFair(ScreenedBid bid) {
        if (bid.intents().size() < 2) {
            return bid;
        }
        List<Long> surplus = new ArrayList<>();
        for (int i = 0; i < bid.intents().size(); i++) {
            Bytes32 intent = bid.intents().get(i);
            long floor = bids.stream()
                    .filter(one -> one.intents().equals(List.of(intent)))
                    .mapToLong(one -> one.surplus().getFirst())
                    .max()
                    .orElse(0);
            surplus.add(Math.max(bid.surplus().get(i), floor));
        }
        long more = 0;
        for (int i = 0; i < surplus.size(); i++) {
            more = Math.addExact(more, surplus.get(i) - bid.surplus().get(i));
        }
        return better(bid, more, surplus);
    }

    private boolean wins(ScreenedBid bid, long more, Closed closed, Function<Terms, Competition> competitions) {
        List<Long> surplus =
                bid.intents().size() == 1 ? List.of(Math.addExact(bid.surplus().getFirst(), more)) : bid.surplus();
        ScreenedBid better = better(bid, more, surplus);
        List<ScreenedBid> others = new ArrayList<>(bids);
        others.replaceAll(one -> one.id().equals(bid.id()) ? better : one);
        return competitions.apply(terms).choose(others, closed.seed()).winners().contains(better);
    }

    private static ScreenedBid better(ScreenedBid bid, long more, List<Long> surplus) {
        return new ScreenedBid(
                bid.id(),
                bid.solver(),
                bid.account(),
                bid.intents(),
                bid.alternatives(),
                Math.addExact(bid.score(), more),
                surplus,
                bid.fees());
    }

    /** {@return the auction} */
    public long auction() {
        return round.auction();
    }

    /** {@return the bids that win} */
    public Set<Bytes32> winners() {
        Set<Bytes32> winners = new HashSet<>();
        awards.forEach(award -> winners.add(award.bid()));
        return winners;
    }
}
