package io.parley.auction.infra.kafka;

import io.parley.devnet.EmbeddedKafka;
import io.parley.devnet.Topics;
import io.parley.protocol.wire.Topic;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real broker with the documented topics, for one test class. It runs in the class loader of the tests, not of the
 * application, so it uses none of the application's classes that tests share.
 */
public class BrokerWithTopics implements QuarkusTestResourceLifecycleManager {

    private EmbeddedKafka kafka;
    private Path directory;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("parley-auction");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        kafka = EmbeddedKafka.start(directory.resolve("kafka"));
        Topics.create(
                kafka.bootstrapServers(),
                Arrays.stream(Topic.values())
                        .map(topic -> new io.parley.devnet.Topic(topic.topicName(), topic.partitions(), Map.of()))
                        .toList());
        return Map.of(
                "kafka.bootstrap.servers",
                kafka.bootstrapServers(),
                "parley.role.auction",
                "true",
                "parley.chain.id",
                "31337",
                "parley.chain.vault",
                "0x00000000000000000000000000000000000000aa",
                // Long enough that a busy machine is in time.
                "parley.auction.window-ms",
                "2000",
                "parley.auction.commit-ms",
                "1400",
                // What the tests leave unscreened shall not hold up the rest for long.
                "parley.auction.patience-ms",
                "8000");
    }

    @Override
    public void stop() {
        if (kafka != null) {
            kafka.close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(BrokerWithTopics::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
