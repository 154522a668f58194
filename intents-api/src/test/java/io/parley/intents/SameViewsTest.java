package io.parley.intents;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.parley.intents.domain.LogRecord;
import io.parley.intents.infra.store.Views;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The views are what the log says, however it is read. */
@QuarkusTest
@QuarkusTestResource(Services.class)
class SameViewsTest {

    private static final List<Topic> READ = List.of(
            Topic.INTENTS,
            Topic.AUCTIONS,
            Topic.COMMITMENTS,
            Topic.BIDS,
            Topic.SCREENED_BIDS,
            Topic.CLEARED,
            Topic.BATCHES,
            Topic.SETTLEMENTS,
            Topic.DEAD_LETTERS);

    private static boolean told;

    @Inject
    Stage stage;

    @Inject
    Views views;

    @BeforeEach
    void aLongEnoughStory() {
        var scene = stage.scene();
        if (!told) {
            told = true;
            for (int i = 0; i < 12; i++) {
                var trader = Trader.another();
                scene.deposit(trader, "20000 USD");
                var whole =
                        scene.offer(trader).gets("1 ETH").pays("3001").nonce(1).signed();
                var part = scene.offer(trader)
                        .gets("2 ETH")
                        .pays("6004")
                        .parts(2)
                        .nonce(2)
                        .signed();
                var lost = scene.offer(trader).gets("1 ETH").pays("5").nonce(1).signed();
                scene.post(whole).post(part).post(lost);
                scene.auction(List.of(whole, part, lost), Scene.all(whole), Scene.part(part, 1));
                if (i % 3 == 0) {
                    scene.cancel(trader, i % 2 == 0 ? 0 : 2, 5);
                } else {
                    scene.auction(List.of(part, lost), Scene.part(part, 1));
                }
                if (i % 4 == 1) {
                    // Listed between two intents that need it.
                    var name = "ETH-25DEC26-%d-P".formatted(2600 + 100 * i);
                    scene.list(name);
                    scene.post(scene.offer(trader)
                            .gets("1 " + name)
                            .pays("50")
                            .nonce(9)
                            .signed());
                }
                if (i % 2 == 0) {
                    scene.settle();
                }
            }
            scene.tick(4000).settle();
        }
        stage.play();
    }

    private List<List<LogRecord>> log() {
        var partitions = new TreeMap<String, List<LogRecord>>();
        for (var topic : READ) {
            for (var r : stage.broker().read(topic)) {
                partitions
                        .computeIfAbsent(r.topic() + r.partition(), k -> new ArrayList<>())
                        .add(new LogRecord(r.topic(), r.partition(), r.offset(), r.timestamp(), r.key(), r.value()));
            }
        }
        return List.copyOf(partitions.values());
    }

    private static Uni<Void> nobody(DeadLetter letter) {
        return Uni.createFrom().voidItem();
    }

    @RepeatedTest(4)
    void anyInterleavingOfTopics_withAnyRedelivery_endsInTheSameRows(RepetitionInfo repetition) {
        var before = stage.checksums();
        var random = new Random(repetition.getCurrentRepetition());
        var rest = new ArrayList<ArrayDeque<LogRecord>>();
        log().forEach(partition -> rest.add(new ArrayDeque<>(partition)));
        var delivered = new ArrayList<LogRecord>();

        views.empty();
        while (!rest.isEmpty()) {
            var poll = new ArrayList<LogRecord>();
            int size = 1 + random.nextInt(40);
            while (poll.size() < size && !rest.isEmpty()) {
                var partition = rest.get(random.nextInt(rest.size()));
                for (int run = 1 + random.nextInt(10); run > 0 && !partition.isEmpty(); run--) {
                    poll.add(partition.remove());
                }
                rest.removeIf(ArrayDeque::isEmpty);
            }
            views.write(poll, SameViewsTest::nobody);
            delivered.addAll(poll);
            // A rebalance: what was read before comes once more.
            int from = random.nextInt(delivered.size());
            views.write(
                    delivered.subList(from, Math.min(delivered.size(), from + random.nextInt(20) + 1)),
                    SameViewsTest::nobody);
        }

        assertThat(stage.checksums())
                .as("seed %d", repetition.getCurrentRepetition())
                .isEqualTo(before);
        assertThat(stage.number("select count(*) from views.fills")).isGreaterThan(20);
        assertThat(stage.number("select count(*) from views.parked")).isZero();
    }

    @Test
    void rebuild_endsInTheSameRows() {
        var before = stage.checksums();
        var cursor = stage.number("select max(arrival) from views.feed");
        given().post("/admin/views/rebuild").then().statusCode(200);
        assertThat(stage.checksums()).isEqualTo(before);
        assertThat(stage.number("select min(arrival) from views.feed")).isGreaterThan(cursor);
        given().header("Origin", "https://example.org")
                .post("/admin/views/rebuild")
                .then()
                .statusCode(403);
    }

    @Test
    void recordThatCannotBeRead_isADeadLetterOnce_andTheStreamGoesOn() {
        var scene = stage.scene();
        int before = stage.broker().read(Topic.DEAD_LETTERS).size();
        for (var topic : READ.subList(0, 8)) {
            scene.garbage(topic, HexFormat.of().parseHex("01ff00")).garbage(topic, new byte[0]);
        }
        var trader = Trader.another();
        scene.deposit(trader, "10 USD");
        stage.play();

        given().get("/v1/accounts/%s/0".formatted(trader.address().hex()))
                .then()
                .statusCode(200)
                .body("cash", equalTo("1000000000"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(stage.broker().read(Topic.DEAD_LETTERS)).hasSize(before + 16));
        var letter = DeadLetter.decode(
                stage.broker().read(Topic.DEAD_LETTERS).getLast().value());
        assertThat(letter.code()).isEqualTo(101);
        assertThat(letter.detail()).contains("cannot be decoded");

        var sums = stage.checksums();
        given().post("/admin/views/rebuild").then().statusCode(200);
        assertThat(stage.checksums()).isEqualTo(sums);
        assertThat(stage.broker().read(Topic.DEAD_LETTERS)).hasSize(before + 16);
    }
}
