package io.parley.node.audit;

import io.parley.node.LogReader;
import io.parley.protocol.Command;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The topics that auctions are made of, each by offset. What cannot be read is nobody's record, as for the roles.
 *
 * @param auctions openings, closes and rewards
 * @param commitments with their markers
 * @param bids with their markers
 * @param screened holds and verdicts
 * @param commands as they were written, readable or not
 */
public record AuctionLog(
        TreeMap<Long, AuctionRecord> auctions,
        TreeMap<Long, CommitmentRecord> commitments,
        TreeMap<Long, BidRecord> bids,
        TreeMap<Long, ScreeningRecord> screened,
        TreeMap<Long, byte[]> commands) {

    /** {@return what the broker holds now} */
    public static AuctionLog read(LogReader log) {
        TreeMap<Long, byte[]> commands = new TreeMap<>();
        // The topics that point to others are read first: what they point to is then there.
        TreeMap<Long, AuctionRecord> auctions = decoded(log, Topic.AUCTIONS, AuctionRecord::decode);
        TreeMap<Long, ScreeningRecord> screened = decoded(log, Topic.SCREENED_BIDS, ScreeningRecord::decode);
        TreeMap<Long, CommitmentRecord> commitments = decoded(log, Topic.COMMITMENTS, CommitmentRecord::decode);
        TreeMap<Long, BidRecord> bids = decoded(log, Topic.BIDS, BidRecord::decode);
        log.read(Topic.COMMANDS.topicName(), 0, record -> commands.put(record.offset(), record.value()));
        return new AuctionLog(auctions, commitments, bids, screened, commands);
    }

    private static <T> TreeMap<Long, T> decoded(LogReader log, Topic topic, Function<byte[], T> decode) {
        TreeMap<Long, T> records = new TreeMap<>();
        log.read(topic.topicName(), 0, record -> {
            try {
                records.put(record.offset(), decode.apply(record.value()));
            } catch (Undecodable e) {
                // The roles put it aside; it stands in dead-letters.
                return;
            }
        });
        return records;
    }

    Map<Long, List<TradeCommand>> trades() {
        Map<Long, List<TradeCommand>> trades = new TreeMap<>();
        commands.values().forEach(bytes -> {
            try {
                if (Command.decode(bytes) instanceof TradeCommand trade) {
                    trades.computeIfAbsent(trade.auction(), auction -> new ArrayList<>())
                            .add(trade);
                }
            } catch (Undecodable e) {
                return;
            }
        });
        return trades;
    }
}
