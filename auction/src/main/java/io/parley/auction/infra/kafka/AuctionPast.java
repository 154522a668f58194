package io.parley.auction.infra.kafka;

import io.parley.protocol.wire.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what was written before this life, up to given positions, outside any group. */
class AuctionPast {

    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrapServers;

    AuctionPast(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Reads one topic.
     *
     * @param topic the topic
     * @param until for each of its partitions the position to stop before
     * @param most at most so many of the latest offsets of each partition
     * @param taker takes each record, in order within its partition
     */
    void read(Topic topic, Map<TopicPartition, Long> until, long most, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        if (topic.transactional()) {
            config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        }
        List<TopicPartition> partitions = until.keySet().stream()
                .filter(partition -> partition.topic().equals(topic.topicName()))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            consumer.assign(partitions);
            consumer.beginningOffsets(partitions)
                    .forEach((partition, first) ->
                            consumer.seek(partition, Math.max(first, until.getOrDefault(partition, 0L) - most)));
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < until.getOrDefault(partition, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    if (record.offset() < until.getOrDefault(partition, 0L)) {
                        taker.accept(record);
                    }
                }
            }
        }
    }

    /** {@return where a topic ends now: what a reader of it would read next} */
    Map<TopicPartition, Long> end(Topic topic) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        if (topic.transactional()) {
            config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        }
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            return new HashMap<>(consumer.endOffsets(consumer.partitionsFor(topic.topicName()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList()));
        }
    }
}
