package io.parley.auction.infra.kafka;

import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import java.util.concurrent.CompletionStage;

/**
 * What the auction writes. Called on one thread; records of one topic keep the order of the calls. A stage completes
 * when the broker has the record for good; it never fails, as sending is repeated until it succeeds.
 */
interface AuctionOutbox {

    CompletionStage<Void> write(AuctionRecord record);

    CompletionStage<Void> write(CommitmentRecord.CommitClosed marker);

    CompletionStage<Void> write(BidRecord.RevealClosed marker);

    CompletionStage<Void> write(TradeCommand command);

    CompletionStage<Void> write(DeadLetter letter);
}
