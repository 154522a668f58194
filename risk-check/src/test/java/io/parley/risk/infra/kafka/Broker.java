package io.parley.risk.infra.kafka;

import io.parley.devnet.EmbeddedKafka;
import io.parley.devnet.Topics;
import io.parley.protocol.wire.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real broker with Parley's topics, and what a test does with it. */
public final class Broker implements AutoCloseable {

    private final EmbeddedKafka kafka;
    private final KafkaProducer<byte[], byte[]> producer;

    public Broker(Path folder) {
        kafka = EmbeddedKafka.start(folder);
        Topics.create(
                kafka.bootstrapServers(),
                Arrays.stream(Topic.values())
                        .map(t -> new io.parley.devnet.Topic(t.topicName(), t.partitions(), Map.of()))
                        .toList());
        awaitLeaders();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all", "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** A producer that writes before the broker leads its partition may find its first records out of order for ever. */
    private void awaitLeaders() {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        for (Topic topic : Topic.values()) {
            for (int i = 0; i < topic.partitions(); i++) {
                all.put(new TopicPartition(topic.topicName(), i), OffsetSpec.latest());
            }
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.listOffsets(all).all().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    public String servers() {
        return kafka.bootstrapServers();
    }

    public void write(Topic topic, byte[] value) {
        producer.send(new ProducerRecord<>(topic.topicName(), 0, null, value));
    }

    public void write(Topic topic, List<byte[]> values) {
        values.forEach(value -> write(topic, value));
        producer.flush();
    }

    /** All that is committed now. */
    public List<ConsumerRecord<byte[], byte[]>> committed(Topic topic) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                servers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "fetch.max.wait.ms",
                20);
        TopicPartition partition = new TopicPartition(topic.topicName(), 0);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        kafka.close();
    }
}
