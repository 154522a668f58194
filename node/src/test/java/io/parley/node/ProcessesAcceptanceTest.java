package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.clearing.Replay;
import io.parley.node.demo.Door;
import io.parley.node.demo.Wallet;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Leg;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every role in a process of its own on one broker, and what a kill -9 does to them. */
class ProcessesAcceptanceTest {

    @TempDir
    Path folder;

    private final Map<String, NodeProcess> processes = new HashMap<>();
    private Network network;
    private URI api;
    private Door door;

    @BeforeEach
    void aNetworkAndFiveProcesses() {
        network = Network.start(
                new Layout(io.parley.devnet.Checkout.home(), folder.resolve("data")), new Terminal(System.out));
        api = URI.create("http://127.0.0.1:" + freePort());
        for (var roles : List.of("risk,feeder", "relayer,watcher", "auction", "solver", "api")) {
            start(roles);
        }
        processes.forEach((roles, process) -> process.awaitLine("READY " + roles));
        door = new Door(api);
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> door.marks().size() >= 32);
    }

    @AfterEach
    void stop() throws Exception {
        for (var process : processes.values()) {
            process.close();
        }
        network.close();
    }

    @Test
    void intentsSettleAcrossProcesses_andAKillOfRiskOrRelayerLosesAndDoublesNothing() {
        var alice = wallet("alice", 0);
        var bob = wallet("bob", 0);
        var ids = new ArrayList<Bytes32>();

        ids.add(buy(alice, "0.01"));
        awaitFinal(ids);

        for (int i = 0; i < 6; i++) {
            ids.add(buy(i % 2 == 0 ? alice : bob, "0.01"));
        }
        processes.get("risk,feeder").kill();
        for (int i = 0; i < 6; i++) {
            ids.add(buy(i % 2 == 0 ? alice : bob, "0.01"));
        }
        start("risk,feeder").awaitLine("READY risk,feeder");
        awaitFinal(ids);

        for (int i = 0; i < 6; i++) {
            ids.add(buy(i % 2 == 0 ? alice : bob, "0.01"));
        }
        processes.get("relayer,watcher").kill();
        start("relayer,watcher").awaitLine("READY relayer,watcher");
        awaitFinal(ids);

        assertThatTheLogReplaysToWhatWasPublished(ids);
        long eth = 0;
        for (var trader : List.of("alice", "bob")) {
            for (var position : door.account(network.keys().signer(trader).address(), 0)
                    .body()
                    .path("positions")) {
                if (position.path("asset").asText().equals("ETH")) {
                    eth += position.path("quantity").asLong();
                }
            }
        }
        assertThat(eth)
                .as("each intent was filled once")
                .isEqualTo(Fixed8.parse("100") + ids.size() * Fixed8.parse("0.01"));

        var rebuilt = door.rebuildViews();
        assertThat(rebuilt).contains("records");
        assertThat(door.intent(ids.getFirst().hex()).body().path("state").asText())
                .isEqualTo("filled");
    }

    private void assertThatTheLogReplaysToWhatWasPublished(List<Bytes32> ids) {
        var log = new LogReader(network.devnet().kafka().bootstrapServers());
        var published = new TreeMap<Long, Bytes32>();
        log.read(Topic.BATCHES.topicName(), 0, record -> {
            var batch = BatchRecord.decode(record.value());
            assertThat(published.put(batch.sequence(), batch.header().root()))
                    .as("batch %d is published once", batch.sequence())
                    .isNull();
        });
        var outcomes = new HashSet<Long>();
        var filled = new ArrayList<Bytes32>();
        log.read(Topic.CLEARED.topicName(), 0, record -> {
            var cleared = ClearedRecord.decode(record.value());
            assertThat(outcomes.add(cleared.commandsOffset()))
                    .as("command %d has one outcome", cleared.commandsOffset())
                    .isTrue();
            if (cleared instanceof ClearedRecord.Applied applied
                    && io.parley.protocol.Command.decode(applied.command()) instanceof TradeCommand trade) {
                trade.bid().bid().fills().forEach(fill -> filled.add(fill.intent()));
            }
        });
        assertThat(filled).containsExactlyInAnyOrderElementsOf(ids);

        var folded = new TreeMap<Long, Bytes32>();
        var entries = new ArrayList<Replay.Entry>();
        log.read(
                Topic.COMMANDS.topicName(),
                0,
                record -> entries.add(new Replay.Entry(record.offset(), record.value())));
        Replay.fromGenesis(new Domain(
                        network.deployment().chainId(), network.deployment().vault()))
                .fold(
                        entries.iterator(),
                        batch -> folded.put(batch.sequence(), batch.header().root()));
        folded.keySet().retainAll(published.keySet());
        assertThat(folded).isEqualTo(published);
    }

    private Bytes32 buy(Wallet wallet, String quantity) {
        var mark = door.marks().getOrDefault("ETH", 0L);
        var amount = Fixed8.parse(quantity);
        var eth = door.listings().idOf("ETH").orElseThrow();
        // A tenth above the market: it must fill whatever the market does in the meantime.
        var posted = wallet.post(
                List.of(new Leg(eth, amount)), -Fixed8.multiplyFloor(amount, mark) * 11 / 10, Fixed8.ONE, 1);
        assertThat(posted.answer().accepted()).as("%s", posted.answer()).isTrue();
        return posted.id();
    }

    private void awaitFinal(List<Bytes32> ids) {
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    for (var id : ids) {
                        var intent = door.intent(id.hex()).body();
                        assertThat(intent.path("state").asText())
                                .as("%s", intent)
                                .isEqualTo("filled");
                        for (var fill : intent.path("fills")) {
                            assertThat(fill.path("settlement").asText()).isEqualTo("final");
                        }
                    }
                });
    }

    private Wallet wallet(String trader, int account) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> door.account(network.keys().signer(trader).address(), account)
                        .accepted());
        return new Wallet(door, door.domain(), door.listings(), network.keys().signer(trader), account);
    }

    private NodeProcess start(String roles) {
        var settings = NodeSettings.of(Role.parse(List.of(roles.split(",", -1))))
                .devnet(
                        new Layout(io.parley.devnet.Checkout.home(), folder.resolve("data")),
                        network.devnet(),
                        network.deployment(),
                        network.keys())
                .set("quarkus.http.host", "127.0.0.1")
                .set("quarkus.http.port", roles.equals("api") ? api.getPort() : 0);
        var file = folder.resolve(roles + ".properties");
        var properties = new Properties();
        properties.putAll(settings.values());
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var process = NodeProcess.start(
                folder, Map.of(), List.of("node", "--roles", roles, "--settings", file.toString(), "--with-parent"));
        processes.put(roles, process);
        return process;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
