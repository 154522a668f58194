package io.parley.risk.feeder.infra.kafka;

import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.PriceRecord;
import io.parley.risk.feeder.domain.Feeder;
import io.parley.risk.feeder.domain.FeederDesk;
import io.parley.risk.feeder.domain.MarketModel;
import io.parley.risk.feeder.domain.PriceBounds;
import io.parley.risk.feeder.domain.Shock;
import io.parley.risk.infra.kafka.DeadLetters;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The demo feeders and the price assembler of this process at their topics. All they do is done on one thread. */
@ApplicationScoped
public class FeederChannels {

    private static final Logger LOG = Logger.getLogger(FeederChannels.class);
    private static final byte[] DOMAIN_KEY = "default".getBytes(StandardCharsets.UTF_8);

    @Inject
    @Channel("feeder-prices-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> prices;

    @Inject
    @Channel("feeder-commands-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> commands;

    @Inject
    @Channel("feeder-dead-letters-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> deadLetters;

    @ConfigProperty(name = "parley.role.feeder", defaultValue = "false")
    boolean enabled;

    @ConfigProperty(name = "parley.chain.id")
    Optional<Long> chainId;

    @ConfigProperty(name = "parley.chain.vault")
    Optional<String> vault;

    @ConfigProperty(name = "parley.feeders.key-files")
    Optional<List<String>> keyFiles;

    @ConfigProperty(name = "parley.feeders.seed", defaultValue = "20261120")
    long seed;

    @ConfigProperty(name = "parley.feeders.shocks")
    Optional<List<String>> shocks;

    @ConfigProperty(name = "parley.feeder.bound.price", defaultValue = "0.1")
    double mostPrice;

    @ConfigProperty(name = "parley.feeder.bound.volatility", defaultValue = "0.5")
    double mostVolatility;

    @ConfigProperty(name = "parley.feeder.bound.stable", defaultValue = "0.01")
    double mostStable;

    @ConfigProperty(name = "parley.feeder.bound.heartbeat-seconds", defaultValue = "60")
    long heartbeat;

    @ConfigProperty(name = "parley.feeder.bound.clock-seconds", defaultValue = "5")
    long mostClock;

    @ConfigProperty(name = "parley.feeder.interval-ms", defaultValue = "500")
    long interval;

    private final Clock clock = Clock.systemUTC();
    private final DeadLetters letters = new DeadLetters(clock);
    private @Nullable ScheduledExecutorService thread;
    private @Nullable FeederDesk desk;

    /** Made on first use, which is after the channels were connected. */
    private final Map<Instance<MutinyEmitter<byte[]>>, MutinyEmitter<byte[]>> emitters = new IdentityHashMap<>();

    /** Whether records of {@code cleared} came in since the last tick in such numbers that more must be waiting. */
    private boolean catchingUp;

    /** Has the feeders there before the first record: what `cleared` says is said once. */
    @PostConstruct
    void open() {
        if (!enabled) {
            return;
        }
        Domain domain = new Domain(
                chainId.orElseThrow(() -> missing("parley.chain.id")),
                Address.parse(vault.orElseThrow(() -> missing("parley.chain.vault"))));
        PriceBounds bounds = new PriceBounds(mostPrice, mostVolatility, mostStable, heartbeat, mostClock);
        List<Shock> ordered =
                shocks.orElse(List.of()).stream().map(Shock::parse).toList();
        List<Feeder> feeders = keyFiles.orElseThrow(() -> missing("parley.feeders.key-files")).stream()
                .map(file -> new Feeder(domain, key(Path.of(file.strip())), new MarketModel(seed, ordered), bounds))
                .toList();
        desk = new FeederDesk(domain, feeders, Math.max(4 * interval, 2_000), new Topics());
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("parley-feeders").daemon(true).factory());
        thread = executor;
        executor.scheduleAtFixedRate(this::tick, interval, interval, TimeUnit.MILLISECONDS);
        LOG.infof(
                "%d feeders (%s) price every %d ms",
                feeders.size(), feeders.stream().map(Feeder::address).toList(), interval);
    }

    void start(@Observes StartupEvent event) {
        // That the bean is made is all.
    }

    void stop(@Observes ShutdownEvent event) {
        if (thread != null) {
            thread.shutdownNow();
        }
    }

    private void tick() {
        FeederDesk here = desk;
        if (here == null) {
            return;
        }
        if (catchingUp) {
            catchingUp = false;
            return;
        }
        try {
            here.tick(clock.millis());
        } catch (RuntimeException e) {
            LOG.error("No price was proposed", e);
        }
    }

    @Incoming("feeder-cleared-in")
    CompletionStage<Void> cleared(ConsumerRecords<byte[], byte[]> records) {
        return onThread(here -> {
            catchingUp = records.count() >= 400;
            for (ConsumerRecord<byte[], byte[]> record : records) {
                try {
                    here.on(ClearedRecord.decode(record.value()));
                } catch (Undecodable e) {
                    deadLetter(record, e);
                }
            }
        });
    }

    @Incoming("feeder-prices-in")
    CompletionStage<Void> prices(ConsumerRecords<byte[], byte[]> records) {
        return onThread(here -> {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                try {
                    here.on(PriceRecord.decode(record.value()), clock.millis());
                } catch (Undecodable e) {
                    deadLetter(record, e);
                }
            }
        });
    }

    private CompletionStage<Void> onThread(Consumer<FeederDesk> work) {
        ScheduledExecutorService executor = thread;
        FeederDesk here = desk;
        if (executor == null || here == null) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.runAsync(() -> work.accept(here), executor);
    }

    private void deadLetter(ConsumerRecord<byte[], byte[]> record, Undecodable why) {
        LOG.warnf("Record %d of '%s' goes to the dead letters: %s", record.offset(), record.topic(), why.what());
        send(deadLetters, letters.key(record), letters.value(record, why.reason(), why.what()));
    }

    private void send(Instance<MutinyEmitter<byte[]>> channel, byte[] key, byte[] value) {
        Message<byte[]> message = Message.of(value)
                .addMetadata(OutgoingKafkaRecordMetadata.builder().withKey(key).build());
        emitters.computeIfAbsent(channel, Instance::get)
                .sendMessage(message)
                .subscribe()
                .with(done -> {}, failure -> LOG.warn("A record was not written", failure));
    }

    /** A key file holds 32 bytes as hex, with or without 0x. */
    private static PrivateKeySigner key(Path file) {
        try {
            String hex = Files.readString(file).strip();
            return PrivateKeySigner.parse(hex.startsWith("0x") ? hex : "0x" + hex);
        } catch (IOException e) {
            throw new UncheckedIOException("The feeder's key file (%s) cannot be read".formatted(file), e);
        }
    }

    private static IllegalStateException missing(String property) {
        return new IllegalStateException("The role feeder needs the setting (%s)".formatted(property));
    }

    private final class Topics implements FeederDesk.Outbox {
        @Override
        public void price(PriceRecord record) {
            send(prices, DOMAIN_KEY, record.encode());
        }

        @Override
        public void command(PriceCommand price) {
            send(commands, DOMAIN_KEY, price.encode());
        }

        @Override
        public void declined(Address feeder, PriceRecord.Proposed proposed, String why) {
            LOG.warnf(
                    "Feeder %s does not sign price %d of %s: %s", feeder, proposed.sequence(), proposed.feeder(), why);
        }
    }
}
