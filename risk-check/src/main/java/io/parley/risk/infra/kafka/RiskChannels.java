package io.parley.risk.infra.kafka;

import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import io.parley.risk.LedgerStatus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The role risk of this process: starts and stops the clearing loop, and brings the screening its records. */
@ApplicationScoped
public class RiskChannels {

    private static final Logger LOG = Logger.getLogger(RiskChannels.class);

    @Inject
    @Channel("risk-screened-bids-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> screenedBids;

    @Inject
    @Channel("risk-dead-letters-out")
    @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
    Instance<MutinyEmitter<byte[]>> deadLetters;

    @Inject
    LedgerStatus status;

    @ConfigProperty(name = "parley.role.risk", defaultValue = "false")
    boolean enabled;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    Optional<String> bootstrapServers;

    @ConfigProperty(name = "parley.node.id", defaultValue = "n1")
    String node;

    @ConfigProperty(name = "parley.chain.id")
    Optional<Long> chainId;

    @ConfigProperty(name = "parley.chain.vault")
    Optional<String> vault;

    @ConfigProperty(name = "parley.clearing.domain", defaultValue = "default")
    String clearingDomain;

    @ConfigProperty(name = "parley.data", defaultValue = ".parley")
    Path data;

    @ConfigProperty(name = "parley.risk.snapshot-every", defaultValue = "5000")
    long snapshotEvery;

    @ConfigProperty(name = "parley.risk.most-per-transaction", defaultValue = "500")
    int mostPerTransaction;

    private final Clock clock = Clock.systemUTC();
    private final DeadLetters letters = new DeadLetters(clock);
    private @Nullable ClearingLoop loop;
    private @Nullable ScreeningDesk desk;
    private @Nullable MutinyEmitter<byte[]> answers;
    private @Nullable MutinyEmitter<byte[]> buried;

    void start(@Observes StartupEvent event) {
        if (!enabled) {
            return;
        }
        Domain domain = new Domain(
                chainId.orElseThrow(() -> missing("parley.chain.id")),
                Address.parse(vault.orElseThrow(() -> missing("parley.chain.vault"))));
        ClearingSettings settings = new ClearingSettings(
                bootstrapServers.orElseThrow(() -> missing("kafka.bootstrap.servers")),
                node,
                domain,
                clearingDomain,
                data.resolve("snapshots"),
                snapshotEvery,
                mostPerTransaction);
        KafkaClients clients = new KafkaClients(settings);
        desk = new ScreeningDesk(domain, clients, new Topics());
        answers = screenedBids.get();
        buried = deadLetters.get();
        loop = new ClearingLoop(settings, clients, status, clock, desk);
        loop.start();
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }

    @Incoming("risk-auctions-in")
    CompletionStage<@Nullable Void> auctions(ConsumerRecords<byte[], byte[]> records) {
        return take(Topic.AUCTIONS, records);
    }

    @Incoming("risk-commitments-in")
    CompletionStage<@Nullable Void> commitments(ConsumerRecords<byte[], byte[]> records) {
        return take(Topic.COMMITMENTS, records);
    }

    @Incoming("risk-bids-in")
    CompletionStage<@Nullable Void> bids(ConsumerRecords<byte[], byte[]> records) {
        return take(Topic.BIDS, records);
    }

    private CompletionStage<@Nullable Void> take(Topic topic, ConsumerRecords<byte[], byte[]> records) {
        ClearingLoop ledger = loop;
        ScreeningDesk screening = desk;
        if (ledger == null || screening == null) {
            return CompletableFuture.completedFuture(null);
        }
        return ledger.visit(house -> screening.take(topic, records, house));
    }

    private static IllegalStateException missing(String property) {
        return new IllegalStateException("The role risk needs the setting (%s)".formatted(property));
    }

    private final class Topics implements ScreeningDesk.Outbox {
        @Override
        public void answer(ScreeningRecord answer) {
            if (answer instanceof ScreeningRecord.Verdict verdict && !verdict.isAdmitted()) {
                LOG.infof(
                        "Auction %d: bid %s of %s is out: %d %s",
                        verdict.auction(), verdict.bid(), verdict.solver(), verdict.code(), verdict.detail());
            }
            if (answer instanceof ScreeningRecord.Hold hold && !hold.isHeld()) {
                LOG.infof(
                        "Auction %d: the cap of %s is not held: %d %s",
                        hold.auction(), hold.solver(), hold.code(), hold.detail());
            }
            send(answers, new WireWriter(8).u63(answer.auction()).toBytes(), answer.encode());
        }

        @Override
        public void deadLetter(ConsumerRecord<byte[], byte[]> record, Undecodable why) {
            LOG.warnf("Record %d of '%s' goes to the dead letters: %s", record.offset(), record.topic(), why.what());
            send(buried, letters.key(record), letters.value(record, why.reason(), why.what()));
        }

        private void send(@Nullable MutinyEmitter<byte[]> channel, byte[] key, byte[] value) {
            if (channel == null) {
                throw new IllegalStateException("The role risk has not started");
            }
            Message<byte[]> message = Message.of(value)
                    .addMetadata(
                            OutgoingKafkaRecordMetadata.builder().withKey(key).build());
            channel.sendMessage(message)
                    .subscribe()
                    .with(done -> {}, failure -> LOG.error("An answer of the screening was not written", failure));
        }
    }
}
