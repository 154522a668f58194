package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import io.parley.protocol.Bytes32;
import java.net.URI;
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
    }
}
