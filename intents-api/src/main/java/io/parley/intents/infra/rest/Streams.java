package io.parley.intents.infra.rest;

import io.parley.intents.domain.Door;
import io.parley.intents.infra.config.ApiConfig;
import io.parley.intents.infra.store.Changes;
import io.parley.intents.infra.store.EventLog;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Event streams. They hold nothing: a stream asks the views what is behind its cursor whenever they have changed, so a slow
 * reader costs nobody anything, and who comes back with the id of the last event goes on behind it, at any process.
 */
@Singleton
final class Streams {

    private static final Logger LOG = Logger.getLogger(Streams.class);
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** However often the views change, a reader has them asked so often at most. */
    private static final Duration PAUSE = Duration.ofMillis(40);

    private static final int MOST = 500;
    private static final int RECENT = 100;
    private static final Pattern LIFE = Pattern.compile("(\\d{1,18})-(\\d{1,18})-(\\d{1,9})");
    private static final Pattern FEED = Pattern.compile("\\d{1,18}");

    private enum Tick {
        LOOK,
        BEAT
    }

    private final EventLog log;
    private final Changes changes;
    private final ApiConfig config;
    private final AtomicInteger open = new AtomicInteger();

    Streams(EventLog log, Changes changes, ApiConfig config) {
        this.log = log;
        this.changes = changes;
        this.config = config;
    }

    /**
     * The life of one intent in its own order. What arrives together is told together: the id of an event says from which to
     * which arrival that was, and which event of them it is.
     */
    Multi<OutboundSseEvent> ofIntent(String intent, @Nullable String last, Sse sse) {
        var cursor = new Life(last);
        return stream(
                sse, () -> log.ofIntent(intent, cursor.from, cursor.upTo).map(events -> cursor.tell(events, sse)));
    }

    private static final class Life {
        private long from;
        private long upTo = Long.MAX_VALUE;
        private int told;

        Life(@Nullable String last) {
            var matcher = LIFE.matcher(last == null ? "" : last);
            if (matcher.matches()) {
                from = Long.parseLong(matcher.group(1));
                upTo = Long.parseLong(matcher.group(2));
                told = Integer.parseInt(matcher.group(3)) + 1;
            }
        }

        List<OutboundSseEvent> tell(List<EventLog.Event> events, Sse sse) {
            long start = from;
            long end = upTo != Long.MAX_VALUE
                    ? upTo
                    : events.stream().mapToLong(EventLog.Event::arrival).max().orElse(from);
            var told = new java.util.ArrayList<OutboundSseEvent>();
            for (int i = this.told; i < events.size(); i++) {
                var event = events.get(i);
                told.add(event(sse, "%d-%d-%d".formatted(start, end, i), event));
            }
            from = end;
            upTo = Long.MAX_VALUE;
            this.told = 0;
            return told;
        }
    }

    /** Everything, from the latest few on. */
    Multi<OutboundSseEvent> ofAll(@Nullable String last, Sse sse) {
        boolean resumed = last != null && FEED.matcher(last).matches();
        var cursor = new long[] {resumed ? Long.parseLong(last) : -1};
        return stream(
                sse,
                () -> (cursor[0] < 0 ? log.latest(RECENT) : log.after(cursor[0], MOST)).map(events -> {
                    cursor[0] = events.isEmpty()
                            ? Math.max(cursor[0], 0)
                            : events.getLast().arrival();
                    return events.stream()
                            .map(event -> event(sse, Long.toString(event.arrival()), event))
                            .toList();
                }));
    }

    private static OutboundSseEvent event(Sse sse, String id, EventLog.Event event) {
        var head = "{\"key\":\"%s\",\"kind\":\"%s\",\"at\":\"%d\"".formatted(event.key(), event.kind(), event.at());
        var body = event.data().equals("{}") ? "}" : "," + event.data().substring(1);
        return sse.newEventBuilder()
                .id(id)
                .name(event.kind())
                .mediaType(MediaType.TEXT_PLAIN_TYPE)
                .data(String.class, head + body)
                .build();
    }

    private Multi<OutboundSseEvent> stream(Sse sse, java.util.function.Supplier<Uni<List<OutboundSseEvent>>> look) {
        if (open.incrementAndGet() > config.bounds().streams()) {
            open.decrementAndGet();
            throw new Refused(
                    Door.unavailable(
                                    "event streams",
                                    "be fewer than " + config.bounds().streams())
                            .refusal(),
                    5);
        }
        var context = Vertx.currentContext();
        var looks = Multi.createBy()
                .merging()
                .streams(
                        Multi.createFrom().item(Tick.LOOK),
                        changes.stream().map(changed -> Tick.LOOK),
                        Multi.createFrom()
                                .ticks()
                                .every(LOOK)
                                .onOverflow()
                                .drop()
                                .map(i -> Tick.LOOK))
                .onOverflow()
                .dropPreviousItems();
        var beats = Multi.createFrom().ticks().every(BEAT).onOverflow().drop().map(i -> Tick.BEAT);
        return Multi.createBy()
                .merging()
                .streams(looks, beats)
                .emitOn(task -> context.runOnContext(ignored -> task.run()))
                .onItem()
                .transformToMultiAndConcatenate(tick -> tick == Tick.BEAT
                        ? Multi.createFrom()
                                .item(sse.newEventBuilder().comment("").build())
                        : look.get()
                                .onItem()
                                .transformToMulti(Multi.createFrom()::iterable)
                                .onCompletion()
                                .call(() -> Uni.createFrom()
                                        .voidItem()
                                        .onItem()
                                        .delayIt()
                                        .by(PAUSE)))
                .onFailure()
                .invoke(e -> LOG.warn("An event stream ended; its reader may come back", e))
                .onTermination()
                .invoke(open::decrementAndGet);
    }
}
