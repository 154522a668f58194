package io.parley.protocol.wire;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The topics at which the roles meet, with their layout on the broker. */
public enum Topic {
    /** Signed intents, keyed by owner. */
    INTENTS("intents", 4, 14, false),
    /** Price proposals and co-signatures of feeders. */
    PRICES("prices", 1, 7, false),
    /** What the auction opens and closes, keyed by auction. */
    AUCTIONS("auctions", 1, null, false),
    /** Commitments and the marker that closes their phase, keyed by auction. */
    COMMITMENTS("commitments", 1, null, false),
    /** Revealed bids and the marker that closes their phase, keyed by auction. */
    BIDS("bids", 1, null, false),
    /** Verdicts on commitments and bids, keyed by auction. */
    SCREENED_BIDS("screened-bids", 1, null, false),
    /** The one ordered log. Never written in a transaction. */
    COMMANDS("commands", 1, null, false),
    /** What became of each command; read it read_committed. */
    CLEARED("cleared", 1, null, true),
    /** Batches of steps for the chain; read it read_committed. */
    BATCHES("batches", 1, null, true),
    /** Signed routes, keyed by owner. */
    ROUTES("routes", 1, 14, false),
    /** What became of each batch on chain. */
    SETTLEMENTS("settlements", 1, null, false),
    /** Records that a role could not read. */
    DEAD_LETTERS("dead-letters", 1, 30, false);

    private final String topicName;
    private final int partitions;
    private final Optional<Duration> retention;
    private final boolean transactional;

    Topic(String topicName, int partitions, @Nullable Integer days, boolean transactional) {
        this.topicName = topicName;
        this.partitions = partitions;
        this.retention = Optional.ofNullable(days).map(Duration::ofDays);
        this.transactional = transactional;
    }

    /** {@return the name on the broker, before any prefix of a deployment} */
    public String topicName() {
        return topicName;
    }

    /** {@return the number of partitions} */
    public int partitions() {
        return partitions;
    }

    /** {@return for how long records are kept, empty for ever} */
    public Optional<Duration> retention() {
        return retention;
    }

    /** {@return whether it is written in transactions, so that its readers must be read_committed} */
    public boolean transactional() {
        return transactional;
    }

    /**
     * {@return the topic of a name, empty if there is none}
     *
     * @param topicName the name on the broker
     */
    public static Optional<Topic> of(String topicName) {
        for (Topic topic : values()) {
            if (topic.topicName.equals(topicName)) {
                return Optional.of(topic);
            }
        }
        return Optional.empty();
    }
}
