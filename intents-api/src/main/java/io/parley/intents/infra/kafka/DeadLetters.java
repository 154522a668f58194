package io.parley.intents.infra.kafka;

import io.parley.protocol.wire.DeadLetter;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/** Records that the views could not read, for an operator to look at. */
@Singleton
final class DeadLetters {

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);

    private final Instance<MutinyEmitter<Record<byte[], byte[]>>> out;

    DeadLetters(
            @Channel("api-dead-letters-out") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Instance<MutinyEmitter<Record<byte[], byte[]>>> out) {
        this.out = out;
    }

    Uni<Void> send(DeadLetter letter) {
        LOG.warnf(
                "Dead letter: %s-%d@%d (%d) %s",
                letter.topic(), letter.partition(), letter.offset(), letter.code(), letter.detail());
        return out.get().send(Record.of(letter.topic().getBytes(StandardCharsets.UTF_8), letter.encode()));
    }
}
