package io.parley.node.audit;

import io.parley.auction.domain.AuctionRerun.Difference;
import io.parley.auction.domain.LedgerView;
import io.parley.protocol.Domain;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.risk.domain.ClearingHouse;
import io.parley.risk.domain.Screening;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The screening done again, by the risk check's own code on the ledger folded up to the offset that each answer names.
 *
 * <p>One thing is on no topic: when the risk check read an auction's close and freed the holds of the bids that lost. So it is done
 * twice, once with each close read as soon as it can have been and once as late; an answer that both give follows from the
 * topics, one that they do not agree on is taken as published and named.
 */
final class ScreeningRerun {

    /** The answers of one of the two, by what they answer. */
    private static final class Answers {
        private final Screening screening;
        private final Map<Object, Deque<ScreeningRecord>> byQuestion = new HashMap<>();

        private Answers(Domain domain) {
            this.screening = new Screening(domain);
        }

        void take(List<ScreeningRecord> answers) {
            answers.forEach(answer -> byQuestion
                    .computeIfAbsent(question(answer), key -> new ArrayDeque<>())
                    .add(answer));
        }

        List<ScreeningRecord> next(Object question) {
            Deque<ScreeningRecord> answers = byQuestion.get(question);
            return answers == null || answers.isEmpty() ? List.of() : List.of(answers.remove());
        }
    }

    private static Object question(ScreeningRecord answer) {
        return switch (answer) {
            case ScreeningRecord.Hold hold ->
                List.of("hold", hold.auction(), hold.solver(), hold.account(), hold.bid(), hold.commitmentsOffset());
            case ScreeningRecord.Verdict verdict ->
                List.of("verdict", verdict.auction(), verdict.bid(), verdict.bidsOffset());
            case ScreeningRecord.ScreeningClosed closed -> List.of("closed", closed.auction());
        };
    }

    private final AuctionLog log;
    private final ClearingHouse house;
    private final LedgerView ledger;
    private final Answers soon;
    private final Answers late;
    private final Map<Long, Long> commitMarkers = new HashMap<>();
    private final Map<Long, Long> revealMarkers = new HashMap<>();
    private final Map<Long, Long> openings = new HashMap<>();
    private final Map<Long, AuctionRecord.Closed> closes = new HashMap<>();
    private long nextCommand;
    private long nextAuction;
    private long nextCommitment;
    private long nextBid;

    final Map<Long, List<ScreeningRecord>> answers = new TreeMap<>();
    final Map<Long, List<Difference>> differences = new TreeMap<>();
    final Map<Long, List<String>> undecided = new TreeMap<>();

    /** @param ledger is told every outcome */
    ScreeningRerun(Domain domain, AuctionLog log, LedgerView ledger) {
        this.log = log;
        this.ledger = ledger;
        this.house = ClearingHouse.genesis(domain);
        this.soon = new Answers(domain);
        this.late = new Answers(domain);
        log.commitments().forEach((offset, record) -> {
            if (record instanceof CommitmentRecord.CommitClosed) {
                commitMarkers.putIfAbsent(record.auction(), offset);
            }
        });
        log.bids().forEach((offset, record) -> {
            if (record instanceof BidRecord.RevealClosed) {
                revealMarkers.putIfAbsent(record.auction(), offset);
            }
        });
        log.auctions().forEach((offset, record) -> {
            if (record instanceof AuctionRecord.Opened) {
                openings.putIfAbsent(record.auction(), offset);
            } else if (record instanceof AuctionRecord.Closed closed) {
                closes.putIfAbsent(record.auction(), closed);
            }
        });
    }

    ScreeningRerun run() {
        log.screened().forEach((offset, record) -> check(record));
        fold(Long.MAX_VALUE);
        leftOver();
        return this;
    }

    private void check(ScreeningRecord found) {
        switch (found) {
            case ScreeningRecord.Hold hold -> {
                fold(hold.commandsOffset());
                open(hold.auction());
                commit(hold.commitmentsOffset());
            }
            case ScreeningRecord.Verdict verdict -> {
                fold(verdict.commandsOffset());
                screen(verdict.auction(), verdict.bidsOffset());
            }
            case ScreeningRecord.ScreeningClosed closed -> screen(closed.auction(), -1);
        }
        Object question = question(found);
        List<ScreeningRecord> one = soon.next(question);
        List<ScreeningRecord> other = late.next(question);
        List<ScreeningRecord> mine = answers.computeIfAbsent(found.auction(), auction -> new ArrayList<>());
        if (one.equals(other)) {
            mine.addAll(one);
            if (!one.equals(List.of(found))) {
                differ(found.auction(), found, one.isEmpty() ? "none" : text(one.getFirst()), text(found));
            }
        } else {
            mine.add(found);
            if (!one.equals(List.of(found)) && !other.equals(List.of(found))) {
                undecided
                        .computeIfAbsent(found.auction(), auction -> new ArrayList<>())
                        .add("%s: it lies with when the close of another auction was read".formatted(name(found)));
            }
        }
        if (found instanceof ScreeningRecord.ScreeningClosed) {
            AuctionRecord.Closed closed = closes.get(found.auction());
            if (closed != null) {
                soon.take(soon.screening.on(closed, house));
            }
        }
    }

    private void differ(long auction, ScreeningRecord of, String expected, String found) {
        differences.computeIfAbsent(auction, a -> new ArrayList<>()).add(new Difference(name(of), expected, found));
    }

    /** What should have been answered and was not, once an auction's screening is said to be over. */
    private void leftOver() {
        soon.byQuestion.forEach((question, left) -> left.forEach(answer -> {
            boolean over = answers.getOrDefault(answer.auction(), List.of()).stream()
                    .anyMatch(ScreeningRecord.ScreeningClosed.class::isInstance);
            if (over
                    && late.byQuestion
                            .getOrDefault(question, new ArrayDeque<>())
                            .contains(answer)) {
                differ(answer.auction(), answer, text(answer), "none");
            }
        }));
    }

    private void fold(long until) {
        if (until < nextCommand) {
            return;
        }
        for (var command : log.commands().subMap(nextCommand, true, until, true).entrySet()) {
            nextCommand = command.getKey() + 1;
            house.fold(command.getKey(), command.getValue()).cleared().ifPresent(outcome -> {
                ledger.fold(outcome);
                soon.screening.on(outcome);
                late.screening.on(outcome);
            });
        }
    }

    /** Who answers for an auction has read all that stood before its opening. */
    private void open(long auction) {
        Long until = openings.get(auction);
        if (until == null || until < nextAuction) {
            return;
        }
        for (var record : log.auctions().subMap(nextAuction, true, until, true).values()) {
            soon.take(soon.screening.on(record, house));
            late.take(late.screening.on(record, house));
        }
        nextAuction = until + 1;
    }

    private void commit(long until) {
        if (until < nextCommitment) {
            return;
        }
        log.commitments().subMap(nextCommitment, true, until, true).forEach((offset, record) -> {
            soon.take(soon.screening.on(record, offset, house));
            late.take(late.screening.on(record, offset, house));
        });
        nextCommitment = until + 1;
    }

    private void screen(long auction, long bid) {
        open(auction);
        commit(commitMarkers.getOrDefault(auction, -1L));
        long until = Math.max(bid, revealMarkers.getOrDefault(auction, -1L));
        if (until < nextBid) {
            return;
        }
        log.bids().subMap(nextBid, true, until, true).forEach((offset, record) -> {
            soon.take(soon.screening.on(record, offset, house));
            late.take(late.screening.on(record, offset, house));
        });
        nextBid = until + 1;
    }

    private static String name(ScreeningRecord record) {
        return switch (record) {
            case ScreeningRecord.Hold hold -> "hold on " + hold.bid();
            case ScreeningRecord.Verdict verdict -> "verdict on " + verdict.bid();
            case ScreeningRecord.ScreeningClosed closed -> "end of the screening";
        };
    }

    private static String text(ScreeningRecord record) {
        return switch (record) {
            case ScreeningRecord.Hold hold ->
                "code %d %s, cap %d, commands offset %d"
                        .formatted(hold.code(), hold.detail(), hold.cap(), hold.commandsOffset());
            case ScreeningRecord.Verdict verdict ->
                "code %d %s, score %d, margin %d to %d, commands offset %d, bids offset %d"
                        .formatted(
                                verdict.code(),
                                verdict.detail(),
                                verdict.score(),
                                verdict.marginBefore(),
                                verdict.marginAfter(),
                                verdict.commandsOffset(),
                                verdict.bidsOffset());
            case ScreeningRecord.ScreeningClosed closed -> closed.verdicts() + " verdict(s)";
        };
    }
}
