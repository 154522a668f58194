package io.parley.risk.infra.kafka;

import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka clients as the clearing loop needs them. */
public class KafkaClients {

    /** More than any run of dead letters, which leave no record in {@code cleared}. */
    private static final long TAIL = 1_000;

    private final ClearingSettings settings;

    public KafkaClients(ClearingSettings settings) {
        this.settings = settings;
    }

    /** A member of the group that owns {@code commands}. */
    KafkaConsumer<byte[], byte[]> member() {
        Map<String, Object> config = reading();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.transactionalId());
        // A restarted process takes its old place, instead of waiting until the old one is declared dead.
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, settings.transactionalId() + "-" + settings.node());
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.mostPerTransaction());
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
        // The topic may be made after this process was started.
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
        // Folding a long log again happens between two polls.
        config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 900_000);
        return new KafkaConsumer<>(config);
    }

    /** The one producer of {@code cleared} and {@code batches}: making it and initialising it fences the last one. */
    protected Producer<byte[], byte[]> producer() {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.transactionalId());
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        // The commit flushes, so nothing waits for this; without it each record would be a request of its own.
        config.put(ProducerConfig.LINGER_MS_CONFIG, 100);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 1024 * 1024);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 9_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 32 * 1024 * 1024);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 128L * 1024 * 1024);
        // A transaction may begin only when the markers of the last are written; the default waits 100 ms to ask again.
        config.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 2);
        config.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 50);
        return new KafkaProducer<>(config);
    }

    /** Reads a range of a partition, the end excluded, outside any group. Returns when all of it was taken. */
    void replay(TopicPartition partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        if (from >= to) {
            return;
        }
        Map<String, Object> config = reading();
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            while (consumer.position(partition) < to) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (record.offset() < to) {
                        taker.accept(record);
                    }
                }
            }
        }
    }

    /**
     * Reads the newest records of a topic of one partition, all of them that are there now.
     *
     * @return the offset of the first record that was not read
     */
    long tail(Topic topic, long most, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        TopicPartition partition = new TopicPartition(topic.topicName(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(reading())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            consumer.seek(partition, Math.max(end - most, begin));
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    taker.accept(record);
                }
            }
            return consumer.position(partition);
        }
    }

    /** The last command with a committed outcome, by {@code cleared}; empty if nothing was ever cleared. */
    OptionalLong lastClearedCommand() {
        TopicPartition cleared = new TopicPartition(Topic.CLEARED.topicName(), 0);
        Map<String, Object> config = reading();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            consumer.assign(List.of(cleared));
            // Read committed: the end is that of the last transaction that is settled.
            long end = consumer.endOffsets(List.of(cleared)).getOrDefault(cleared, 0L);
            long last = -1;
            for (long until = end; until > 0 && last < 0; until -= TAIL) {
                consumer.seek(cleared, Math.max(until - TAIL, 0));
                while (consumer.position(cleared) < until) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                        last = Math.max(
                                last, ClearedRecord.decode(record.value()).commandsOffset());
                    }
                }
            }
            return last < 0 ? OptionalLong.empty() : OptionalLong.of(last);
        }
    }

    /** What tells this topic apart from one of the same name that was there before. */
    String identity(String topic) {
        try (Admin admin = Admin.create(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers()))) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get(10, TimeUnit.SECONDS).values().stream()
                    .map(description -> description.topicId().toString())
                    .findAny()
                    .orElseThrow();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The broker did not describe the topic (%s)".formatted(topic), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking for the topic (%s)".formatted(topic), e);
        }
    }

    private Map<String, Object> reading() {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // What reads a range and closes would wait in close() for the fetch that it sent ahead.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
        // An aborted record is in the log all the same: whoever replays it must see what was folded.
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        return config;
    }
}
