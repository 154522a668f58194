package io.parley.devnet;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** Declares topics on a broker of one's own; a broker that others run is theirs to set up. */
public final class Topics {

    private static final short REPLICAS = 1;

    private Topics() {}

    /** Creates those that are missing and leaves those that exist as they are. Returns when the broker has agreed. */
    public static void create(String bootstrapServers, Collection<Topic> topics) {
        try (var admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                20_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                10_000))) {
            var created = admin.createTopics(topics.stream()
                            .map(t -> new NewTopic(t.name(), t.partitions(), REPLICAS).configs(t.config()))
                            .toList())
                    .values();
            created.forEach(Topics::await);
        }
    }

    private static void await(String topic, KafkaFuture<Void> creation) {
        try {
            creation.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new DevnetException("The topic (%s) could not be created".formatted(topic), e.getCause());
            }
        } catch (TimeoutException e) {
            throw new DevnetException("The broker did not answer about the topic (%s)".formatted(topic), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DevnetException("Interrupted while creating the topic (%s)".formatted(topic), e);
        }
    }
}
