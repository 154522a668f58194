package io.parley.devnet.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import io.parley.protocol.Fixed8;
import io.parley.protocol.WireWriter;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;

class MarketDeploymentTest {

    @TempDir
    Path folder;

    @Test
    void aFreshChain_becomesAMarket_withEverythingInTheVaultsQueue() throws Exception {
        try (var anvil = Anvil.start(folder.resolve("anvil"))) {
            var chain = new Chain(URI.create(anvil.rpcUrl()));
            var keys = new DevKeys(folder.resolve("keys"));

            var deployment = MarketDeployment.deploy(chain, keys, marginParameters());

            assertThat(chain.hasCode(deployment.vault())).isTrue();
            assertThat(deployment.tokens()).containsOnlyKeys("USD", "ETH", "BTC");
            int listings = DemoMarket.listings().size();
            int traderDeposits = 3 * MarketDeployment.TRADERS.size() + 1;
            int solverDeposits = 3 * 4 * MarketDeployment.SOLVERS.size();
            int queued = listings + 2 + traderDeposits + solverDeposits + 2;
            var state =
                    chain.call(deployment.vault(), FunctionEncoder.encode(new Function("state", List.of(), List.of())));
            assertThat(new BigInteger(state.substring(2 + 64 * 4, 2 + 64 * 5), 16))
                    .isEqualTo(queued);

            for (var pool : deployment.pools()) {
                var reserves = chain.call(
                        pool.pair(), FunctionEncoder.encode(new Function("getReserves", List.of(), List.of())));
                assertThat(new BigInteger(reserves.substring(2, 66), 16)).isPositive();
            }
            MarketDeployment.alignPools(
                    chain, keys, deployment, Map.of("ETH", 2_500_00000000L, "BTC", 100_000_00000000L));
            for (var pool : deployment.pools()) {
                assertThat(priceOf(chain, pool)).isEqualTo(pool.coin().equals("ETH") ? 2_500 : 100_000);
            }

            var file = folder.resolve("deployment.json");
            deployment.write(file);
            assertThat(Deployment.read(file)).contains(deployment);
        }
    }

    /** Whole dollars of cash per whole coin, by the pool's reserves. */
    private static long priceOf(Chain chain, Deployment.Pool pool) {
        var reserves =
                chain.call(pool.pair(), FunctionEncoder.encode(new Function("getReserves", List.of(), List.of())));
        var first = new BigInteger(reserves.substring(2, 66), 16);
        var second = new BigInteger(reserves.substring(66, 130), 16);
        var coins = pool.coinFirst() ? first : second;
        var cash = pool.coinFirst() ? second : first;
        return Math.round(
                cash.doubleValue() / coins.doubleValue() * Math.pow(10, pool.coinDecimals() - pool.cashDecimals()));
    }

    @Test
    void aKey_isMadeOnce_andIsReadableByItsOwnerOnly() throws Exception {
        var keys = new DevKeys(folder);

        var first = keys.signer("alice").address();

        assertThat(keys.signer("alice").address()).isEqualTo(first);
        assertThat(keys.signer("bob").address()).isNotEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.file("alice"))))
                .isEqualTo("rw-------");
    }

    /** The least that the vault takes: docs/margin.md, without a base asset. */
    private static byte[] marginParameters() {
        var shares =
                new String[] {"0.1", "0.065", "0.15", "0.13", "0.09", "0.09", "1.05", "1.2", "1.1", "0.55", "0.99", "2"
                };
        var content = new WireWriter().version();
        for (var share : shares) {
            content.i64(Fixed8.parse(share));
        }
        return content.u8(0).toBytes();
    }
}
