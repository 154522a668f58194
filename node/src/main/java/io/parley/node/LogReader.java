package io.parley.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from an offset to its present end, without a group, so that nobody's position changes. */
public final class LogReader {

    private final String bootstrapServers;

    public LogReader(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Hands every committed record to the reader, partition by partition in offset order.
     *
     * @return how many there were
     */
    public long read(String topic, long fromOffset, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        var settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 32 << 20);
        long count = 0;
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topic).forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            for (var partition : partitions) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, fromOffset);
                while (consumer.position(partition) < ends.getOrDefault(partition, 0L)) {
                    for (var record : consumer.poll(Duration.ofMillis(500))) {
                        reader.accept(record);
                        count++;
                    }
                }
            }
        }
        return count;
    }
}
