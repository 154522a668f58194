package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.clearing.Account;
import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.ExitTerms;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Deposit;
import io.parley.protocol.PriceContent;
import io.parley.relayer.infra.exit.RebuiltState;
import io.parley.relayer.infra.exit.StateRebuild;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint64;

/**
 * A market of real processes with real trades loses all of them at once, kill -9, and never gets one back. The chain is left, and
 * a stranger with a key: everybody is paid what docs/exit.md says, and the vault ends with what rounding explains.
 */
class ExitAcceptanceTest {

    private static final Map<String, AssetId> ASSETS =
            Map.of("USD", AssetId.cash(), "ETH", AssetId.spot(1), "BTC", AssetId.spot(2));

    @TempDir
    Path folder;

    private Chain chain;
    private Deployment deployment;

    @Test
    void everyProcessKilled_everyAccountIsPaidByTheChainAlone() throws Exception {
        var data = folder.resolve("data");
        var up = NodeProcess.start(folder, Map.of("PARLEY_DATA", data.toString()), List.of("up"));
        up.awaitLine("live view");
        assertThat(up.output()).contains("7 of 7 ended as they should");
        var all = new ArrayList<>(up.handle().descendants().toList());
        assertThat(all).isNotEmpty();
        // The chain's own process too: what it wrote is what a chain is, and another process takes it up.
        up.kill();
        await().atMost(Duration.ofSeconds(30)).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));

        deployment = Deployment.read(data.resolve("deployment.json")).orElseThrow();
        var keys = new DevKeys(data.resolve("keys"));
        var stranger = new DevKeys(folder.resolve("stranger"));
        try (var anvil = Anvil.start(data.resolve("devnet/anvil"))) {
            chain = new Chain(URI.create(anvil.rpcUrl()));
            MarketDeployment.fund(chain, stranger.signer("stranger").address());
            // Somebody comes too late for any service; by this entry the market can be frozen.
            MarketDeployment.deposit(
                    chain, keys, deployment, keys.signer("alice").address(), 0, AssetId.cash(), "USD", 77);
            leave(anvil.rpcUrl(), stranger);
        }
    }

    private void leave(String rpc, DevKeys stranger) throws InterruptedException {
        var state = StateRebuild.of(chain, deployment.vault(), 0);
        var accounts = state.accounts();
        assertThat(accounts).hasSizeGreaterThan(3);
        assertThat(accounts.values())
                .as("something to value")
                .anyMatch(account -> account.positions().stream()
                        .anyMatch(position -> position.asset().kind().isOption()));
        var global = state.ledger().global();
        var prices = PriceContent.decode(state.price().orElseThrow().content());
        var expected = new ExpectedExit(accounts, global.insurance() + global.fees(), prices);
        var due = due(state);
        var owners = new TreeSet<Address>((left, right) -> left.hex().compareTo(right.hex()));
        accounts.values().stream().map(Account::owner).forEach(owners::add);
        owners.addAll(due.keySet());
        var before = balances(owners);
        long owed = number("totalOwed", AssetId.cash(), 0);
        assertThat(owed).isZero();
        long dueCash = due.values().stream()
                .mapToLong(units -> units.getOrDefault(AssetId.cash(), 0L))
                .sum();
        assertThat(number("listing", AssetId.cash(), 3)).isEqualTo(expected.available() + dueCash);

        int runs = 0;
        int code;
        var said = new StringBuilder();
        do {
            passes(ExitTerms.PUBLISHED.freezeAfter().plusSeconds(1));
            var exit = NodeProcess.start(
                    folder,
                    Map.of("PARLEY_DATA", folder.resolve("nothing").toString()),
                    List.of(
                            "exit",
                            "--rpc",
                            rpc,
                            "--vault",
                            deployment.vault().hex(),
                            "--key",
                            stranger.file("stranger").toString(),
                            "--all",
                            "--freeze"));
            code = exit.awaitExit();
            said.append(exit.output());
            runs++;
        } while (code != 0 && runs < 5);
        assertThat(code).as("%s", said).isZero();
        assertThat(said).contains("the market stops");

        var after = balances(owners);
        long cents = 0;
        for (var owner : owners) {
            for (var asset : ASSETS.entrySet()) {
                long units = expected.paid(owner, asset.getValue())
                        + due.getOrDefault(owner, Map.of()).getOrDefault(asset.getValue(), 0L);
                assertThat(after.get(asset.getKey() + owner).subtract(before.get(asset.getKey() + owner)))
                        .as("%s of %s", asset.getKey(), owner)
                        .isEqualTo(tokens(asset.getKey(), units));
                cents += asset.getKey().equals("USD") ? units % 100 : 0;
            }
        }
        assertThat(number("totalOwed", AssetId.cash(), 0)).isEqualTo(cents);
        for (var asset : ASSETS.entrySet()) {
            long left = expected.dust(asset.getValue()) + (asset.getKey().equals("USD") ? cents : 0);
            assertThat(number("listing", asset.getValue(), 3))
                    .as("%s that stays", asset)
                    .isEqualTo(left);
            assertThat(balance(asset.getKey(), deployment.vault())).isEqualTo(tokens(asset.getKey(), left));
        }
        // No pot is left over where claims were short; where they were not, it is the pots and less than a unit per
        // claim.
        assertThat(expected.dust(AssetId.cash()))
                .isBetween(0L, global.insurance() + global.fees() + 64L * accounts.size());
        System.out.printf(
                "%d accounts left in %d runs; %d units of cash stay to nobody, %d are owed as parts of a cent%n",
                accounts.size(), runs, expected.dust(AssetId.cash()), cents);
    }

    /** What is not paid yet of final withdrawals, and what queue entries give back: by who gets it. */
    private Map<Address, Map<AssetId, Long>> due(RebuiltState state) {
        var due = new HashMap<Address, Map<AssetId, Long>>();
        var paid = Bytes32.parse(call("paidHash"));
        var hash = Bytes32.ZERO;
        boolean isPaid = !hash.equals(paid);
        for (var withdrawal :
                state.withdrawals().values().stream().flatMap(List::stream).toList()) {
            if (!isPaid) {
                due.computeIfAbsent(withdrawal.to(), _ -> new HashMap<>())
                        .merge(withdrawal.asset(), withdrawal.amount(), Long::sum);
            }
            hash = withdrawal.appendTo(hash);
            isPaid &= !hash.equals(paid);
        }
        state.queue().stream()
                .skip(state.ledger().global().queueCursor())
                .map(Command::decode)
                .forEach(entry -> {
                    if (entry instanceof Deposit deposit) {
                        due.computeIfAbsent(deposit.from(), _ -> new HashMap<>())
                                .merge(deposit.asset(), deposit.amount(), Long::sum);
                    }
                });
        assertThat(due).isNotEmpty();
        return due;
    }

    private void passes(Duration time) {
        chain.rpc().call("evm_increaseTime", time.toSeconds());
        chain.rpc().call("evm_mine");
    }

    private Map<String, BigInteger> balances(Iterable<Address> owners) {
        var balances = new HashMap<String, BigInteger>();
        for (var owner : owners) {
            for (var token : ASSETS.keySet()) {
                balances.put(token + owner, balance(token, owner));
            }
        }
        return balances;
    }

    private BigInteger balance(String token, Address owner) {
        var contract = deployment.tokens().get(token);
        var answer = chain.call(contract, encode("balanceOf", new org.web3j.abi.datatypes.Address(owner.hex())));
        return new BigInteger(answer.substring(2), 16);
    }

    /** What so many units are in the token's own; less than one of those is owed. */
    private static BigInteger tokens(String token, long units) {
        return switch (token) {
            case "USD" -> BigInteger.valueOf(units / 100);
            case "ETH" -> BigInteger.valueOf(units).multiply(BigInteger.TEN.pow(10));
            default -> BigInteger.valueOf(units);
        };
    }

    private long number(String function, AssetId asset, int word) {
        var answer = call(function, new Uint64(BigInteger.valueOf(asset.id())));
        return new BigInteger(answer.substring(2 + 64 * word, 66 + 64 * word), 16).longValueExact();
    }

    private String call(String function, Type<?>... arguments) {
        return chain.call(deployment.vault(), encode(function, arguments));
    }

    private static String encode(String function, Type<?>... arguments) {
        return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
    }
}
