package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.devnet.deployment.ExitTerms;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.cli.Parley;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Withdrawal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An owner leaves a position, takes the money and ends intents, by a key and a chain alone. */
class ForceTest {
    @TempDir
    Path folder;

    private SettledMarket market;

    @BeforeEach
    void open() {
        market = new SettledMarket(folder, ExitTerms.PUBLISHED);
        market.drainQueue().price(SettledMarket.NOW, 3_000, Fixed8.ONE).settleAll();
        market.trade("alice", 0, SettledMarket.PERP, 2 * Fixed8.ONE, -6_000 * Fixed8.ONE)
                .price(SettledMarket.NOW + 1, 3_100, Fixed8.ONE)
                .settleAll();
        MarketDeployment.fund(market.chain(), market.address("alice"));
    }

    @AfterEach
    void stop() {
        market.close();
    }

    private record Ran(int code, String text) {}

    private Ran force(String... what) {
        var arguments = new ArrayList<>(List.of("force"));
        arguments.addAll(List.of(
                "--rpc",
                market.rpc(),
                "--vault",
                market.vault().hex(),
                "--key",
                market.keys().file("alice").toString()));
        arguments.addAll(List.of(what));
        var bytes = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            int code = Parley.run(arguments.toArray(String[]::new));
            return new Ran(code, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    private long cash(String owner) {
        return market.ledger().account(market.address(owner), 0).orElseThrow().cash();
    }

    @Test
    void aPosition_isLeftAtTheMarkLessTheCost_andTheMoneyIsPaidOut() {
        long before = cash("alice");
        long insured = cash(MarketDeployment.INSURANCE);
        var reduced = force("reduce", "ETH-PERP", "all");
        assertThat(reduced.text).contains("queued      entry", "not served  for 120 h 0 min");
        assertThat(reduced.code).isZero();

        market.drainQueue().price(SettledMarket.NOW + 2, 3_100, Fixed8.ONE).settleAll();
        // 2 at 3100 less 2 %, 62 each.
        assertThat(cash("alice")).isEqualTo(before + 6_076 * Fixed8.ONE);
        assertThat(cash(MarketDeployment.INSURANCE)).isEqualTo(insured - 6_076 * Fixed8.ONE);
        assertThat(market.ledger()
                        .account(market.address("alice"), 0)
                        .orElseThrow()
                        .quantity(SettledMarket.PERP))
                .isZero();

        assertThat(force("withdraw", "USD", "1000.5").code).isZero();
        assertThat(force("cancel", "5", "--all").code).isZero();
        market.drainQueue().price(SettledMarket.NOW + 3, 3_100, Fixed8.ONE);
        var batch = market.nextBatch();
        assertThat(batch.withdrawals())
                .containsExactly(
                        new Withdrawal(AssetId.cash(), market.address("alice"), 1_000 * Fixed8.ONE + Fixed8.ONE / 2));
        market.settle(batch);
        assertThat(market.ledger()
                        .account(market.address("alice"), 0)
                        .orElseThrow()
                        .nonces()
                        .base(3))
                .isEqualTo(64);
    }

    @Test
    void whatTheContractRefuses_isSaidWithItsNumbers() {
        assertThat(force("withdraw", "ETH-PERP", "1").code).isEqualTo(1);
        assertThat(force("withdraw", "GOLD", "1").code).isEqualTo(1);
        assertThat(force("--account", "7", "withdraw", "USD", "1").code).isEqualTo(1);
        assertThat(force("reduce").code).isEqualTo(2);
    }
}
