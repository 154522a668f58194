package io.parley.node.audit;

import io.parley.auction.domain.AuctionRerun;
import io.parley.auction.domain.AuctionRerun.Difference;
import io.parley.auction.domain.LedgerView;
import io.parley.auction.domain.selection.Competition;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.AuctionRecord.Rewarded;
import io.parley.protocol.wire.AuctionRecord.Terms;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All auctions of a log, held again from the topics alone. For one thread. */
public final class AuctionReplay {

    /** What an auction without recorded budgets is held again with: the defaults of the role. */
    private static final Terms DEFAULTS = new Terms(100_000, 20_000, 1_000_000_000, 5_000);

    /**
     * What came of one auction.
     *
     * @param auction its number
     * @param rerun how it was held again
     * @param differences what was published and does not follow, of the screening and then of the auction
     * @param notRederived what the topics do not tell
     */
    public record Finding(long auction, AuctionRerun rerun, List<Difference> differences, List<String> notRederived) {}

    private final Domain domain;
    private final LedgerView ledger = new LedgerView();
    private final ScreeningRerun screening;
    private final TreeMap<Long, Opened> opened = new TreeMap<>();
    private final Map<Long, Closed> closed = new HashMap<>();
    private final Map<Long, Rewarded> rewarded = new HashMap<>();
    private final Map<Long, TreeMap<Long, CommitmentRecord>> commitments = new HashMap<>();
    private final Map<Long, TreeMap<Long, BidRecord>> bids = new HashMap<>();
    private final Map<Long, List<TradeCommand>> trades;
    private final Map<Terms, Competition> competitions = new HashMap<>();

    /** Folds the log and screens again. */
    public AuctionReplay(Domain domain, AuctionLog log) {
        this.domain = domain;
        this.screening = new ScreeningRerun(domain, log, ledger).run();
        log.auctions().values().forEach(record -> {
            switch (record) {
                case Opened one -> opened.putIfAbsent(one.auction(), one);
                case Closed one -> closed.putIfAbsent(one.auction(), one);
                case Rewarded one -> rewarded.putIfAbsent(one.auction(), one);
            }
        });
        log.commitments()
                .forEach((offset, record) -> commitments
                        .computeIfAbsent(record.auction(), auction -> new TreeMap<>())
                        .put(offset, record));
        log.bids()
                .forEach((offset, record) -> bids.computeIfAbsent(record.auction(), auction -> new TreeMap<>())
                        .put(offset, record));
        this.trades = log.trades();
    }

    /** {@return the auctions from one number to another, those that there are} */
    public List<Long> between(long from, long to) {
        return List.copyOf(opened.subMap(from, true, to, true).keySet());
    }

    /** {@return the auction that a bid was committed to or revealed in} */
    public Optional<Long> auctionOf(Bytes32 bid) {
        return commitments.entrySet().stream()
                .filter(entry -> entry.getValue().values().stream()
                        .anyMatch(record -> record instanceof CommitmentRecord.Committed committed
                                && committed.commitment().commitment().bid().equals(bid)))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    Bytes32 digest(Bid bid) {
        return Eip712.digest(domain, bid);
    }

    /** {@return a choice of winners under the terms} */
    public Competition competition(Terms terms) {
        return competitions.computeIfAbsent(terms, Competition::new);
    }

    /** {@return what comes of holding an auction again} */
    public Finding replay(long auction) {
        List<ScreeningRecord> answers = screening.answers.getOrDefault(auction, List.of());
        Opened announced = opened.get(auction);
        if (announced == null) {
            throw new IllegalArgumentException("There is no auction %d on the topics.".formatted(auction));
        }
        AuctionRerun rerun = new AuctionRerun(
                domain,
                new AuctionRerun.Records(
                        announced,
                        closed.get(auction),
                        rewarded.get(auction),
                        commitments.getOrDefault(auction, new TreeMap<>()),
                        bids.getOrDefault(auction, new TreeMap<>()),
                        answers,
                        trades.getOrDefault(auction, List.of())),
                ledger,
                DEFAULTS,
                this::competition);
        List<Difference> differences = new ArrayList<>(screening.differences.getOrDefault(auction, List.of()));
        differences.addAll(rerun.differences());
        List<String> open = new ArrayList<>(screening.undecided.getOrDefault(auction, List.of()));
        open.addAll(rerun.notRederived());
        return new Finding(auction, rerun, differences, open);
    }

    /** {@return the answers of the screening, as they follow from the topics} */
    public List<ScreeningRecord> screening(long auction) {
        return List.copyOf(screening.answers.getOrDefault(auction, List.of()));
    }

    /** {@return the commitments of an auction and its marker, by offset} */
    public Map<Long, CommitmentRecord> commitments(long auction) {
        return commitments.getOrDefault(auction, new TreeMap<>());
    }

    /** {@return the reveals of an auction and its marker, by offset} */
    public Map<Long, BidRecord> bids(long auction) {
        return bids.getOrDefault(auction, new TreeMap<>());
    }

    /** {@return the close that was published} */
    public Optional<AuctionRecord.Closed> closed(long auction) {
        return Optional.ofNullable(closed.get(auction));
    }
}
