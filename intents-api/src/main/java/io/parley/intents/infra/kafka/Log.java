package io.parley.intents.infra.kafka;

import io.parley.intents.domain.LogRecord;
import io.parley.protocol.wire.Topic;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The topics as they stand, read from any offset to their end without a consumer group. */
@Singleton
final class Log {

    private static final Duration POLL = Duration.ofMillis(200);

    /** Listings first: the ids of intents need their names. */
    private static final List<List<Topic>> ORDER = List.of(
            List.of(Topic.CLEARED),
            List.of(
                    Topic.INTENTS,
                    Topic.AUCTIONS,
                    Topic.COMMITMENTS,
                    Topic.BIDS,
                    Topic.SCREENED_BIDS,
                    Topic.BATCHES,
                    Topic.SETTLEMENTS,
                    Topic.DEAD_LETTERS));

    private final Map<String, Object> broker;

    Log(@Identifier("default-kafka-broker") Map<String, Object> broker) {
        this.broker = broker;
    }

    /**
     * Blocks until everything that stands in the topics now has been given away.
     *
     * @param from the offset to start at by topic/partition; from the first where there is none
     * @param most how many records to give away at a time
     * @return how many records were read
     */
    long readToEnd(Map<String, Long> from, int most, Consumer<List<LogRecord>> reader) {
        var settings = new HashMap<>(broker);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, most);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        long count = 0;
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (var topics : ORDER) {
                count += readToEnd(consumer, topics, from, reader);
            }
        }
        return count;
    }

    private static long readToEnd(
            KafkaConsumer<byte[], byte[]> consumer,
            List<Topic> topics,
            Map<String, Long> from,
            Consumer<List<LogRecord>> reader) {
        var partitions = new ArrayList<TopicPartition>();
        var existing = consumer.listTopics();
        for (var topic : topics) {
            for (var info : existing.getOrDefault(topic.topicName(), List.of())) {
                partitions.add(new TopicPartition(info.topic(), info.partition()));
            }
        }
        consumer.assign(partitions);
        var ends = consumer.endOffsets(partitions);
        var starts = consumer.beginningOffsets(partitions);
        for (var partition : partitions) {
            long start = from.getOrDefault(partition.topic() + "/" + partition.partition(), 0L);
            consumer.seek(partition, Math.max(start, starts.getOrDefault(partition, 0L)));
        }
        long count = 0;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            if (Thread.interrupted()) {
                throw new org.apache.kafka.common.errors.InterruptException("The reading of the log was stopped");
            }
            var records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                reader.accept(records(records));
                count += records.count();
            }
        }
        return count;
    }

    static List<LogRecord> records(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        return StreamSupport.stream(records.spliterator(), false)
                .map(r -> new LogRecord(
                        r.topic(), r.partition(), r.offset(), r.timestamp(), bytes(r.key()), bytes(r.value())))
                .toList();
    }

    private static byte[] bytes(byte @org.jspecify.annotations.Nullable [] bytes) {
        return bytes == null ? new byte[0] : bytes;
    }
}
