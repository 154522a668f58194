package io.parley.solver.domain;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows every bid from its commitment to its end, from three topics that may be read in any order among each other.
 * Each bid has one outcome. Thread-safe.
 */
public final class OutcomeBook {

    /** After so many later auctions a bid without an outcome is forgotten: its records are not coming. */
    private static final int REMEMBERED = 1000;

    private static final class Entry {
        final String solver;
        final SealedBid bid;
        ScreeningRecord.@Nullable Verdict verdict;
        boolean awarded;

        Entry(String solver, SealedBid bid) {
            this.solver = solver;
            this.bid = bid;
        }
    }

    private static final class Auction {
        final Set<Bytes32> bids = new HashSet<>();
        boolean screened;
        AuctionRecord.@Nullable Closed closed;
    }

    /** An outcome, whose it is, and of which bid. */
    public record Told(String solver, SealedBid bid, Outcome outcome) {}

    private final Domain domain;
    private final Map<Bytes32, Entry> open = new LinkedHashMap<>();
    private final TreeMap<Long, Auction> auctions = new TreeMap<>();

    public OutcomeBook(Domain domain) {
        this.domain = domain;
    }

    /** A bid was committed to. */
    public synchronized void committed(String solver, SealedBid bid) {
        open.put(bid.digest(), new Entry(solver, bid));
        auctions.computeIfAbsent(bid.auction(), a -> new Auction()).bids.add(bid.digest());
        while (auctions.firstKey() < bid.auction() - REMEMBERED) {
            auctions.pollFirstEntry().getValue().bids.forEach(open::remove);
        }
    }

    /** Whether the bid may still be revealed: its hold was not refused, as far as is known. */
    public synchronized boolean mayReveal(Bytes32 bid) {
        return open.containsKey(bid);
    }

    /** What bids without an outcome hold of an account's margin, in cash units of 1e-8: the largest cap of each auction. */
    public synchronized long held(AccountId account) {
        var most = new HashMap<Long, Long>();
        for (var entry : open.values()) {
            if (entry.bid.account().equals(account)) {
                most.merge(entry.bid.auction(), entry.bid.cap(), Math::max);
            }
        }
        long held = 0;
        for (long cap : most.values()) {
            held = held + cap < 0 ? Long.MAX_VALUE : held + cap;
        }
        return held;
    }

    /** @return the outcomes that this decides */
    public synchronized List<Told> on(ScreeningRecord record) {
        switch (record) {
            case ScreeningRecord.Hold hold -> {
                var entry = open.get(hold.bid());
                if (entry != null && hold.code() != 0) {
                    return List.of(refused(entry, hold.code(), hold.detail()));
                }
            }
            case ScreeningRecord.Verdict verdict -> {
                var entry = open.get(verdict.bid());
                if (entry != null && verdict.code() != 0) {
                    return List.of(
                            verdict.code() == Reason.LATE.code()
                                    ? lost(entry, Reason.LATE, verdict.detail())
                                    : refused(entry, verdict.code(), verdict.detail()));
                }
                if (entry != null) {
                    entry.verdict = verdict;
                }
            }
            case ScreeningRecord.ScreeningClosed closed -> {
                var auction = auctions.get(closed.auction());
                if (auction != null) {
                    auction.screened = true;
                    return decide(closed.auction(), auction);
                }
            }
        }
        return List.of();
    }

    /** @return the outcomes that this decides */
    public synchronized List<Told> on(AuctionRecord.Closed closed) {
        var auction = auctions.get(closed.auction());
        if (auction == null) {
            return List.of();
        }
        auction.closed = closed;
        return decide(closed.auction(), auction);
    }

    /** A bid that did not win has lost once both the verdicts and the awards of its auction are known. */
    private List<Told> decide(long number, Auction auction) {
        var closed = auction.closed;
        if (closed == null || !auction.screened) {
            return List.of();
        }
        for (var award : closed.awards()) {
            var entry = open.get(award.bid());
            if (entry != null) {
                entry.awarded = true;
            }
        }
        var told = new ArrayList<Told>();
        boolean waiting = false;
        for (var bid : auction.bids) {
            var entry = open.get(bid);
            if (entry != null && entry.awarded) {
                waiting = true;
            } else if (entry != null) {
                told.add(lostTo(entry, closed));
            }
        }
        if (!waiting) {
            auctions.remove(number);
        }
        return told;
    }

    private Told lostTo(Entry entry, AuctionRecord.Closed closed) {
        var verdict = entry.verdict;
        if (verdict == null) {
            return lost(entry, Reason.LATE, "it was not revealed in time, so it has no verdict");
        }
        long won = closed.awards().stream()
                .mapToLong(AuctionRecord.Award::score)
                .max()
                .orElse(0);
        return lost(
                entry,
                Reason.OUTBID,
                "it scored %s; the auction took %d bids worth %s, the best of them scored %s"
                        .formatted(
                                Fixed8.format(verdict.score()),
                                closed.awards().size(),
                                Fixed8.format(closed.value()),
                                Fixed8.format(won)));
    }

    /** @return the outcome that this decides, if it is a trade of a bid in the book */
    public synchronized List<Told> on(ClearedRecord record) {
        int kind = switch (record) {
            case ClearedRecord.Applied applied -> applied.commandKind();
            case ClearedRecord.Refused refused -> refused.commandKind();
            case ClearedRecord.PriceTick tick -> 0;
        };
        if (kind != TradeCommand.KIND || open.isEmpty()) {
            return List.of();
        }
        var trade = (TradeCommand) Command.decode(record.command());
        var entry = open.get(Eip712.digest(domain, trade.bid().bid()));
        if (entry == null) {
            return List.of();
        }
        if (record instanceof ClearedRecord.Refused refused) {
            return List.of(refused(entry, refused.code(), refused.detail()));
        }
        forget(entry);
        return List.of(new Told(
                entry.solver,
                entry.bid,
                new Outcome.Won(entry.bid.auction(), entry.bid.digest(), entry.bid.proposal())));
    }

    private Told refused(Entry entry, int code, String detail) {
        forget(entry);
        return new Told(
                entry.solver,
                entry.bid,
                new Outcome.Refused(
                        entry.bid.auction(), entry.bid.digest(), entry.bid.proposal(), Reason.of(code), detail));
    }

    private Told lost(Entry entry, Reason reason, String detail) {
        forget(entry);
        return new Told(
                entry.solver,
                entry.bid,
                new Outcome.Lost(entry.bid.auction(), entry.bid.digest(), entry.bid.proposal(), reason, detail));
    }

    private void forget(Entry entry) {
        open.remove(entry.bid.digest());
        var auction = auctions.get(entry.bid.auction());
        if (auction != null && auction.closed != null && auction.bids.stream().noneMatch(open::containsKey)) {
            auctions.remove(entry.bid.auction());
        }
    }

    /** How many bids wait for their outcome. */
    public synchronized int waiting() {
        return open.size();
    }
}
