package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import io.parley.devnet.deployment.Deployment;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer does. */
class UpAcceptanceTest {

    private static final Pattern SUMMARY = Pattern.compile("  filled .* (0x[0-9a-f]{64})");

    @TempDir
    Path folder;

    @Test
    void upOnce_settlesTheFirstSet_andAfterAKillTheNextStartGoesOnFromThere() throws Exception {
        var data = Map.of("PARLEY_DATA", folder.resolve("data").toString());

        var first = NodeProcess.start(folder, data, List.of("up", "--once"));
        assertThat(first.awaitExit()).as("%s", first.output()).isZero();
        assertThat(first.output()).contains("7 of 7 ended as they should").contains("401 MARGIN_INITIAL");

        var transactions = SUMMARY.matcher(first.output())
                .results()
                .map(m -> Bytes32.parse(m.group(1)))
                .collect(Collectors.toSet());
        assertThat(transactions).isNotEmpty();
        try (var anvil = Anvil.start(folder.resolve("data/devnet/anvil"))) {
            var chain = new Chain(URI.create(anvil.rpcUrl()));
            for (var transaction : transactions) {
                assertThat(chain.receipt(transaction).orElseThrow().success()).isTrue();
            }
        }

        var second = NodeProcess.start(folder, data, List.of("up", "--no-demo"));
        second.awaitLine("live view");
        var children = second.handle().descendants().toList();
        assertThat(children).isNotEmpty();
        second.kill();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));

        var third = NodeProcess.start(folder, data, List.of("up", "--once"));
        assertThat(third.awaitExit()).as("%s", third.output()).isZero();
        assertThat(third.output()).contains("as before").contains("7 of 7 ended as they should");
        assertRoutesRan();
    }

    /** The amm solver's fills were laid off in the pools, each once, and what the pools gave went into the vault's queue. */
    private void assertRoutesRan() {
        var deployment = Deployment.read(folder.resolve("data/deployment.json")).orElseThrow();
        try (var anvil = Anvil.start(folder.resolve("data/devnet/anvil"))) {
            var chain = new Chain(URI.create(anvil.rpcUrl()));
            var swapped = routes(chain, deployment, "RouteSwapped(bytes32,address,uint256,uint256)");
            assertThat(swapped)
                    .as("a spot swap in either set")
                    .hasSizeGreaterThan(1)
                    .doesNotHaveDuplicates();
            assertThat(routes(chain, deployment, "RouteDeposited(bytes32,uint64,uint256)"))
                    .doesNotHaveDuplicates()
                    .containsAll(swapped);
        }
    }

    private static List<Bytes32> routes(Chain chain, Deployment deployment, String event) {
        var topic = Keccak256.hash(event.getBytes(StandardCharsets.US_ASCII));
        return chain.logs(deployment.routes(), topic, 0, chain.blockNumber()).stream()
                .map(log -> log.topics().get(1))
                .toList();
    }
}
