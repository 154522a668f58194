package io.parley.bench.load;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Reason;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.SettlementRecord;
import io.parley.protocol.wire.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads along what the roles tell each other and notes when. What a role has written counts from the time that its record
 * carries; cleared trades and final batches from when they are read here, after their transaction.
 */
final class TopicWatch implements AutoCloseable {

    private static final List<Topic> TOPICS = List.of(
            Topic.AUCTIONS,
            Topic.BIDS,
            Topic.SCREENED_BIDS,
            Topic.COMMANDS,
            Topic.CLEARED,
            Topic.SETTLEMENTS,
            Topic.DEAD_LETTERS);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;

    private final Map<Long, Auction> auctions = new HashMap<>();
    private final Map<Place, Listed> listed = new HashMap<>();
    private final Map<Long, Long> appended = new HashMap<>();
    private final Map<Bytes32, Filled> fills = new HashMap<>();
    private final TreeMap<Long, Long> finals = new TreeMap<>();
    private final Set<Bytes32> transactions = new LinkedHashSet<>();
    private final TreeMap<String, Integer> troubles = new TreeMap<>();
    private long latestBatch;
    private @Nullable RuntimeException failure;

    /** An intent by what its signer may use once only. */
    record Place(Address owner, long nonce) {}

    private record Listed(long firstOpenedAt, long lastAuction) {}

    private record Filled(long auction, long commandsOffset, long batch, long seenAt) {}

    private static final class Auction {
        private OptionalLong openedAt = OptionalLong.empty();
        private OptionalLong revealed = OptionalLong.empty();
        private OptionalLong screened = OptionalLong.empty();
        private OptionalLong closed = OptionalLong.empty();
        private Set<Bytes32> unfilled = Set.of();
        private long window;
    }

    TopicWatch(String bootstrapServers) {
        var settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var partitions = TOPICS.stream()
                .map(topic -> new TopicPartition(topic.topicName(), 0))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        thread = Thread.ofPlatform().daemon().name("topic-watch").start(this::run);
    }

    private void run() {
        try (consumer) {
            while (true) {
                var records = consumer.poll(Duration.ofSeconds(1));
                long now = System.currentTimeMillis();
                synchronized (this) {
                    for (var entry : records) {
                        read(entry, now);
                    }
                }
            }
        } catch (WakeupException closing) {
            // The way out.
        } catch (RuntimeException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> entry, long now) {
        long written = entry.timestamp();
        switch (Topic.of(entry.topic()).orElseThrow()) {
            case AUCTIONS -> {
                switch (AuctionRecord.decode(entry.value())) {
                    case AuctionRecord.Opened opened -> open(opened);
                    case AuctionRecord.Closed closed -> {
                        var auction = auction(closed.auction());
                        auction.closed = OptionalLong.of(written);
                        auction.unfilled = closed.unfilled().stream()
                                .map(AuctionRecord.Unfilled::intent)
                                .collect(Collectors.toSet());
                        closed.unfilled().forEach(u -> trouble("unfilled in an auction", u.code()));
                    }
                    case AuctionRecord.Rewarded rewarded -> {}
                }
            }
            case BIDS -> {
                if (BidRecord.decode(entry.value()) instanceof BidRecord.RevealClosed marker) {
                    auction(marker.auction()).revealed = OptionalLong.of(written);
                }
            }
            case SCREENED_BIDS -> {
                switch (ScreeningRecord.decode(entry.value())) {
                    case ScreeningRecord.ScreeningClosed closed ->
                        auction(closed.auction()).screened = OptionalLong.of(written);
                    case ScreeningRecord.Verdict verdict
                    when verdict.code() != 0 -> trouble("bid refused", verdict.code());
                    case ScreeningRecord.Hold hold when hold.code() != 0 -> trouble("commitment refused", hold.code());
                    default -> {}
                }
            }
            case COMMANDS -> appended.put(entry.offset(), written);
            case CLEARED -> {
                switch (ClearedRecord.decode(entry.value())) {
                    case ClearedRecord.Applied applied
                    when applied.commandKind() == TradeCommand.KIND -> fill(applied, now);
                    case ClearedRecord.Refused refused
                    when refused.commandKind() == TradeCommand.KIND ->
                        trouble("trade refused by the ledger", refused.code());
                    default -> {}
                }
            }
            case SETTLEMENTS -> {
                var settlement = SettlementRecord.decode(entry.value());
                switch (settlement.status()) {
                    case SUBMITTED -> transactions.add(settlement.txHash());
                    case FINAL -> finals.putIfAbsent(settlement.sequence(), now);
                    case FAILED, RETRYING -> trouble("settlement " + settlement.status(), settlement.code());
                    default -> {}
                }
            }
            default -> trouble("dead letter");
        }
    }

    private void open(AuctionRecord.Opened opened) {
        var auction = auction(opened.auction());
        auction.openedAt = OptionalLong.of(opened.openedAt());
        auction.window = opened.revealUntil() - opened.openedAt();
        for (var open : opened.intents()) {
            var intent = open.intent().intent();
            var place = new Place(intent.owner(), intent.nonce());
            var before = listed.get(place);
            listed.put(
                    place, new Listed(before == null ? opened.openedAt() : before.firstOpenedAt(), opened.auction()));
        }
    }

    private void fill(ClearedRecord.Applied applied, long now) {
        latestBatch = Math.max(latestBatch, applied.batch());
        if (Command.decode(applied.command()) instanceof TradeCommand trade) {
            for (var fill : trade.bid().bid().fills()) {
                fills.putIfAbsent(
                        fill.intent(), new Filled(trade.auction(), applied.commandsOffset(), applied.batch(), now));
            }
        }
    }

    private Auction auction(long number) {
        return auctions.computeIfAbsent(number, n -> new Auction());
    }

    private void trouble(String what, int code) {
        trouble(what + ": " + reason(code));
    }

    private void trouble(String what) {
        troubles.merge(what, 1, Integer::sum);
    }

    /** {@return the code with its name, if it has one} */
    static String reason(int code) {
        try {
            return code + " " + Reason.of(code);
        } catch (IllegalArgumentException e) {
            return Integer.toString(code);
        }
    }

    /**
     * What is known of an intent's way.
     *
     * @param due unix milliseconds at which it was to be sent
     * @param acknowledged unix milliseconds of the 202, empty if there was none
     */
    synchronized Times times(Bytes32 id, Place place, long due, OptionalLong acknowledged) {
        var passed = new OptionalLong[Point.values().length];
        java.util.Arrays.fill(passed, OptionalLong.empty());
        passed[Point.DUE.ordinal()] = OptionalLong.of(due);
        passed[Point.ACKNOWLEDGED.ordinal()] = acknowledged;
        var where = listed.get(place);
        if (where == null) {
            return new Times(passed, 0);
        }
        var filled = fills.get(id);
        var auction = auction(filled == null ? where.lastAuction() : filled.auction());
        passed[Point.OPENED.ordinal()] = OptionalLong.of(where.firstOpenedAt());
        if (filled == null && auction.unfilled.contains(id)) {
            // It waits for another auction.
            return new Times(passed, 0);
        }
        passed[Point.REOPENED.ordinal()] = auction.openedAt;
        passed[Point.REVEALED.ordinal()] = auction.revealed;
        passed[Point.SCREENED.ordinal()] = auction.screened;
        passed[Point.CLOSED.ordinal()] = auction.closed;
        if (filled != null) {
            var commanded = appended.get(filled.commandsOffset());
            passed[Point.COMMANDED.ordinal()] =
                    OptionalLong.of(commanded == null ? filled.seenAt() : commanded.longValue());
            passed[Point.CLEARED.ordinal()] = OptionalLong.of(filled.seenAt());
            // Final is a prefix: a later batch is not final before an earlier one.
            var settled = finals.ceilingEntry(filled.batch());
            if (settled != null) {
                passed[Point.FINAL.ordinal()] = OptionalLong.of(settled.getValue());
            }
        }
        return new Times(passed, auction.window);
    }

    synchronized boolean isCleared(Bytes32 id) {
        return fills.containsKey(id);
    }

    /** {@return whether all that has cleared is final on the chain} */
    synchronized boolean isSettled() {
        return finals.ceilingKey(latestBatch) != null;
    }

    /**
     * What was settled since the beginning.
     *
     * @param fills those in final batches
     * @param batches final ones with fills in them
     * @param transactions all that were sent, replaced ones too
     * @param backlog what of it had queued
     */
    record Settled(long fills, long batches, List<Bytes32> transactions, Backlog backlog) {}

    synchronized Settled settled() {
        var sizes = new TreeMap<Long, Long>();
        var complete = new TreeMap<Long, Long>();
        for (var fill : fills.values()) {
            if (finals.ceilingKey(fill.batch()) != null) {
                sizes.merge(fill.batch(), 1L, Long::sum);
                complete.merge(fill.batch(), fill.seenAt(), Math::max);
            }
        }
        var batches = complete.entrySet().stream()
                .map(batch -> new Backlog.Batch(
                        sizes.getOrDefault(batch.getKey(), 0L),
                        batch.getValue(),
                        finals.ceilingEntry(batch.getKey()).getValue()))
                .toList();
        return new Settled(
                batches.stream().mapToLong(Backlog.Batch::fills).sum(),
                batches.size(),
                List.copyOf(transactions),
                Backlog.of(batches));
    }

    /** {@return what else was told since the last time: refusals, failures, with their counts} */
    synchronized Map<String, Integer> takeTroubles() {
        var taken = Map.copyOf(troubles);
        troubles.clear();
        return taken;
    }

    /** @throws IllegalStateException if nothing is read any more */
    synchronized void check() {
        if (failure != null) {
            throw new IllegalStateException("The topics cannot be read along.", failure);
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
