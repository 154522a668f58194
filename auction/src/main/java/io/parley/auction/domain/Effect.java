package io.parley.auction.domain;

import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import java.util.List;

/** What the auction wants done. The edge does it, in the order given, and decides nothing. */
public sealed interface Effect {

    /**
     * Announce an auction.
     *
     * @param opened for the auctions topic
     */
    record Open(AuctionRecord.Opened opened) implements Effect {}

    /**
     * Write the marker behind the commitments.
     *
     * @param auction whose
     */
    record CloseCommitments(long auction) implements Effect {}

    /**
     * Write the marker behind the reveals.
     *
     * @param auction whose
     */
    record CloseReveals(long auction) implements Effect {}

    /**
     * Choose winners, on a thread of its own, and report them to {@link AuctionHouse#chosen}; one after the other, in
     * the order asked.
     *
     * @param auction whose
     * @param bids to choose from
     * @param seed for ties
     */
    record Choose(long auction, List<ScreenedBid> bids, Bytes32 seed) implements Effect {}

    /**
     * Write the trades to the commands topic; when all are durable, the close to the auctions topic.
     *
     * @param trades in this order
     * @param closed what was decided
     */
    record Close(List<TradeCommand> trades, AuctionRecord.Closed closed) implements Effect {}

    /**
     * Put a record aside for the operator.
     *
     * @param origin where it stood
     * @param reason why
     * @param detail the values compared
     */
    record Bury(Origin origin, Reason reason, String detail) implements Effect {}

    /**
     * Say something worth a line in the log.
     *
     * @param line one line
     */
    record Note(String line) implements Effect {}
}
