package io.parley.intents;

import io.parley.protocol.wire.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics from outside: what other roles write, and what can be read of them. */
final class Broker implements AutoCloseable {

    private final Map<String, Object> settings;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> asker;

    Broker(String bootstrapServers) {
        settings = Map.of("bootstrap.servers", bootstrapServers, "acks", "all");
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        asker = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(p -> new TopicPartition(topic.topicName(), p))
                .toList();
    }

    /** How many records were ever written to a topic. */
    synchronized long size(Topic topic) {
        return asker.endOffsets(partitions(topic)).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Returns when the broker has all of them, in order. */
    void write(List<Scene.Posted> records) {
        try {
            var sent = new ArrayList<java.util.concurrent.Future<?>>();
            for (var record : records) {
                sent.add(producer.send(new ProducerRecord<>(record.topic().topicName(), record.key(), record.value())));
            }
            for (var future : sent) {
                future.get(20, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Everything that stands in a topic, partition by partition. */
    List<ConsumerRecord<byte[], byte[]>> read(Topic topic) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", settings.get("bootstrap.servers"), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            var partitions = partitions(topic);
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            consumer.seekToBeginning(partitions);
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    @Override
    public void close() {
        producer.close();
        asker.close();
    }
}
