package io.parley.auction.infra.kafka;

import io.parley.auction.domain.AuctionHouse;
import io.parley.auction.domain.Effect;
import io.parley.auction.domain.IntentAdmission;
import io.parley.auction.domain.IntentAdmission.Checked;
import io.parley.auction.domain.LedgerView;
import io.parley.auction.domain.Origin;
import io.parley.auction.domain.selection.Competition;
import io.parley.auction.domain.selection.ScreenedBid;
import io.parley.auction.domain.selection.Selection;
import io.parley.auction.infra.config.AuctionSettings;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One life of the auction: carries records and the time to {@link AuctionHouse} on a single thread and its effects to
 * the topics. Signatures are checked beside that thread, winners are chosen beside it, nothing is decided beside it.
 */
final class AuctionDesk implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(AuctionDesk.class);

    /** Auctions and awards that are still open lie among the latest of these. */
    private static final long AUCTIONS_REMEMBERED = 20_000;

    private final AuctionOutbox outbox;
    private final AuctionPast past;
    private final Supplier<Map<TopicPartition, Long>> positions;
    private final IntentAdmission admission;
    private final AuctionHouse house;
    private final Competition competition;

    private final ScheduledThreadPoolExecutor decisions = thread("auction-decisions");
    private final ExecutorService signatures = thread("auction-signatures");
    private final ExecutorService selections = thread("auction-selection");

    /** Rewards are computed after the award, so that no award waits for them. */
    private final ExecutorService rewards = thread("auction-rewards");

    /** Completes when the past is read: before that no record of the present is looked at. */
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private volatile boolean closed;

    // From here on for the deciding thread only.
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private final Deque<CompletableFuture<Void>> heldBack = new ArrayDeque<>();
    private CompletableFuture<Void> lastClose = CompletableFuture.completedFuture(null);
    private @Nullable ScheduledFuture<?> alarm;
    private long alarmAt = Long.MAX_VALUE;

    /**
     * Prepares a life.
     *
     * @param settings what configuration says
     * @param outbox where effects go
     * @param past reads what was written before
     * @param positions where the channels of this life begin, for every partition of every topic read; blocks until
     *     they are known
     */
    AuctionDesk(
            AuctionSettings settings,
            AuctionOutbox outbox,
            AuctionPast past,
            Supplier<Map<TopicPartition, Long>> positions) {
        this.outbox = outbox;
        this.past = past;
        this.positions = positions;
        LedgerView ledger = new LedgerView();
        this.admission = new IntentAdmission(settings.domain(), settings.longestValidity(), ledger);
        SecureRandom random = new SecureRandom();
        this.house = new AuctionHouse(settings.domain(), settings.rules(), ledger, admission, () -> seed(random));
        this.competition = new Competition(settings.terms());
    }

    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(name).daemon().factory());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    private static Bytes32 seed(SecureRandom random) {
        byte[] seed = new byte[32];
        random.nextBytes(seed);
        return Bytes32.of(seed);
    }

    /** Reads the past, then holds auctions. Returns at once. */
    CompletionStage<Void> begin() {
        selections.execute(competition::warmUp);
        decisions.execute(() -> {
            try {
                recover();
                ready.complete(null);
            } catch (RuntimeException e) {
                LOG.error("auction cannot start: its past could not be read", e);
                ready.completeExceptionally(e);
            }
        });
        return ready;
    }

    private void recover() {
        long began = System.nanoTime();
        Map<TopicPartition, Long> until = new HashMap<>(positions.get());
        next.putAll(until);
        until.putAll(past.end(Topic.AUCTIONS));
        past.read(Topic.CLEARED, until, Long.MAX_VALUE, this::rememberCleared);
        past.read(Topic.AUCTIONS, until, AUCTIONS_REMEMBERED, this::remember);
        past.read(
                Topic.INTENTS,
                until,
                Long.MAX_VALUE,
                record -> act(house.arrives(check(record, admission::checkOld), origin(record), now())));
        act(house.start(now()));
        arm();
        LOG.infof("auction read its past in %d ms", (System.nanoTime() - began) / 1_000_000);
    }

    /** What could not be read was put aside when it came; a new life only passes over it. */
    private void rememberCleared(ConsumerRecord<byte[], byte[]> record) {
        try {
            act(house.cleared(ClearedRecord.decode(value(record)), now()));
        } catch (RuntimeException e) {
            LOG.warnf("cleared, offset %d: %s", record.offset(), e.getMessage());
        }
    }

    private void remember(ConsumerRecord<byte[], byte[]> record) {
        try {
            house.remember(AuctionRecord.decode(value(record)), record.timestamp());
        } catch (Undecodable e) {
            LOG.warnf("auctions, offset %d: %s", record.offset(), e.getMessage());
        }
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    // What the channels hand over; each stage completes when the records are taken in.

    CompletionStage<Void> intents(ConsumerRecords<byte[], byte[]> records) {
        record Entry(Checked checked, Origin origin, ConsumerRecord<byte[], byte[]> record) {}
        return ready.thenApplyAsync(
                        nothing -> {
                            List<Entry> entries = new ArrayList<>(records.count());
                            for (ConsumerRecord<byte[], byte[]> record : records) {
                                entries.add(new Entry(check(record, admission::check), origin(record), record));
                            }
                            return entries;
                        },
                        signatures)
                .thenComposeAsync(
                        entries -> {
                            for (Entry entry : entries) {
                                if (isNew(entry.record())) {
                                    act(house.arrives(entry.checked(), entry.origin(), now()));
                                }
                            }
                            settle();
                            return holdBackIfFull();
                        },
                        decisions);
    }

    /** While the pool is full its channel is not answered, so that what follows stays on the topic. */
    private CompletionStage<Void> holdBackIfFull() {
        if (!house.isFull()) {
            return CompletableFuture.completedFuture(null);
        }
        LOG.warnf("the pool is full with %d intents: no more are read until some leave", house.poolSize());
        CompletableFuture<Void> held = new CompletableFuture<>();
        heldBack.add(held);
        return held;
    }

    CompletionStage<Void> commitments(ConsumerRecords<byte[], byte[]> records) {
        return take(
                records,
                record -> decided(
                        record,
                        CommitmentRecord::decode,
                        (commitment, nowMs) -> house.commitment(record.offset(), commitment, nowMs)));
    }

    CompletionStage<Void> bids(ConsumerRecords<byte[], byte[]> records) {
        return take(
                records, record -> decided(record, BidRecord::decode, (bid, nowMs) -> house.bid(record.offset(), bid)));
    }

    CompletionStage<Void> screenings(ConsumerRecords<byte[], byte[]> records) {
        return take(
                records,
                record -> decided(record, ScreeningRecord::decode, (screening, nowMs) -> house.screening(screening)));
    }

    CompletionStage<Void> cleared(ConsumerRecords<byte[], byte[]> records) {
        return take(records, record -> decided(record, ClearedRecord::decode, house::cleared));
    }

    private interface Taker {
        void take(ConsumerRecord<byte[], byte[]> record);
    }

    private interface Decision<T> {
        List<Effect> on(T record, long nowMs);
    }

    private CompletionStage<Void> take(ConsumerRecords<byte[], byte[]> records, Taker taker) {
        return ready.thenRunAsync(
                () -> {
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        if (isNew(record)) {
                            taker.take(record);
                        }
                    }
                    settle();
                },
                decisions);
    }

    /** Whether a record was not read with the past, nor redelivered. */
    private boolean isNew(ConsumerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < next.getOrDefault(partition, 0L)) {
            return false;
        }
        next.put(partition, record.offset() + 1);
        return true;
    }

    /** A record that cannot be read, or that breaks the house, is put aside; the stream goes on. */
    private <T> void decided(ConsumerRecord<byte[], byte[]> record, Function<byte[], T> decode, Decision<T> decision) {
        try {
            act(decision.on(decode.apply(value(record)), now()));
        } catch (Undecodable e) {
            bury(origin(record), e.reason(), "byte %d: %s".formatted(e.offset(), e.what()));
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s, offset %d was not taken", record.topic(), record.offset());
            bury(origin(record), Reason.BAD_FIELD, e.toString());
        }
    }

    /** A record that breaks the check is refused like any other: what stands behind it must be read. */
    private static Checked check(ConsumerRecord<byte[], byte[]> record, Function<byte[], Checked> rule) {
        try {
            return rule.apply(value(record));
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s, partition %d, offset %d", record.topic(), record.partition(), record.offset());
            return new Checked.Refused(Reason.BAD_FIELD, e.toString());
        }
    }

    private static byte[] value(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        return value == null ? new byte[0] : value;
    }

    private static Origin origin(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        return new Origin(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                key == null ? Blob.EMPTY : Blob.of(key),
                Blob.of(value(record)));
    }

    // What the house wants done.

    private void act(List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Open(AuctionRecord.Opened opened) -> outbox.write(opened);
                case Effect.CloseCommitments(long auction) -> outbox.write(new CommitmentRecord.CommitClosed(auction));
                case Effect.CloseReveals(long auction) -> outbox.write(new BidRecord.RevealClosed(auction));
                case Effect.Choose choose -> choose(choose);
                case Effect.Close close -> close(close);
                case Effect.Bury(Origin origin, Reason reason, String detail) -> bury(origin, reason, detail);
                case Effect.Note(String line) -> LOG.info(line);
            }
        }
    }

    private void choose(Effect.Choose choose) {
        CompletableFuture.supplyAsync(() -> select(choose.bids(), choose.seed()), selections)
                .thenAcceptAsync(
                        chosen -> {
                            act(house.chosen(choose.auction(), chosen, now()));
                            reward(choose, chosen);
                            settle();
                        },
                        decisions)
                .exceptionally(e -> {
                    if (!closed) {
                        LOG.errorf(e, "auction %d could not be closed", choose.auction());
                    }
                    return null;
                });
    }

    private Selection select(List<ScreenedBid> bids, Bytes32 seed) {
        try {
            return competition.choose(bids, seed);
        } catch (RuntimeException e) {
            LOG.error("the search for winners failed, the greedy choice stands", e);
            return Competition.chooseGreedily(bids, seed);
        }
    }

    /** The close is announced when its trades, and the closes before it, are durable. */
    private void close(Effect.Close close) {
        CompletableFuture<?>[] trades = close.trades().stream()
                .map(outbox::write)
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new);
        lastClose = CompletableFuture.allOf(CompletableFuture.allOf(trades), lastClose)
                .thenComposeAsync(nothing -> outbox.write(close.closed()), decisions);
    }

    /** Publishes what the winners earn, behind the close. */
    private void reward(Effect.Choose choose, Selection chosen) {
        if (choose.bids().isEmpty()) {
            return;
        }
        CompletableFuture<Void> closing = lastClose;
        CompletableFuture.supplyAsync(
                        () -> competition.rewarded(choose.auction(), chosen, choose.bids(), choose.seed()), rewards)
                .thenCombine(closing, (rewarded, nothing) -> rewarded)
                .thenCompose(outbox::write)
                .exceptionally(e -> {
                    if (!closed) {
                        LOG.errorf(e, "the rewards of auction %d could not be published", choose.auction());
                    }
                    return null;
                });
    }

    private void bury(Origin origin, Reason reason, String detail) {
        LOG.warnf(
                "%s, partition %d, offset %d is put aside: %s (%d) %s",
                origin.topic(), origin.partition(), origin.offset(), reason, reason.code(), detail);
        outbox.write(new DeadLetter(
                origin.topic(),
                origin.partition(),
                origin.offset(),
                reason.code(),
                detail,
                now(),
                origin.key(),
                origin.value()));
    }

    // The clock.

    /** After every visit to the house: sets the alarm, and lets in who waited at the door. */
    private void settle() {
        while (!heldBack.isEmpty() && !house.isFull()) {
            heldBack.remove().complete(null);
        }
        arm();
    }

    private void arm() {
        OptionalLong tick = house.nextTick();
        long at = tick.orElse(Long.MAX_VALUE);
        if (at == alarmAt || closed) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        alarmAt = at;
        if (tick.isPresent()) {
            alarm = decisions.schedule(this::ring, Math.max(0, at - now()), TimeUnit.MILLISECONDS);
        }
    }

    private void ring() {
        alarm = null;
        alarmAt = Long.MAX_VALUE;
        try {
            act(house.tick(now()));
        } catch (RuntimeException e) {
            LOG.error("the clock's work failed", e);
        }
        settle();
    }

    /** Ends this life as a crash would, except that its threads are gone. */
    @Override
    public void close() {
        closed = true;
        decisions.shutdownNow();
        signatures.shutdownNow();
        selections.shutdownNow();
        rewards.shutdownNow();
        ready.completeExceptionally(new RejectedExecutionException("The auction role stops."));
    }
}
