package io.parley.auction.infra.kafka;

import io.parley.auction.infra.config.AuctionSettings;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.Topic;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The auction's channels: hands what comes in to the desk of this life, and sends what it writes. */
@ApplicationScoped
public class AuctionRole implements AuctionOutbox {

    private static final Logger LOG = Logger.getLogger(AuctionRole.class);

    /** The clearing domain, by which commands are keyed. */
    private static final byte[] CLEARING_DOMAIN = "default".getBytes(StandardCharsets.UTF_8);

    private static final List<String> INCOMING = List.of(
            "auction-intents-in",
            "auction-commitments-in",
            "auction-bids-in",
            "auction-screened-bids-in",
            "auction-cleared-in");

    @Inject
    AuctionSettings settings;

    @Inject
    KafkaClientService clients;

    @Inject
    @Channel("auction-auctions-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> auctions;

    @Inject
    @Channel("auction-commitments-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> commitments;

    @Inject
    @Channel("auction-bids-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> bids;

    @Inject
    @Channel("auction-commands-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> commands;

    @Inject
    @Channel("auction-dead-letters-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> deadLetters;

    private final CompletableFuture<AuctionDesk> firstDesk = new CompletableFuture<>();
    private volatile @Nullable AuctionDesk desk;

    void start(@Observes StartupEvent event) {
        if (settings.isOn()) {
            open();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        AuctionDesk open = desk;
        if (open != null) {
            open.close();
        }
    }

    /** Begins a life; the stage completes when it has read its past. */
    CompletionStage<Void> open() {
        AuctionDesk open =
                new AuctionDesk(settings, this, new AuctionPast(settings.bootstrapServers()), this::positions);
        desk = open;
        firstDesk.complete(open);
        return open.begin();
    }

    /** Ends this life as a crash would; {@link #open} begins the next. */
    void crash() {
        AuctionDesk open = desk;
        if (open != null) {
            open.close();
        }
    }

    /** Where the channels stand. A position counts as known when the broker has told it, so that none can be missed. */
    private Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
        Set<String> unknown = ConcurrentHashMap.newKeySet();
        unknown.addAll(INCOMING);
        while (!unknown.isEmpty()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("Stopped before the channels were ready.");
            }
            // Side by side: a consumer answers when its current poll returns.
            List<Uni<Boolean>> answers = unknown.stream()
                    .map(channel -> position(channel).map(known -> {
                        positions.putAll(known);
                        return !known.isEmpty() && unknown.remove(channel);
                    }))
                    .toList();
            boolean all = Uni.join()
                    .all(answers)
                    .andFailFast()
                    .map(known -> !known.contains(false))
                    .await()
                    .atMost(Duration.ofMinutes(1));
            if (!all) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
        return positions;
    }

    private Uni<Map<TopicPartition, Long>> position(String channel) {
        KafkaConsumer<byte[], byte[]> consumer = clients.getConsumer(channel);
        return consumer == null ? Uni.createFrom().item(Map.of()) : consumer.getPositions();
    }

    private CompletionStage<AuctionDesk> desk() {
        AuctionDesk open = desk;
        return open == null ? firstDesk : CompletableFuture.completedFuture(open);
    }

    @Incoming("auction-intents-in")
    CompletionStage<Void> intents(ConsumerRecords<byte[], byte[]> records) {
        return quietly(desk().thenCompose(open -> open.intents(records)));
    }

    @Incoming("auction-commitments-in")
    CompletionStage<Void> commitments(ConsumerRecords<byte[], byte[]> records) {
        return quietly(desk().thenCompose(open -> open.commitments(records)));
    }

    @Incoming("auction-bids-in")
    CompletionStage<Void> bids(ConsumerRecords<byte[], byte[]> records) {
        return quietly(desk().thenCompose(open -> open.bids(records)));
    }

    @Incoming("auction-screened-bids-in")
    CompletionStage<Void> screenings(ConsumerRecords<byte[], byte[]> records) {
        return quietly(desk().thenCompose(open -> open.screenings(records)));
    }

    @Incoming("auction-cleared-in")
    CompletionStage<Void> cleared(ConsumerRecords<byte[], byte[]> records) {
        return quietly(desk().thenCompose(open -> open.cleared(records)));
    }

    /** A life that ends must not fail its channels: the next life reads from them on. */
    private static CompletionStage<Void> quietly(CompletionStage<Void> taken) {
        return taken.exceptionally(e -> {
            if (!(e instanceof RejectedExecutionException || e.getCause() instanceof RejectedExecutionException)) {
                LOG.error("records were not taken", e);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> write(AuctionRecord record) {
        return send(auctions, key(record.auction()), record.encode(), Topic.AUCTIONS);
    }

    @Override
    public CompletionStage<Void> write(CommitmentRecord.CommitClosed marker) {
        return send(commitments, key(marker.auction()), marker.encode(), Topic.COMMITMENTS);
    }

    @Override
    public CompletionStage<Void> write(BidRecord.RevealClosed marker) {
        return send(bids, key(marker.auction()), marker.encode(), Topic.BIDS);
    }

    @Override
    public CompletionStage<Void> write(TradeCommand command) {
        return send(commands, CLEARING_DOMAIN, command.encode(), Topic.COMMANDS);
    }

    @Override
    public CompletionStage<Void> write(DeadLetter letter) {
        return send(deadLetters, letter.topic().getBytes(StandardCharsets.UTF_8), letter.encode(), Topic.DEAD_LETTERS);
    }

    private static byte[] key(long auction) {
        return ByteBuffer.allocate(Long.BYTES).putLong(auction).array();
    }

    private static CompletionStage<Void> send(
            Instance<MutinyEmitter<byte[]>> channel, byte[] key, byte[] value, Topic topic) {
        MutinyEmitter<byte[]> emitter = channel.get();
        return Uni.createFrom()
                .deferred(() -> emitter.sendMessage(Message.of(value)
                        .addMetadata(OutgoingKafkaRecordMetadata.<byte[]>builder()
                                .withKey(key)
                                .build())))
                .onFailure()
                .invoke(e -> LOG.errorf(e, "a record could not be written to %s and is sent again", topic))
                .onFailure()
                .retry()
                .withBackOff(Duration.ofMillis(50), Duration.ofSeconds(2))
                .indefinitely()
                .subscribeAsCompletionStage();
    }
}
