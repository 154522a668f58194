package io.parley.intents;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Event streams: nothing is missed and nothing is told twice, whenever a reader comes back. */
@QuarkusTest
@QuarkusTestResource(Services.class)
@Timeout(300)
class StreamTest {

    private static final String[] LIFE = {
        "accepted",
        "in-auction",
        "bids",
        "screened",
        "awarded",
        "cleared",
        "filled",
        "batched",
        "submitted",
        "verified",
        "final"
    };

    private record Event(String id, String kind, String data) {}

    @Inject
    Stage stage;

    @TestHTTPResource
    URI root;

    private static Predicate<Event> count(int most) {
        var seen = new AtomicInteger();
        return event -> seen.incrementAndGet() == most;
    }

    /** Reads until an event is the last one wanted, then hangs up. */
    private List<Event> read(String path, String lastId, Runnable whenOpen, Predicate<Event> last)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(root.resolve(path)).header("Accept", "text/event-stream");
        if (lastId != null) {
            request.header("Last-Event-ID", lastId);
        }
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            whenOpen.run();
            var events = new ArrayList<Event>();
            try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                String id = "";
                String kind = "";
                String data = "";
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("id:")) {
                        id = line.substring(3).strip();
                    } else if (line.startsWith("event:")) {
                        kind = line.substring(6).strip();
                    } else if (line.startsWith("data:")) {
                        data = line.substring(5).strip();
                    } else if (line.isEmpty() && !data.isEmpty()) {
                        events.add(new Event(id, kind, data));
                        data = "";
                        if (last.test(events.getLast())) {
                            break;
                        }
                    }
                }
            }
            client.shutdownNow();
            return events;
        }
    }

    @Test
    void lifeOfAnIntent_isStreamed_andResumesAtEveryEvent() throws Exception {
        var scene = stage.scene();
        var alice = Trader.another();
        scene.deposit(alice, "5000 USD");
        var swap = scene.offer(alice).gets("1 ETH").pays("3001").signed();
        var path = "/v1/intents/%s/events".formatted(scene.id(swap));

        // One reader is there from before the intent, while it happens.
        var live = read(
                path,
                null,
                () -> {
                    scene.post(swap);
                    stage.play();
                    scene.auction(List.of(swap), Scene.all(swap));
                    stage.play();
                    scene.settle();
                    stage.play();
                },
                count(11));
        // Topics are read side by side, so a batch may be heard of after the transaction that it went in.
        assertThat(live).extracting(Event::kind).startsWith("accepted").containsExactlyInAnyOrder(LIFE);

        // Another comes afterwards, and hangs up after each event.
        var resumed = new ArrayList<Event>();
        String id = null;
        while (resumed.size() < 11) {
            var some = read(path, id, () -> {}, event -> true);
            assertThat(some).hasSize(1);
            id = some.getFirst().id();
            resumed.addAll(some);
        }
        assertThat(resumed).extracting(Event::kind).containsExactly(LIFE);
        assertThat(resumed)
                .extracting(Event::data)
                .containsExactlyInAnyOrderElementsOf(
                        live.stream().map(Event::data).toList());

        // The one who was there all the time comes back in the middle.
        var rest = read(path, live.get(4).id(), () -> {}, count(6));
        assertThat(rest)
                .extracting(Event::data)
                .containsExactlyInAnyOrderElementsOf(
                        live.subList(5, 11).stream().map(Event::data).toList());
    }

    @Test
    void everything_isStreamed_andResumes() throws Exception {
        var scene = stage.scene();
        var bob = Trader.another();
        var ends = new HashSet<String>();
        var events = read(
                "/v1/events",
                null,
                () -> {
                    scene.deposit(bob, "5000 USD");
                    var swap = scene.offer(bob).gets("1 ETH").pays("3001").signed();
                    scene.post(swap).auction(List.of(swap), Scene.all(swap));
                    scene.settle();
                    stage.play();
                },
                event -> {
                    var batch = "\"batch\": \"" + scene.batches().getLast().sequence() + "\"";
                    if (event.data().contains(batch)
                            && (event.kind().equals("batched") || event.data().contains("\"final\""))) {
                        ends.add(event.kind());
                    }
                    return ends.size() == 2;
                });
        assertThat(events)
                .extracting(Event::kind)
                .contains("auction-opened", "revealed", "cleared", "batched", "settlement");
        var ids = events.stream().map(e -> Long.parseLong(e.id())).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        int middle = events.size() / 2;
        var rest = read(
                "/v1/events",
                events.get(middle).id(),
                () -> {},
                e -> e.id().equals(events.getLast().id()));
        assertThat(rest).isEqualTo(events.subList(middle + 1, events.size()));
    }
}
