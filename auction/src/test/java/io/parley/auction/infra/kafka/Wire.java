package io.parley.auction.infra.kafka;

import static org.awaitility.Awaitility.await;

import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The other roles' end of the topics: writes by hand, and reads everything from the start. */
final class Wire implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();

    Wire(String bootstrapServers) {
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.LINGER_MS_CONFIG, 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = Arrays.stream(Topic.values())
                .flatMap(topic -> IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.topicName(), partition)))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    long write(Topic topic, byte[] value) {
        try {
            return producer.send(new ProducerRecord<>(topic.topicName(), 0, new byte[] {1}, value))
                    .get(20, TimeUnit.SECONDS)
                    .offset();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The records of a topic read so far, decoded; poison is skipped. */
    <T> List<T> all(Topic topic, Function<byte[], T> decode) {
        consumer.poll(Duration.ofMillis(20)).forEach(read::add);
        return read.stream()
                .filter(record -> record.topic().equals(topic.topicName()))
                .flatMap(record -> readable(record.value(), decode).stream())
                .toList();
    }

    private static <T> Optional<T> readable(byte[] value, Function<byte[], T> decode) {
        try {
            return Optional.of(decode.apply(value));
        } catch (Undecodable poison) {
            return Optional.empty();
        }
    }

    /** Waits for a record. */
    <T> T expect(Topic topic, Function<byte[], T> decode, Predicate<T> wanted) {
        return await("a record in " + topic)
                .atMost(30, TimeUnit.SECONDS)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> all(topic, decode).stream().filter(wanted).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
