package io.parley.node.audit;

import io.parley.auction.domain.Inclusion;
import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.auction.domain.selection.Selection;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What became of a bid and why, line by line, as it follows from the topics. */
public final class BidStory {

    private final AuctionReplay replay;
    private final Bytes32 bid;
    private final long auction;
    private final List<String> lines = new ArrayList<>();

    private BidStory(AuctionReplay replay, Bytes32 bid, long auction) {
        this.replay = replay;
        this.bid = bid;
        this.auction = auction;
    }

    /** {@return the lines; empty if nobody ever committed to the bid} */
    public static Optional<List<String>> of(AuctionReplay replay, Bytes32 bid) {
        return replay.auctionOf(bid).map(auction -> new BidStory(replay, bid, auction).tell());
    }

    private List<String> tell() {
        var finding = replay.replay(auction);
        var rerun = finding.rerun();
        tell("auction %d", auction);
        commitments(rerun.inclusions(bid));
        reveal();
        for (ScreeningRecord answer : replay.screening(auction)) {
            if (answer instanceof ScreeningRecord.Verdict verdict
                    && verdict.bid().equals(bid)) {
                tell(
                        verdict.isAdmitted()
                                ? "screened: admitted, score %2$s, margin %3$s to %4$s USD"
                                : "screened: %1$s",
                        verdict.isAdmitted() ? "" : reason(verdict.code(), verdict.detail()),
                        Fixed8.format(verdict.score()),
                        Fixed8.format(verdict.marginBefore()),
                        Fixed8.format(verdict.marginAfter()));
            }
        }
        rerun.selection()
                .ifPresent(selection -> rerun.bids().stream()
                        .filter(one -> one.id().equals(bid))
                        .findFirst()
                        .ifPresent(mine -> chosen(
                                mine, rerun.bids(), selection, () -> rerun.winningScore(bid, replay::competition))));
        finding.differences()
                .forEach(difference -> tell(
                        "published otherwise: %s: expected %s, found %s",
                        difference.of(), difference.expected(), difference.found()));
        return Collections.unmodifiableList(lines);
    }

    private void tell(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }

    private static String reason(int code, String detail) {
        return "%d %s: %s".formatted(code, Reason.of(code), detail);
    }

    private static <T> String marker(Map<Long, T> records, Predicate<T> marker, long offset) {
        return records.entrySet().stream()
                .filter(entry -> marker.test(entry.getValue()))
                .findFirst()
                .map(entry -> "the phase closed at offset %d: %s"
                        .formatted(entry.getKey(), offset < entry.getKey() ? "in time" : "late"))
                .orElse("the phase is open");
    }

    private void commitments(Map<Long, Inclusion> inclusions) {
        replay.commitments(auction).forEach((offset, record) -> {
            if (record instanceof CommitmentRecord.Committed(var signed)
                    && signed.commitment().bid().equals(bid)) {
                tell(
                        "committed at offset %d by %s/%d, cap %s USD; %s",
                        offset,
                        signed.commitment().solver(),
                        signed.commitment().account(),
                        Fixed8.format(signed.commitment().cap()),
                        marker(replay.commitments(auction), CommitmentRecord.CommitClosed.class::isInstance, offset));
                held(offset);
                Inclusion proof = inclusions.get(offset);
                if (proof != null) {
                    tell(
                            "in the transcript %s: leaf %s at %d, siblings %s",
                            proof.root(), proof.leaf(), proof.index(), proof.siblings());
                }
            }
        });
    }

    private void held(long offset) {
        for (ScreeningRecord answer : replay.screening(auction)) {
            if (answer instanceof ScreeningRecord.Hold hold
                    && hold.bid().equals(bid)
                    && hold.commitmentsOffset() == offset) {
                tell("its cap: %s", hold.isHeld() ? "held" : reason(hold.code(), hold.detail()));
            }
        }
    }

    private void reveal() {
        boolean revealed = false;
        for (ScreeningRecord answer : replay.screening(auction)) {
            if (answer instanceof ScreeningRecord.Verdict verdict
                    && verdict.bid().equals(bid)) {
                revealed = true;
                tell(
                        "revealed at offset %d; %s",
                        verdict.bidsOffset(),
                        marker(replay.bids(auction), BidRecord.RevealClosed.class::isInstance, verdict.bidsOffset()));
            }
        }
        if (!revealed) {
            tell("not revealed: no verdict, and %s", "it counts as withheld once the phase is closed");
        }
    }

    private interface LeastToWin {
        Optional<Long> score();
    }

    private void chosen(ScreenedBid mine, List<ScreenedBid> bids, Selection selection, LeastToWin least) {
        List<ScreenedBid> rivals = bids.stream()
                .filter(other -> !Collections.disjoint(other.intents(), mine.intents()))
                .toList();
        long rank = 1
                + rivals.stream().filter(other -> other.score() > mine.score()).count();
        tell("rank %d of %d bids on its intents by score", rank, rivals.size());
        if (selection.winners().contains(mine)) {
            tell("won");
            return;
        }
        for (Selection.Unfair unfair : selection.unfair()) {
            if (unfair.bid().id().equals(bid)) {
                tell(
                        "lost: %s",
                        reason(
                                Reason.UNFAIR_BUNDLE.code(),
                                "gives intent %s a surplus of %s, bid %s on it alone gives %s"
                                        .formatted(
                                                unfair.intent(),
                                                Fixed8.format(unfair.gives()),
                                                unfair.by(),
                                                Fixed8.format(unfair.least()))));
            }
        }
        for (Selection.Lost lost : selection.lost()) {
            if (lost.bid().id().equals(bid)) {
                tell("lost: %s", reason(Reason.OUTBID.code(), lost.why()));
            }
        }
        least.score()
                .ifPresent(score -> tell(
                        "would have won with a score of %s: %s USD more, %s basis points of the cash it moves%s",
                        Fixed8.format(score),
                        Fixed8.format(score - mine.score()),
                        basisPoints(score - mine.score()),
                        selection.proven() ? "" : " (by the search, which was not proven best)"));
    }

    private String basisPoints(long gap) {
        BigInteger moved = replay.bids(auction).values().stream()
                .filter(BidRecord.Revealed.class::isInstance)
                .map(record -> ((BidRecord.Revealed) record).bid())
                .filter(signed -> replay.digest(signed.bid()).equals(bid))
                .findFirst()
                .map(signed -> signed.bid().fills().stream()
                        .mapToLong(Fill::cash)
                        .mapToObj(BigInteger::valueOf)
                        .map(BigInteger::abs)
                        .reduce(BigInteger.ZERO, BigInteger::add))
                .orElse(BigInteger.ZERO);
        if (moved.signum() == 0) {
            return "undefined";
        }
        // Hundredths of a basis point, rounded up: less would not win.
        BigInteger[] hundredths =
                BigInteger.valueOf(gap).multiply(BigInteger.valueOf(1_000_000)).divideAndRemainder(moved);
        return new java.math.BigDecimal(hundredths[0].add(BigInteger.valueOf(hundredths[1].signum())), 2)
                .toPlainString();
    }
}
