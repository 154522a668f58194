package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.clearing.BatchVerifier;
import io.parley.devnet.deployment.ExitTerms;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.cli.Parley;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.relayer.infra.exit.RebuildFailed;
import io.parley.relayer.infra.exit.StateRebuild;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.abi.datatypes.DynamicBytes;

/** A stranger with the chain's data alone finds every balance. */
class StateRebuildTest {

    @TempDir
    Path folder;

    private SettledMarket market;

    @BeforeEach
    void aMarketOnAChain() {
        market = new SettledMarket(folder, ExitTerms.PUBLISHED);
        market.drainQueue().price(SettledMarket.NOW, 3_000, 100 * Fixed8.ONE);
    }

    @AfterEach
    void stop() {
        market.close();
    }

    @Test
    void everyBalance_isFound_inTheCallDataOfFinalBatchesAlone() throws Exception {
        // The first becomes final by its window.
        var first = market.nextBatch();
        post(first.header(), first.data().bytes());
        market.passes(60);
        market.finalise(first);
        market.trade("alice", 0, SettledMarket.PERP, 2 * Fixed8.ONE, -6_000 * Fixed8.ONE)
                .trade("bob", 0, SettledMarket.ETH, -Fixed8.ONE / 3, 1_000 * Fixed8.ONE)
                .withdraw("carol", AssetId.cash(), 123 * Fixed8.ONE)
                .price(SettledMarket.NOW + 1, 3_010, 90 * Fixed8.ONE);
        var batch = market.nextBatch();
        // The second was posted wrongly and cut off, wrongly again and replaced, and once its transaction failed.
        post(wrong(batch.header(), false), batch.data().bytes());
        market.cut(batch.sequence());
        post(wrong(batch.header(), true), batch.data().bytes());
        var data = market.settleData(batch);
        var broken = data.substring(0, data.length() - 2_000) + "00".repeat(1_000);
        assertThat(market.send(MarketDeployment.RELAYER, market.vault(), broken).success())
                .isFalse();
        market.settle(batch);
        // The third was posted packed.
        market.trade("alice", 0, SettledMarket.PERP, Fixed8.ONE, -3_010 * Fixed8.ONE)
                .price(SettledMarket.NOW + 2, 3_020, 80 * Fixed8.ONE);
        var last = market.nextBatch();
        var packed = new BatchVerifier(market.ledger().domain()).packed(last);
        assertThat(packed.length).isLessThan(last.data().size() - 32);
        publish("postPacked", last.header(), packed);
        market.passes(60);
        market.finalise(last);
        var finalAccounts = new TreeMap<>(market.accountsAtClose());
        // And one that is posted and not proven: it does not count.
        market.trade("carol", 0, SettledMarket.PERP, Fixed8.ONE, -3_010 * Fixed8.ONE)
                .price(SettledMarket.NOW + 3, 3_020, 80 * Fixed8.ONE);
        var open = market.nextBatch();
        post(open.header(), open.data().bytes());

        var node = new ObjectMapper().readTree(printed("--json"));

        assertThat(node.path("sequence").asText()).isEqualTo("3");
        assertThat(node.path("root").asText()).isEqualTo(last.header().root().hex());
        assertThat(node.path("accounts")).hasSize(finalAccounts.size()).hasSizeGreaterThan(15);
        for (var found : node.path("accounts")) {
            var account = finalAccounts.get(found.path("index").asInt());
            assertThat(Address.parse(found.path("owner").asText())).isEqualTo(account.owner());
            assertThat(found.path("cash").asText()).isEqualTo(Long.toString(account.cash()));
            assertThat(found.path("positions")).hasSize(account.positions().size());
            for (int i = 0; i < account.positions().size(); i++) {
                var position = account.positions().get(i);
                var expected = found.path("positions").get(i);
                assertThat(expected.path("quantity").asText()).isEqualTo(Long.toString(position.quantity()));
                assertThat(expected.path("asset").asText())
                        .isEqualTo(market.ledger()
                                .listings()
                                .listing(position.asset())
                                .orElseThrow()
                                .name());
            }
        }
        assertThat(printed())
                .contains("batches     3 final", last.header().root().hex(), "ETH-PERP", "99877");
    }

    @Test
    void withoutAnyBatch_theStateIsTheEmptyOne() {
        var state = StateRebuild.of(market.chain(), market.vault(), 0);

        assertThat(state.sequence()).isZero();
        assertThat(state.accounts()).isEmpty();
        assertThat(state.queue()).hasSizeGreaterThan(50);
    }

    @Test
    void fromALaterBlockThanTheVaults_isRefusedWithTheReason() {
        market.settleAll();

        assertThatThrownBy(() -> StateRebuild.of(
                        market.chain(), market.vault(), market.chain().blockNumber() + 1))
                .isInstanceOf(RebuildFailed.class)
                .hasMessageContaining("batch 1 of 1");
        assertThatThrownBy(() -> StateRebuild.of(market.chain(), market.address("alice"), 0))
                .isInstanceOf(RebuildFailed.class)
                .hasMessageContaining("no contract");
    }

    /** Another batch at the same place. One that must be proven can be replaced. */
    private static BatchHeader wrong(BatchHeader header, boolean verifiedOnly) {
        return new BatchHeader(
                header.sequence(),
                header.parentRoot(),
                Bytes32.ZERO,
                header.stepsRoot(),
                header.dataHash(),
                header.steps(),
                header.queueFrom(),
                header.queueTo(),
                verifiedOnly);
    }

    private void post(BatchHeader header, byte[] data) {
        publish("post", header, data);
    }

    private void publish(String function, BatchHeader header, byte[] data) {
        var receipt = market.send(
                MarketDeployment.RELAYER,
                market.vault(),
                SettledMarket.encode(function, new DynamicBytes(header.encode()), new DynamicBytes(data)));
        assertThat(receipt.success()).isTrue();
    }

    private String printed(String... options) {
        var out = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            var arguments = new ArrayList<>(List.of(
                    "state",
                    "rebuild",
                    "--rpc",
                    market.rpc(),
                    "--vault",
                    market.vault().hex()));
            arguments.addAll(List.of(options));
            assertThat(Parley.run(arguments.toArray(String[]::new))).isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
