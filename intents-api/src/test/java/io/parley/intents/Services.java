package io.parley.intents;

import io.parley.devnet.EmbeddedKafka;
import io.parley.devnet.EmbeddedPostgres;
import io.parley.devnet.Topics;
import io.parley.protocol.wire.Topic;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A broker and a database of their own for the tests, and the role switched on. */
public final class Services implements QuarkusTestResourceLifecycleManager {

    private EmbeddedKafka kafka;
    private EmbeddedPostgres postgres;

    @Override
    public Map<String, String> start() {
        Path directory;
        try {
            directory = Files.createTempDirectory("parley-api");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var broker = CompletableFuture.supplyAsync(() -> EmbeddedKafka.start(directory.resolve("kafka")));
        postgres = EmbeddedPostgres.start(directory.resolve("postgres"));
        kafka = broker.join();
        Topics.create(
                kafka.bootstrapServers(),
                Arrays.stream(Topic.values())
                        .map(t -> new io.parley.devnet.Topic(t.topicName(), t.partitions(), Map.of()))
                        .toList());
        var database = "127.0.0.1:%d/%s".formatted(postgres.port(), EmbeddedPostgres.DATABASE);
        return Map.ofEntries(
                Map.entry("parley.role.api", "true"),
                Map.entry("parley.api.sender.per-second", "1"),
                Map.entry("parley.api.sender.burst", "20"),
                Map.entry("parley.chain.id", Long.toString(Scene.DOMAIN.chainId())),
                Map.entry("parley.chain.vault", Scene.DOMAIN.vault().hex()),
                Map.entry("kafka.bootstrap.servers", kafka.bootstrapServers()),
                Map.entry("quarkus.datasource.username", EmbeddedPostgres.USER),
                Map.entry("quarkus.datasource.password", ""),
                Map.entry("quarkus.datasource.reactive.url", "postgresql://" + database),
                Map.entry("quarkus.datasource.jdbc.url", "jdbc:postgresql://" + database));
    }

    @Override
    public void stop() {
        if (kafka != null) {
            kafka.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }
}
