package io.parley.intents.infra.rest;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.intents.domain.Door;
import io.parley.intents.domain.Entry;
import io.parley.intents.domain.KnownState;
import io.parley.intents.infra.config.ApiConfig;
import io.parley.intents.infra.kafka.Outgoing;
import io.parley.intents.infra.kafka.ViewsFeed;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.WithdrawCommand;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Carries what came in to the door and, if it is let in, to the log; answers when the broker has it. */
@Singleton
final class DoorDesk {

    private static final Logger LOG = Logger.getLogger(DoorDesk.class);

    private final Door door;
    private final KnownState known;
    private final Outgoing outgoing;
    private final ViewsFeed feed;
    private final ApiConfig config;
    private final MeterRegistry metrics;
    private final Clock clock = Clock.systemUTC();

    DoorDesk(Door door, KnownState known, Outgoing outgoing, ViewsFeed feed, ApiConfig config, MeterRegistry metrics) {
        this.door = door;
        this.known = known;
        this.outgoing = outgoing;
        this.feed = feed;
        this.config = config;
        this.metrics = metrics;
        metrics.gauge("parley.door.unacknowledged", door, Door::unacknowledged);
        metrics.gauge("parley.door.waiting", door, d -> d.waiting(clock.millis()));
    }

    Uni<Answers.Accepted> intent(byte @Nullable [] body) {
        return counted("intent", () -> {
            SignedIntent signed = SignedJson.intent(read(body), known.listings());
            return enter(door.intent(signed, clock.millis()), () -> outgoing.write(signed));
        });
    }

    Uni<Answers.Accepted> withdrawal(byte @Nullable [] body) {
        return counted("withdrawal", () -> {
            WithdrawCommand command = SignedJson.withdrawal(read(body), known.listings());
            return enter(door.withdrawal(command, clock.millis()), () -> outgoing.write(command));
        });
    }

    Uni<Answers.Accepted> cancel(byte @Nullable [] body) {
        return counted("cancel", () -> {
            CancelCommand command = SignedJson.cancel(read(body));
            return enter(door.cancel(command, clock.millis()), () -> outgoing.write(command));
        });
    }

    Uni<Answers.Accepted> mode(byte @Nullable [] body) {
        return counted("mode", () -> {
            SetModeCommand command = SignedJson.mode(read(body));
            return enter(door.mode(command, clock.millis()), () -> outgoing.write(command));
        });
    }

    Uni<Answers.Accepted> heartbeat(byte @Nullable [] body) {
        return counted("heartbeat", () -> {
            HeartbeatCommand command = SignedJson.heartbeat(read(body));
            return enter(door.heartbeat(command, clock.millis()), () -> outgoing.write(command));
        });
    }

    private JsonBody read(byte @Nullable [] body) {
        if (!feed.isReady()) {
            throw refused(
                    Door.unavailable("the ledger", "be read first; the door opens when the views are up to date"));
        }
        return JsonBody.read(body, config.bounds().body());
    }

    private Uni<Answers.Accepted> counted(String what, Supplier<Uni<Answers.Accepted>> work) {
        try {
            return work.get().invoke(() -> count(what, "accepted"));
        } catch (Refused e) {
            count(what, Integer.toString(e.refusal().reason().code()));
            throw e;
        }
    }

    private void count(String what, String outcome) {
        metrics.counter("parley.door", "what", what, "outcome", outcome).increment();
    }

    private Uni<Answers.Accepted> enter(Entry entry, Supplier<Uni<Void>> write) {
        return switch (entry) {
            case Entry.Refused refused -> throw new Refused(refused.refusal());
            case Entry.Busy busy -> throw refused(busy);
            case Entry.Admitted admitted -> {
                var id = admitted.id();
                // Subscribed here and now: what was sent is accounted for even if the sender hangs up.
                var written = write.get().subscribeAsCompletionStage().whenComplete((done, failure) -> {
                    if (failure == null) {
                        door.written(id);
                    } else {
                        LOG.warnf(failure, "The broker did not acknowledge %s", id);
                        door.failed(id);
                    }
                });
                yield Uni.createFrom()
                        .completionStage(written)
                        .onFailure()
                        .transform(e -> new Refused(
                                new Refusal(
                                        Reason.OVERLOADED,
                                        "log",
                                        "not acknowledged",
                                        "be reached; it is safe to send the same again"),
                                1))
                        .map(done -> new Answers.Accepted(id.hex(), "accepted"));
            }
        };
    }

    private static Refused refused(Entry.Busy busy) {
        return new Refused(busy.refusal(), busy.seconds());
    }
}
