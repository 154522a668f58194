package io.parley.devnet;

import java.util.Map;

/**
 * A topic to create.
 *
 * @param partitions how many; one where the order of all records matters
 * @param config Kafka's topic settings, such as {@code cleanup.policy}
 */
public record Topic(String name, int partitions, Map<String, String> config) {

    public Topic {
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "The topic (%s) has (%d) partitions; it must have at least one".formatted(name, partitions));
        }
        config = Map.copyOf(config);
    }
}
