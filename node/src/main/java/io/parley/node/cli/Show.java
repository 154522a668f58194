package io.parley.node.cli;

import io.parley.node.LogReader;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.PriceRecord;
import io.parley.protocol.wire.RouteRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.SettlementRecord;
import io.parley.protocol.wire.Topic;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Any record, readably. */
@Command(name = "show", mixinStandardHelpOptions = true, description = "Prints the records of a topic readably.")
final class Show implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Parameters(index = "0", description = "intents, prices, auctions, commitments, bids, screened-bids, commands, …")
    private String topic = "";

    @Option(names = "--from", description = "First offset, 0 without it.")
    private long from;

    @Option(names = "--last", description = "Only this many, counted from the end of each partition.")
    private long last = Long.MAX_VALUE;

    @Override
    public Integer call() {
        var known = Topic.of(topic);
        if (known.isEmpty()) {
            System.err.printf(
                    "There is no topic (%s). The topics are %s.%n",
                    topic, Arrays.stream(Topic.values()).map(Topic::topicName).toList());
            return Parley.USAGE;
        }
        var lines = new java.util.ArrayDeque<String>();
        new LogReader(target.kafka()).read(topic, from, record -> {
            lines.add("%s-%d@%d %s"
                    .formatted(topic, record.partition(), record.offset(), text(known.get(), record.value())));
            if (lines.size() > last) {
                lines.removeFirst();
            }
        });
        lines.forEach(System.out::println);
        return Parley.DONE;
    }

    private static String text(Topic topic, byte[] value) {
        try {
            return switch (topic) {
                case INTENTS -> SignedIntent.decode(value).toString();
                case PRICES -> PriceRecord.decode(value).toString();
                case AUCTIONS -> AuctionRecord.decode(value).toString();
                case COMMITMENTS -> CommitmentRecord.decode(value).toString();
                case BIDS -> BidRecord.decode(value).toString();
                case SCREENED_BIDS -> ScreeningRecord.decode(value).toString();
                case COMMANDS -> io.parley.protocol.Command.decode(value).toString();
                case CLEARED -> ClearedRecord.decode(value).toString();
                case BATCHES -> BatchRecord.decode(value).toString();
                case ROUTES -> RouteRecord.decode(value).toString();
                case SETTLEMENTS -> SettlementRecord.decode(value).toString();
                case DEAD_LETTERS -> DeadLetter.decode(value).toString();
            };
        } catch (Undecodable e) {
            return "undecodable: " + e.getMessage();
        }
    }
}
