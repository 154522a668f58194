package io.parley.node.demo;

import io.parley.clearing.BatchData;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Wallet;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.Terminal;
import io.parley.protocol.Address;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.BatchRecord;
import io.parley.relayer.infra.chain.Relayer;
import io.parley.relayer.infra.store.RelayerStore;
import io.quarkus.arc.Arc;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint64;

/**
 * Posts the first batch with a trade with a wrong root, as a dishonest operator would, and looks on: the watcher finds it by itself,
 * challenges it, earns half of the bond; then the relayer posts the same commands with the right roots.
 */
public final class DisputeDemo {

    private static final long PATIENCE_SECONDS = 120;

    private final Terminal terminal;
    private final Chain chain;
    private final Deployment deployment;
    private final DevKeys keys;

    public DisputeDemo(Terminal terminal, Chain chain, Deployment deployment, DevKeys keys) {
        this.terminal = terminal;
        this.chain = chain;
        this.deployment = deployment;
        this.keys = keys;
    }

    /** @return whether the wrong batch was cut off and every intent ended as it should */
    public boolean run(FirstSet set) throws Exception {
        var relayer = Arc.container().instance(Relayer.class).get();
        var store = Arc.container().instance(RelayerStore.class).get();
        relayer.hold(DisputeDemo::trades);
        var settled = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            try {
                settled.complete(set.run());
            } catch (InterruptedException | RuntimeException e) {
                settled.completeExceptionally(e);
            }
        });
        var honest = awaitTrade(store);
        var before = tokens(keys.signer(MarketDeployment.WATCHER).address());
        terminal.stage("bond", "%s dollars of the operator", dollars(bond()));
        var wrong = withWrongRoot(honest);
        var receipt = new Wallet(chain, keys.signer(MarketDeployment.RELAYER), "Vault")
                .send(
                        deployment.vault(),
                        encode(
                                "post",
                                new DynamicBytes(wrong.header().encode()),
                                new DynamicBytes(wrong.data().encode())));
        terminal.stage(
                "fraud",
                "batch %d posted with root %s where the log leads to %s, tx %s",
                honest.sequence(),
                shortened(wrong.header().root()),
                shortened(honest.header().root()),
                receipt.transaction().hex());
        boolean cut = awaitCut(honest.sequence(), Keccak256.hash(wrong.header().encode()));
        var earned = tokens(keys.signer(MarketDeployment.WATCHER).address()).subtract(before);
        terminal.stage(
                "dispute",
                cut
                        ? "the watcher challenged it: batch %d is cut off, %s dollars to the challenger, %s of the bond are left"
                        : "batch %d still stands, %s dollars to the challenger, bond %s",
                honest.sequence(),
                dollars(earned),
                dollars(bond()));
        relayer.hold(batch -> false);
        boolean all = settled.get(PATIENCE_SECONDS * 2, TimeUnit.SECONDS);
        var state = chain.call(deployment.vault(), encode("state"));
        terminal.stage("final", "up to batch %d", new BigInteger(state.substring(2, 66), 16));
        return cut && all && earned.signum() > 0;
    }

    private static boolean trades(BatchRecord batch) {
        return BatchData.decode(batch.data().bytes()).records().stream().anyMatch(r -> r[1] == TradeCommand.KIND);
    }

    private BatchRecord awaitTrade(RelayerStore store) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            var state = chain.call(deployment.vault(), encode("state"));
            long posted = Math.max(number(state, 0), number(state, 2));
            var next = store.batch(posted + 1);
            if (next.isPresent() && trades(next.get())) {
                return next.get();
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException(
                "No trade was cleared within %d s; the log says why.".formatted(PATIENCE_SECONDS));
    }

    private record Posting(BatchHeader header, BatchData data) {}

    /** All of it fits together, but for one root that no run of the trade leads to. */
    private static Posting withWrongRoot(BatchRecord honest) {
        var data = BatchData.decode(honest.data().bytes());
        List<Bytes32> roots = new ArrayList<>(data.roots());
        roots.set(
                roots.size() - 1,
                Keccak256.hash("a root that gives the operator more".getBytes(StandardCharsets.US_ASCII)));
        var wrong = new BatchData(data.records(), roots);
        var header = honest.header();
        return new Posting(
                new BatchHeader(
                        header.sequence(),
                        header.parentRoot(),
                        roots.getLast(),
                        wrong.stepsRoot(),
                        Keccak256.hash(wrong.encode()),
                        header.steps(),
                        header.queueFrom(),
                        header.queueTo(),
                        header.verifiedOnly()),
                wrong);
    }

    private boolean awaitCut(long sequence, Bytes32 headerHash) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            var posted = chain.call(deployment.vault(), encode("posted", new Uint64(BigInteger.valueOf(sequence))));
            if (!posted.substring(2, 66).equals(headerHash.hex().substring(2))) {
                return true;
            }
            Thread.sleep(20);
        }
        return false;
    }

    private BigInteger bond() {
        return new BigInteger(chain.call(deployment.disputes(), encode("bond")).substring(2), 16);
    }

    private BigInteger tokens(Address owner) {
        var usd = Objects.requireNonNull(deployment.tokens().get("USD"));
        return new BigInteger(
                chain.call(usd, encode("balanceOf", new org.web3j.abi.datatypes.Address(owner.hex())))
                        .substring(2),
                16);
    }

    private static String dollars(BigInteger tokens) {
        return "%,.2f".formatted(tokens.doubleValue() / 1e6);
    }

    private static String shortened(Bytes32 hash) {
        return hash.hex().substring(0, 10) + "…";
    }

    private static long number(String words, int index) {
        return new BigInteger(words.substring(2 + 64 * index, 66 + 64 * index), 16).longValueExact();
    }

    private static String encode(String function, Type<?>... arguments) {
        return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
    }
}
