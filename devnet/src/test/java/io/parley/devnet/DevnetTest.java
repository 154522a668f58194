package io.parley.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevnetTest {

    private static final Topic TOPIC = new Topic("ledger", 1, Map.of("retention.ms", "-1"));
    private static final String ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private static final String STRANGER = "0x00000000000000000000000000000000000000a1";

    @TempDir
    Path folder;

    @Test
    void restart_keepsLogTablesAndChain() throws Exception {
        try (var devnet = Devnet.start(folder)) {
            write(
                    devnet.kafka().port(),
                    devnet.postgres().port(),
                    devnet.anvil().port());
        }
        try (var devnet = Devnet.start(folder)) {
            assertKept(devnet);
        }
    }

    @Test
    void killOfTheOwner_leavesNothingRunning_andNothingInTheWay() throws Exception {
        var owner = new ProcessBuilder(ownerCommand())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var ports = Stream.of(owner.inputReader().readLine().split(" "))
                    .map(Integer::valueOf)
                    .toList();
            write(ports.get(0), ports.get(1), ports.get(2));
            var children = owner.descendants().toList();
            assertThat(children).hasSizeGreaterThanOrEqualTo(6);

            owner.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(20)).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(ports).noneMatch(FreePort::answers);
        } finally {
            owner.destroyForcibly();
        }
        try (var devnet = Devnet.start(folder)) {
            assertKept(devnet);
        }
    }

    @Test
    void orphans_areStoppedByTheNextStart() throws Exception {
        var owner = new ProcessBuilder(ownerCommand())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var orphans = new ArrayList<ProcessHandle>();
        try {
            var ports = Stream.of(owner.inputReader().readLine().split(" "))
                    .map(Integer::valueOf)
                    .toList();
            write(ports.get(0), ports.get(1), ports.get(2));
            // The worst case: the shells that watch for the owner's end are killed before it.
            var children = owner.descendants().toList();
            children.stream().filter(DevnetTest::isProgram).forEach(orphans::add);
            children.stream().filter(DevnetTest::isShell).forEach(ProcessHandle::destroyForcibly);
            owner.destroyForcibly().waitFor();
            assertThat(orphans).hasSize(3).allMatch(ProcessHandle::isAlive);

            try (var devnet = Devnet.start(folder)) {
                assertThat(orphans).noneMatch(ProcessHandle::isAlive);
                assertKept(devnet);
            }
        } finally {
            owner.destroyForcibly();
            orphans.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void secondOwner_isRefused_andReadsWhoHoldsIt() {
        try (var _ = DataDirectory.claim(folder)) {
            assertThatExceptionOfType(DevnetBusyException.class)
                    .isThrownBy(() -> Devnet.start(folder))
                    .withMessageContaining(Long.toString(ProcessHandle.current().pid()));
        }
    }

    @Test
    void recordOfAnotherLife_doesNotStopWhoHasThePidNow() throws Exception {
        var bystander = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(folder.resolve("pid"), bystander.pid() + " 2001-01-01T00:00:00Z");
            DataDirectory.claim(folder).close();
            assertThat(bystander.isAlive()).isTrue();
            assertThat(folder.resolve("pid")).doesNotExist();
        } finally {
            bystander.destroyForcibly();
        }
    }

    @Test
    void reset_forgets() throws Exception {
        try (var anvil = Anvil.start(folder.resolve("anvil"))) {
            send(anvil.port());
        }
        Devnet.reset(folder);
        try (var anvil = Anvil.start(folder.resolve("anvil"))) {
            assertThat(rpc(anvil.port(), "eth_blockNumber", "")).contains("\"0x0\"");
        }
    }

    @Test
    void failedStart_showsWhatTheProgramSaid() {
        assertThatExceptionOfType(DevnetException.class)
                .isThrownBy(() -> Anvil.start(folder, 0, "--no-such-option"))
                .withMessageContaining("ended before it was ready")
                .withMessageContaining("--no-such-option");
    }

    private List<String> ownerCommand() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dparley.home=" + Checkout.home(),
                Owner.class.getName(),
                folder.toString());
    }

    /** Those that we start: their workers have them as parent, and end with them. */
    private static boolean isProgram(ProcessHandle process) {
        return runs(process, "java", "postgres", "anvil")
                && process.parent().filter(DevnetTest::isShell).isPresent();
    }

    private static boolean isShell(ProcessHandle process) {
        return !runs(process, "java", "postgres", "anvil");
    }

    private static boolean runs(ProcessHandle process, String... programs) {
        var command = process.info().command().orElse("");
        return Stream.of(programs).anyMatch(p -> command.endsWith("/" + p));
    }

    private static void write(int kafka, int postgres, int anvil) throws Exception {
        var broker = "127.0.0.1:" + kafka;
        Topics.create(broker, List.of(TOPIC));
        Topics.create(broker, List.of(TOPIC));
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(TOPIC.name(), "k", "kept")).get();
        }
        try (var connection = DriverManager.getConnection(jdbc(postgres));
                var statement = connection.createStatement()) {
            statement.execute("create table fills (id int primary key)");
            statement.execute("insert into fills values (42)");
        }
        send(anvil);
    }

    private static void assertKept(Devnet devnet) throws Exception {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", devnet.kafka().bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            var partition = new TopicPartition(TOPIC.name(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.poll(Duration.ofSeconds(20)))
                    .singleElement()
                    .satisfies(r -> assertThat(r.value()).isEqualTo("kept"));
        }
        try (var connection = DriverManager.getConnection(devnet.postgres().jdbcUrl());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from fills")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
        assertThat(rpc(devnet.anvil().port(), "eth_getBalance", "\"" + STRANGER + "\",\"latest\""))
                .contains("\"0x1\"");
    }

    private static String jdbc(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    private static void send(int port) throws Exception {
        var transaction = "{\"from\":\"" + ACCOUNT + "\",\"to\":\"" + STRANGER + "\",\"value\":\"0x1\"}";
        assertThat(rpc(port, "eth_sendTransaction", transaction)).contains("result");
    }

    private static String rpc(int port, String method, String params) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":[" + params + "]}";
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }
}
