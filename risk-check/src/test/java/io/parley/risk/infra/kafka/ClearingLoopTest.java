package io.parley.risk.infra.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.Topic;
import io.parley.risk.LedgerStatus;
import io.parley.risk.LedgerStatus.Phase;
import io.parley.risk.Market;
import io.parley.risk.Trader;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real broker: whatever happens to the process or a transaction, the outcomes are those of a plain fold, each once. */
class ClearingLoopTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Broker broker;
    private final List<ClearingLoop> loops = new ArrayList<>();

    @BeforeEach
    void start() {
        broker = new Broker(folder.resolve("kafka"));
    }

    @AfterEach
    void stop() {
        loops.forEach(ClearingLoop::close);
        broker.close();
    }

    @Test
    void theLog_hasTheRootAndOutcomesOfAPlainFold() {
        Market market = Market.busy(600);
        LedgerStatus status = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log());
        awaitFolded(market, status);
        assertOutcomes(market);
        LedgerStatus.View view = status.now();
        assertThat(view.accounts()).isEqualTo(3);
        assertThat(view.batch()).isEqualTo(market.house().openBatch());
        assertThat(view.time()).isEqualTo(market.house().time());
        assertThat(view.commits()).as("committed in groups").isLessThan(600);
    }

    @Test
    void aRestart_goesOnFromItsSnapshot() throws IOException {
        Market market = Market.busy(300);
        LedgerStatus first = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(0, 170));
        await().atMost(PATIENCE).until(() -> first.now().nextOffset() == 170);
        loops.removeLast().close();
        assertThat(first.now().phase()).isEqualTo(Phase.OFF);
        try (var files = Files.list(folder.resolve("n1/snapshots"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .as("at shutdown")
                    .anyMatch(name -> name.endsWith("170.snapshot"));
        }
        LedgerStatus second = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(170, 300));
        awaitFolded(market, second);
        assertOutcomes(market);
    }

    @Test
    void withoutASnapshot_orWithADamagedOne_theLogIsFoldedAgain() throws IOException {
        Market market = Market.busy(250);
        LedgerStatus first = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(0, 240));
        await().atMost(PATIENCE).until(() -> first.now().nextOffset() == 240);
        loops.removeLast().close();
        try (var files = Files.list(folder.resolve("n1/snapshots"))) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
        LedgerStatus second = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(240, 250));
        awaitFolded(market, second);
        assertOutcomes(market);
    }

    @Test
    void anAbortedTransaction_leavesNoTrace() {
        Market market = Market.busy(600);
        Faults faults = new Faults(Fault.BEFORE_COMMIT);
        LedgerStatus status = clearing("n1", faults);
        broker.write(Topic.COMMANDS, market.log());
        awaitFolded(market, status);
        assertThat(faults.thrown.get()).isGreaterThan(2);
        assertOutcomes(market);
    }

    @Test
    void aCommitWhoseAnswerIsLost_isNotDoneAgain() {
        Market market = Market.busy(600);
        Faults faults = new Faults(Fault.AFTER_COMMIT);
        LedgerStatus status = clearing("n1", faults);
        broker.write(Topic.COMMANDS, market.log());
        awaitFolded(market, status);
        assertThat(faults.thrown.get()).isGreaterThan(2);
        assertOutcomes(market);
    }

    @Test
    void aSendThatFails_takesTheTransactionWithIt() {
        Market market = Market.busy(300);
        Faults faults = new Faults(Fault.ON_SEND);
        LedgerStatus status = clearing("n1", faults);
        broker.write(Topic.COMMANDS, market.log());
        awaitFolded(market, status);
        assertThat(faults.thrown.get()).isPositive();
        assertOutcomes(market);
    }

    @Test
    void poison_goesToTheDeadLetters_andTheLogGoesOn() {
        Market market =
                Market.open().send(new byte[] {1, 77, 5}).send(new byte[0]).deposit(Trader.ALICE, "10 USD");
        LedgerStatus status = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log());
        awaitFolded(market, status);
        assertOutcomes(market);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(broker.committed(Topic.DEAD_LETTERS)).hasSize(2));
        List<DeadLetter> letters = broker.committed(Topic.DEAD_LETTERS).stream()
                .map(r -> DeadLetter.decode(r.value()))
                .toList();
        assertThat(letters).extracting(DeadLetter::offset).containsExactly(6L, 7L);
        assertThat(letters).extracting(DeadLetter::code).containsOnly(101);
        assertThat(letters.getFirst().topic()).isEqualTo("commands");
        assertThat(letters.getFirst().value().bytes()).containsExactly(1, 77, 5);
    }

    @Test
    void aSecondInstance_standsBy_andTakesOverWithNothingLost() {
        Market market = Market.busy(400);
        LedgerStatus first = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(0, 200));
        await().atMost(PATIENCE).until(() -> first.now().nextOffset() == 200);
        LedgerStatus second = clearing("n2", new Faults(Fault.NONE));
        await().during(Duration.ofSeconds(1)).until(() -> !second.isClearing());

        loops.getFirst().close();
        broker.write(Topic.COMMANDS, market.log().subList(200, 400));
        awaitFolded(market, second);
        assertOutcomes(market);
    }

    @Test
    void aSecondProcessUnderTheSameName_takesThePlace_andTheFirstHalts() {
        Market market = Market.busy(200);
        LedgerStatus first = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(0, 100));
        await().atMost(PATIENCE).until(() -> first.now().nextOffset() == 100);
        LedgerStatus second = clearing("n1", new Faults(Fault.NONE));
        await().atMost(PATIENCE).until(second::isClearing);
        broker.write(Topic.COMMANDS, market.log().subList(100, 200));
        awaitFolded(market, second);
        await().atMost(PATIENCE).until(() -> first.now().phase() == Phase.HALTED);
        assertThat(first.now().detail()).contains("another process runs as node 'n1'");
        assertOutcomes(market);
    }

    @Test
    void aBrokerThatForgotTheGroupsOffset_isRemindedByWhatWasCleared() throws Exception {
        Market market = Market.busy(300);
        LedgerStatus first = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(0, 200));
        await().atMost(PATIENCE).until(() -> first.now().nextOffset() == 200);
        loops.removeLast().close();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
            admin.deleteConsumerGroups(List.of("clearing-default")).all().get(30, TimeUnit.SECONDS);
        }
        LedgerStatus second = clearing("n1", new Faults(Fault.NONE));
        broker.write(Topic.COMMANDS, market.log().subList(200, 300));
        awaitFolded(market, second);
        assertOutcomes(market);
    }

    @Test
    void aProcessThatIsKilledAgainAndAgain_losesAndDoublesNothing() throws Exception {
        Market market = Market.busy(3_000);
        Random random = new Random(7);
        int kills = 0;
        int written = 0;
        while (written < market.log().size()) {
            Process process = process();
            var lines = process.inputReader();
            try {
                String line = lines.readLine();
                while (!line.startsWith("CLEARING")) {
                    line = lines.readLine();
                }
                int next = Math.min(
                        written + 300 + random.nextInt(400), market.log().size());
                for (; written < next; written++) {
                    broker.write(Topic.COMMANDS, market.log().get(written));
                }
                // Somewhere in the middle of them.
                long until = written - random.nextInt(250);
                while (Long.parseLong(line.split(" ")[1]) < until) {
                    line = lines.readLine();
                }
            } finally {
                process.destroyForcibly().waitFor();
                kills++;
            }
        }
        LedgerStatus status = clearing("n1", new Faults(Fault.NONE));
        awaitFolded(market, status);
        assertThat(kills).isGreaterThanOrEqualTo(4);
        assertOutcomes(market);
    }

    private Process process() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClearingProcess.class.getName(),
                        broker.servers(),
                        "n1",
                        folder.resolve("n1").toString())
                .redirectError(folder.resolve("process.log").toFile())
                .start();
    }

    private LedgerStatus clearing(String node, Faults faults) {
        ClearingSettings settings = ClearingProcess.settings(broker.servers(), node, folder.resolve(node));
        LedgerStatus status = new LedgerStatus();
        KafkaClients clients = new KafkaClients(settings) {
            @Override
            protected Producer<byte[], byte[]> producer() {
                return faults.around(super.producer());
            }
        };
        ClearingLoop loop = new ClearingLoop(settings, clients, status, Clock.systemUTC(), ClearingProcess.NOBODY);
        loops.add(loop);
        loop.start();
        return status;
    }

    private static void awaitFolded(Market market, LedgerStatus status) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(status.now().nextOffset())
                        .isEqualTo(market.log().size()));
        assertThat(status.now().root()).isEqualTo(market.house().root());
        assertThat(status.isClearing()).isTrue();
    }

    /** A commit is answered before all its markers are written, so a reader may see it a moment later. */
    private void assertOutcomes(Market market) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(broker.committed(Topic.CLEARED).stream()
                                .map(r -> ClearedRecord.decode(r.value()))
                                .toList())
                        .isEqualTo(market.outcomes().stream()
                                .flatMap(o -> o.cleared().stream())
                                .toList()));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(broker.committed(Topic.BATCHES).stream()
                                .map(r -> BatchRecord.decode(r.value()))
                                .toList())
                        .isEqualTo(market.outcomes().stream()
                                .flatMap(o -> o.batch().stream())
                                .toList()));
    }

    private enum Fault {
        NONE,
        BEFORE_COMMIT,
        AFTER_COMMIT,
        ON_SEND
    }

    /** Stands around the real producer and lets every fourth commit, or every hundredth record, fail in its way. */
    private static final class Faults {
        private final Fault fault;
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger thrown = new AtomicInteger();

        private Faults(Fault fault) {
            this.fault = fault;
        }

        @SuppressWarnings("unchecked")
        Producer<byte[], byte[]> around(Producer<byte[], byte[]> real) {
            return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, args) -> {
                        boolean commit = method.getName().equals("commitTransaction");
                        boolean send = method.getName().equals("send");
                        boolean fails = switch (fault) {
                            case NONE -> false;
                            case BEFORE_COMMIT, AFTER_COMMIT -> commit && calls.incrementAndGet() % 4 == 3;
                            case ON_SEND -> send && calls.incrementAndGet() % 100 == 70;
                        };
                        if (fails && fault != Fault.AFTER_COMMIT) {
                            thrown.incrementAndGet();
                            throw new TimeoutException("injected");
                        }
                        Object result;
                        try {
                            result = method.invoke(real, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                        if (fails) {
                            thrown.incrementAndGet();
                            throw new TimeoutException("injected, the commit was done");
                        }
                        return result;
                    });
        }
    }
}
