package io.parley.intents.infra.kafka;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jspecify.annotations.Nullable;

/** What the topics bring, poll by poll; a poll's offsets are committed when it is in the views. */
@Singleton
final class Incomings {

    private final ViewsFeed feed;

    Incomings(ViewsFeed feed) {
        this.feed = feed;
    }

    @Incoming("api-intents-in")
    @Incoming("api-auctions-in")
    @Incoming("api-commitments-in")
    @Incoming("api-bids-in")
    @Incoming("api-screened-bids-in")
    @Incoming("api-cleared-in")
    @Incoming("api-batches-in")
    @Incoming("api-settlements-in")
    @Incoming("api-dead-letters-in")
    Uni<@Nullable Void> write(ConsumerRecords<byte[], byte[]> poll) {
        return Uni.createFrom().completionStage(feed.write(Log.records(poll)));
    }
}
