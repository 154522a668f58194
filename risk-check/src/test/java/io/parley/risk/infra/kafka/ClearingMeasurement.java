package io.parley.risk.infra.kafka;

import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.Topic;
import io.parley.risk.LedgerStatus;
import io.parley.risk.Market;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Measures by hand: from a command's write to its outcome at a read_committed reader, and how many a second. */
public final class ClearingMeasurement {

    private ClearingMeasurement() {}

    public static void main(String[] args) throws Exception {
        int rate = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        Market market = Market.busy(rate * seconds + 2_000);
        List<byte[]> log = market.log();
        Path folder = Files.createTempDirectory("parley-measure");
        try (Broker broker = new Broker(folder.resolve("kafka"))) {
            ClearingSettings settings = new ClearingSettings(
                    broker.servers(), "n1", Market.DOMAIN, "default", folder.resolve("snapshots"), 5_000, 500);
            LedgerStatus status = new LedgerStatus();
            try (ClearingLoop loop = new ClearingLoop(
                    settings, new KafkaClients(settings), status, Clock.systemUTC(), ClearingProcess.NOBODY)) {
                loop.start();
                long[] sent = new long[log.size()];
                long[] latency = new long[log.size()];
                Thread reader = Thread.ofPlatform().start(() -> read(broker, sent, latency));
                long begin = System.nanoTime();
                for (int i = 0; i < 2_000; i++) {
                    sent[i] = System.nanoTime();
                    broker.write(Topic.COMMANDS, log.get(i));
                }
                while (status.now().nextOffset() < 2_000) {
                    LockSupport.parkNanos(100_000);
                }
                System.out.printf("burst of 2000, cold: %d ms%n", (System.nanoTime() - begin) / 1_000_000);
                begin = System.nanoTime();
                for (int i = 2_000; i < log.size(); i++) {
                    long due = begin + (i - 2_000) * 1_000_000_000L / rate;
                    while (System.nanoTime() < due) {
                        LockSupport.parkNanos(50_000);
                    }
                    sent[i] = System.nanoTime();
                    broker.write(Topic.COMMANDS, log.get(i));
                }
                reader.join();
                long[] warm = Arrays.copyOfRange(latency, 2_000 + rate, latency.length);
                Arrays.sort(warm);
                System.out.printf(
                        "%d/s: p50 %.1f ms, p99 %.1f ms, max %.1f ms, %d commits%n",
                        rate,
                        warm[warm.length / 2] / 1e6,
                        warm[warm.length * 99 / 100] / 1e6,
                        warm[warm.length - 1] / 1e6,
                        status.now().commits());
            }
        }
    }

    private static void read(Broker broker, long[] sent, long[] latency) {
        Map<String, Object> config = Map.of("bootstrap.servers", broker.servers(), "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition cleared = new TopicPartition(Topic.CLEARED.topicName(), 0);
            consumer.assign(List.of(cleared));
            consumer.seekToBeginning(List.of(cleared));
            for (int read = 0; read < sent.length; ) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    int offset = (int) ClearedRecord.decode(record.value()).commandsOffset();
                    latency[offset] = System.nanoTime() - sent[offset];
                    read++;
                }
            }
        }
    }
}
