package io.parley.risk.infra.kafka;

import io.parley.protocol.wire.Topic;
import io.parley.risk.LedgerStatus;
import io.parley.risk.LedgerStatus.Phase;
import io.parley.risk.domain.ClearingHouse;
import io.parley.risk.domain.Folded;
import io.parley.risk.infra.store.SnapshotFiles;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Folds {@code commands} into {@code cleared} and {@code batches}, exactly once: outputs and the offset of
 * {@code commands} are one Kafka transaction. One thread does it, and no other sees the ledger.
 *
 * <p>Whatever goes wrong with a transaction, there is one way out: drop the memory and the producer, and take over as
 * a new process would. A new producer settles what the old one left open, committed or not, and the group's offset says
 * which it was; the ledger is restored from the newest snapshot and folded up to there without output. So a lost answer to a
 * commit is no special case.
 *
 * <p>Several instances may run: the consumer group gives the partition to one of them, the others stand by, and the
 * shared transactional id fences whoever still believes to be the owner.
 */
public final class ClearingLoop implements AutoCloseable {

    /** Runs on the ledger's thread while this instance owns the ledger. */
    public interface Guest {
        /** The ledger was restored: everything known from it so far is to be read anew. */
        void restored(ClearingHouse house);

        /** A command was folded; its outcome is about to be committed. Never called for what is folded again. */
        void folded(Folded folded);
    }

    private static final Logger LOG = Logger.getLogger(ClearingLoop.class);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ClearingSettings settings;
    private final KafkaClients clients;
    private final LedgerStatus status;
    private final Clock clock;
    private final Guest guest;
    private final DeadLetters deadLetters;
    private final TopicPartition commands = new TopicPartition(Topic.COMMANDS.topicName(), 0);
    private final ConcurrentLinkedQueue<Visit> visits = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService disk = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("parley-snapshots").factory());

    private volatile boolean stopping;
    private volatile boolean polling;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /** Owned by the ledger's thread, as everything below. */
    private boolean assigned;

    private @Nullable Tenure tenure;
    private int failures;

    private record Visit(Consumer<ClearingHouse> work, CompletableFuture<@Nullable Void> done) {
        void with(ClearingHouse house) {
            try {
                work.accept(house);
                done.complete(null);
            } catch (RuntimeException e) {
                LOG.error("The ledger's visitor failed", e);
                done.completeExceptionally(e);
            }
        }
    }

    /** What this instance holds while it owns the ledger. */
    private static final class Tenure {
        private final Producer<byte[], byte[]> producer;
        private final ClearingHouse house;
        private final SnapshotFiles snapshots;
        private long snapshotAt;
        private long commits;

        private Tenure(
                Producer<byte[], byte[]> producer, ClearingHouse house, SnapshotFiles snapshots, long snapshotAt) {
            this.producer = producer;
            this.house = house;
            this.snapshots = snapshots;
            this.snapshotAt = snapshotAt;
        }
    }

    public ClearingLoop(
            ClearingSettings settings, KafkaClients clients, LedgerStatus status, Clock clock, Guest guest) {
        this.settings = settings;
        this.clients = clients;
        this.status = status;
        this.clock = clock;
        this.guest = guest;
        this.deadLetters = new DeadLetters(clock);
    }

    public void start() {
        Thread.ofPlatform().name("parley-clearing").daemon(true).start(this::run);
    }

    /**
     * Has something done with the ledger, on its thread, soon. In order of the calls. While another instance owns the
     * ledger it is not done at all.
     *
     * @return done, or left undone because the ledger is not here
     */
    public CompletionStage<@Nullable Void> visit(Consumer<ClearingHouse> visit) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        visits.add(new Visit(visit, done));
        KafkaConsumer<byte[], byte[]> asleep = consumer;
        if (polling && asleep != null) {
            asleep.wakeup();
        }
        return done;
    }

    /** Stops after the transaction that is under way, writes a snapshot and leaves the group. */
    @Override
    public void close() {
        stopping = true;
        KafkaConsumer<byte[], byte[]> asleep = consumer;
        if (asleep != null) {
            asleep.wakeup();
        }
        try {
            if (!stopped.await(30, TimeUnit.SECONDS)) {
                LOG.warn("The clearing house did not stop in 30 s; its transaction will be settled by the next owner");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disk.close();
    }

    private void run() {
        try {
            while (!stopping && serveAsMember()) {
                failures++;
            }
        } catch (Error e) {
            // Out of memory, or classes that do not fit: this process is of no use any more, and should say so.
            status.is(Phase.HALTED, e.toString());
            LOG.fatal("Clearing stopped here", e);
            throw e;
        } finally {
            stopped.countDown();
        }
    }

    /** Joins the group and serves until something fails that needs a new consumer. False: for good. */
    private boolean serveAsMember() {
        status.is(Phase.STANDBY, "");
        try (KafkaConsumer<byte[], byte[]> member = clients.member()) {
            consumer = member;
            try {
                member.subscribe(List.of(Topic.COMMANDS.topicName()), new Assignment());
                while (!stopping) {
                    serve(member);
                }
                leave(member);
                return false;
            } finally {
                consumer = null;
                abandon();
                assigned = false;
            }
        } catch (FencedInstanceIdException e) {
            status.is(Phase.HALTED, "another process runs as node '%s'".formatted(settings.node()));
            LOG.errorf("Clearing stopped here: another process runs as node (%s)", settings.node());
            return false;
        } catch (RuntimeException e) {
            LOG.errorf(e, "The clearing house lost its consumer and joins again");
            pause();
            return true;
        }
    }

    private void serve(KafkaConsumer<byte[], byte[]> member) {
        ConsumerRecords<byte[], byte[]> records = poll(member);
        if (!assigned) {
            for (Visit visit = visits.poll(); visit != null; visit = visits.poll()) {
                visit.done.complete(null);
            }
            return;
        }
        try {
            Tenure owned = tenure;
            if (owned == null) {
                tenure = takeOver(member);
                return;
            }
            if (!records.isEmpty()) {
                transact(member, owned, records.records(commands));
                snapshotIfDue(owned);
            }
            for (Visit visit = visits.poll(); visit != null; visit = visits.poll()) {
                visit.with(owned.house);
            }
        } catch (WakeupException e) {
            // Somebody called while we were not asleep; the next round serves it.
            LOG.debug("Woken early");
        } catch (FencedInstanceIdException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warnf(e, "The transaction failed; the ledger is restored from the log");
            abandon();
            pause();
        }
    }

    private ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> member) {
        polling = true;
        try {
            return member.poll(visits.isEmpty() ? IDLE : Duration.ZERO);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } finally {
            polling = false;
        }
    }

    /** Fences the last owner, restores the ledger to the committed offset and goes on from there. */
    private Tenure takeOver(KafkaConsumer<byte[], byte[]> member) {
        long began = clock.millis();
        status.is(Phase.RESTORING, "");
        Producer<byte[], byte[]> producer = clients.producer();
        boolean owns = false;
        try {
            producer.initTransactions();
            long next = committed(member);
            SnapshotFiles snapshots = new SnapshotFiles(settings.snapshots(), clients.identity(commands.topic()));
            ClearingHouse house = snapshots
                    .newest(stored -> restore(stored, next))
                    .orElseGet(() -> ClearingHouse.genesis(settings.domain()));
            long from = house.nextOffset();
            clients.replay(commands, from, next, r -> house.fold(r.offset(), r.value()));
            member.seek(commands, next);
            Tenure taken = new Tenure(producer, house, snapshots, from);
            LOG.infof(
                    "Clearing from offset %d on: snapshot at %d, %d commands folded again in %d ms, root %s",
                    next, from, next - from, clock.millis() - began, house.root());
            guest.restored(house);
            report(taken, next);
            owns = true;
            return taken;
        } finally {
            if (!owns) {
                producer.close(Duration.ZERO);
            }
        }
    }

    private ClearingHouse restore(byte[] snapshot, long next) {
        ClearingHouse house = ClearingHouse.restore(settings.domain(), snapshot);
        if (house.nextOffset() > next) {
            throw new IllegalArgumentException(
                    "it is at offset %d, the log's commit only at %d".formatted(house.nextOffset(), next));
        }
        return house;
    }

    /** The offset up to which outcomes are committed. */
    private long committed(KafkaConsumer<byte[], byte[]> member) {
        OffsetAndMetadata offset = member.committed(Set.of(commands), PATIENCE).get(commands);
        if (offset != null) {
            return offset.offset();
        }
        // A broker forgets the offsets of a group that was away for days. What was committed with them is still there.
        OptionalLong last = clients.lastClearedCommand();
        if (last.isPresent()) {
            LOG.warnf(
                    "The group has no offset; '%s' says that %d was the last",
                    Topic.CLEARED.topicName(), last.getAsLong());
        }
        return last.isPresent() ? last.getAsLong() + 1 : 0;
    }

    private void transact(
            KafkaConsumer<byte[], byte[]> member, Tenure owned, List<ConsumerRecord<byte[], byte[]>> records) {
        Producer<byte[], byte[]> producer = owned.producer;
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.offset() < owned.house.nextOffset()) {
                throw new IllegalStateException("Offset %d comes again, the ledger is at %d"
                        .formatted(record.offset(), owned.house.nextOffset()));
            }
            Folded folded = owned.house.fold(record.offset(), record.value());
            send(producer, record, folded);
            guest.folded(folded);
        }
        long next = records.getLast().offset() + 1;
        producer.sendOffsetsToTransaction(Map.of(commands, new OffsetAndMetadata(next)), member.groupMetadata());
        producer.commitTransaction();
        failures = 0;
        owned.commits++;
        report(owned, next);
    }

    private void send(Producer<byte[], byte[]> producer, ConsumerRecord<byte[], byte[]> record, Folded folded) {
        byte[] key = settings.key();
        folded.cleared()
                .ifPresent(r -> producer.send(new ProducerRecord<>(Topic.CLEARED.topicName(), 0, key, r.encode())));
        folded.batch()
                .ifPresent(r -> producer.send(new ProducerRecord<>(Topic.BATCHES.topicName(), 0, key, r.encode())));
        folded.poison().ifPresent(refusal -> {
            LOG.warnf("Command at offset %d goes to the dead letters: %s", record.offset(), refusal.detail());
            producer.send(new ProducerRecord<>(
                    Topic.DEAD_LETTERS.topicName(),
                    0,
                    deadLetters.key(record),
                    deadLetters.value(record, refusal.reason(), refusal.detail())));
        });
    }

    private void report(Tenure owned, long next) {
        ClearingHouse house = owned.house;
        status.is(new LedgerStatus.View(
                Phase.CLEARING,
                next,
                house.root(),
                house.openBatch(),
                house.accounts(),
                house.time(),
                owned.commits,
                ""));
    }

    private void snapshotIfDue(Tenure owned) {
        if (owned.house.nextOffset() - owned.snapshotAt >= settings.snapshotEvery()) {
            long offset = owned.house.nextOffset();
            byte[] content = owned.house.snapshot();
            owned.snapshotAt = offset;
            disk.execute(() -> write(owned.snapshots, offset, content));
        }
    }

    private static void write(SnapshotFiles files, long offset, byte[] content) {
        try {
            files.write(offset, content);
            LOG.debugf("Snapshot at offset %d", offset);
        } catch (RuntimeException e) {
            LOG.warnf(e, "No snapshot at offset %d; a restart folds more of the log", offset);
        }
    }

    /** In order: what is committed goes to disk, and the group may give the partition away at once. */
    private void leave(KafkaConsumer<byte[], byte[]> member) {
        Tenure owned = tenure;
        if (owned != null && owned.house.nextOffset() > owned.snapshotAt) {
            write(owned.snapshots, owned.house.nextOffset(), owned.house.snapshot());
        }
        abandon();
        member.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(5)));
        status.is(Phase.OFF, "");
    }

    /** Memory and producer go; an open transaction is settled by the next producer's initTransactions. */
    private void abandon() {
        Optional.ofNullable(tenure).ifPresent(t -> t.producer.close(Duration.ZERO));
        tenure = null;
    }

    private void pause() {
        failures++;
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(50L << Math.min(failures, 6), 2_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assigned |= partitions.contains(commands);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (partitions.contains(commands)) {
                abandon();
                assigned = false;
                status.is(Phase.STANDBY, "");
            }
        }
    }
}
