package io.parley.relayer.infra.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.clearing.BatchAssembler;
import io.parley.clearing.BatchAudit;
import io.parley.clearing.BatchData;
import io.parley.clearing.BatchVerifier;
import io.parley.clearing.Fraud;
import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.PackedData;
import io.parley.clearing.Replay;
import io.parley.clearing.StepResult;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.RpcException;
import io.parley.contracts.chain.Transaction;
import io.parley.devnet.Anvil;
import io.parley.devnet.deployment.DemoMarket;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.Listings;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Route;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Signer;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.RouteRecord;
import io.parley.relayer.domain.Part;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;

/** Batches that Java folded, on a real chain: the vault must come to the same root, and refuse all else. */
class VaultTest {

    private static final long NOW = 1_795_000_000L;

    @TempDir
    Path folder;

    private Anvil anvil;
    private Chain chain;
    private DevKeys keys;
    private Deployment deployment;
    private Vault vault;
    private Routes routes;
    private Ledger ledger;
    private final BatchAssembler assembler = new BatchAssembler();
    private final List<BatchRecord> batches = new ArrayList<>();
    private final List<Replay.Entry> log = new ArrayList<>();
    private long offset;
    private long sequence;

    @BeforeEach
    void aMarket() {
        anvil = Anvil.start(folder.resolve("anvil"));
        chain = new Chain(URI.create(anvil.rpcUrl()));
        keys = new DevKeys(folder.resolve("keys"));
        deployment =
                MarketDeployment.deploy(chain, keys, MarginParameters.demo().encode());
        vault = new Vault(chain, deployment.vault());
        routes = new Routes(chain, deployment.routes());
        ledger = Ledger.genesis(new Domain(chain.chainId(), deployment.vault()));
    }

    @AfterEach
    void stop() {
        anvil.close();
    }

    @Test
    void theVault_comesToTheRootThatJavaFolded_forEveryKindOfCommand() {
        drainQueue(0);
        price(NOW);
        settle(batches.removeFirst());
        assertThat(vault.state().verifiedRoot()).isEqualTo(lastRoot);

        long queued = ledger.global().queueCursor();
        trade();
        withdraw();
        drainQueue(queued);
        price(NOW + 1);
        var batch = batches.removeFirst();
        settle(batch);

        assertThat(vault.state().verifiedRoot()).isEqualTo(batch.header().root());
        assertThat(batch.withdrawals()).hasSize(1);
        send(vault.payData(batch));
        assertThat(vault.paid(batch.sequence())).isTrue();
        assertThat(ledger.account(keys.signer(MarketDeployment.RELAYER).address(), 0)
                        .orElseThrow()
                        .cash())
                .as("the first batch collected no fee, so the relayer has its deposit")
                .isEqualTo(Fixed8.ONE);
    }

    @Test
    void routes_runWithThePaymentThatFundsThem_andWhatCameBackIsInTheNextBatch() {
        drainQueue(0);
        price(NOW);
        settle(batches.removeFirst());
        long queued = ledger.global().queueCursor();
        var buys = route(0, AssetId.cash(), 3_000 * Fixed8.ONE, AssetId.spot(1), Fixed8.parse("0.99"));
        var asksTooMuch = route(1, AssetId.cash(), 3_000 * Fixed8.ONE, AssetId.spot(1), 2 * Fixed8.ONE);
        signed(buys, 0);
        signed(asksTooMuch, 1);
        price(NOW + 1);
        var batch = batches.removeFirst();
        settle(batch);
        assertThat(routes.isAdapter(deployment.adapter())).isTrue();
        assertThat(routes.isAdapter(deployment.vault())).isFalse();
        assertThat(routes.hasRun(buys)).isFalse();
        long cash = solverHas(AssetId.cash());
        long coins = solverHas(AssetId.spot(1));

        var receipt = send(routes.address(), routes.payAndRun(batch, List.of(buys, asksTooMuch)));

        assertThat(vault.paid(batch.sequence())).isTrue();
        assertThat(routes.hasRun(buys)).isTrue();
        assertThat(routes.hasRun(asksTooMuch)).isTrue();
        assertThat(routes.transactionOf(buys)).contains(receipt.transaction());
        assertThat(routes.result(buys, receipt.logs())).hasValueSatisfying(result -> {
            assertThat(result.swapped()).isTrue();
            assertThat(result.detail()).startsWith("3000000000 handed over");
        });
        assertThat(routes.result(asksTooMuch, receipt.logs())).hasValueSatisfying(result -> {
            assertThat(result.swapped()).isFalse();
            assertThat(result.detail()).startsWith("3000000000 came back: BelowMinimum(");
        });
        drainQueue(queued);
        price(NOW + 2);
        settle(batches.removeFirst());
        assertThat(vault.state().verifiedRoot()).isEqualTo(lastRoot);
        assertThat(solverHas(AssetId.spot(1)) - coins).isBetween(Fixed8.parse("0.99"), Fixed8.ONE);
        assertThat(solverHas(AssetId.cash()))
                .as("only what could not be swapped came back")
                .isEqualTo(cash + 3_000 * Fixed8.ONE);
    }

    /** As a crash between the two transactions, or somebody else's payment, leaves it. */
    @Test
    void aRouteThatWasPaidAndDidNotRun_runsLater_andOnce_alsoAfterAReorg() {
        drainQueue(0);
        price(NOW);
        settle(batches.removeFirst());
        var sells = route(0, AssetId.spot(1), Fixed8.ONE, AssetId.cash(), 2_900 * Fixed8.ONE);
        signed(sells, 0);
        price(NOW + 1);
        var batch = batches.removeFirst();
        settle(batch);
        send(vault.payData(batch));
        var relayer = keys.signer(MarketDeployment.RELAYER).address();
        assertThatThrownBy(() -> chain.simulate(relayer, routes.address(), routes.payAndRun(batch, List.of(sells))))
                .as("they are paid already")
                .isInstanceOf(RpcException.class);

        var before = chain.rpc().call("evm_snapshot").asText();
        send(routes.address(), routes.run(List.of(sells)));
        assertThat(routes.hasRun(sells)).isTrue();
        chain.rpc().call("evm_revert", before);
        assertThat(routes.hasRun(sells)).isFalse();
        assertThat(routes.transactionOf(sells)).isEmpty();

        var first = send(routes.address(), routes.run(List.of(sells)));
        var second = send(routes.address(), routes.run(List.of(sells)));
        assertThat(routes.result(sells, first.logs()).orElseThrow().swapped()).isTrue();
        assertThat(second.logs()).as("it is passed over").isEmpty();
    }

    private Route route(int index, AssetId input, long amount, AssetId output, long minimum) {
        return new Route(
                keys.signer("amm").address(),
                0,
                1,
                index,
                deployment.adapter(),
                input,
                amount,
                output,
                minimum,
                chain.pendingTime() + 600);
    }

    private void signed(Route route, long nonce) {
        var digest = Eip712.digest(ledger.domain(), route.withdraw(deployment.routes(), nonce), ledger.listings());
        var record = new RouteRecord(route, nonce, keys.signer("amm").sign(digest));
        apply(record.withdrawal(deployment.routes()));
    }

    private long solverHas(AssetId asset) {
        var account = ledger.account(keys.signer("amm").address(), 0).orElseThrow();
        return asset.isCash()
                ? account.cash()
                : account.positions().stream()
                        .filter(position -> position.asset().equals(asset))
                        .findFirst()
                        .orElseThrow()
                        .quantity();
    }

    @Test
    void aBatchTooLargeForOneTransaction_isProvenInParts() {
        drainQueue(0);
        price(NOW);
        var batch = batches.removeFirst();
        int steps = batch.header().steps();

        send(vault.data(batch, new Part(Part.Kind.POST, 0, 0), 0));
        for (int from = 0; from < steps; from += 10) {
            send(vault.data(batch, new Part(Part.Kind.PROVE, from, Math.min(from + 10, steps)), 0));
        }

        assertThat(vault.state().verified()).isEqualTo(1);
        assertThat(vault.state().verifiedRoot()).isEqualTo(batch.header().root());
    }

    /** An operator could else post what the chain takes and no watcher can read. */
    @Test
    void packedData_areExpandedToTheSameBytesByBoth_orRefusedByBoth() {
        drainQueue(0);
        price(NOW);
        batches.removeFirst();
        trade();
        withdraw();
        price(NOW + 1);
        var batch = batches.removeFirst();
        var packed = new BatchVerifier(ledger.domain()).packed(batch);
        assertThat(unpacked(packed)).contains(batch.data());
        assertThat(onChain(packed)).contains(batch.data());

        // Not in the price's content, where each bit is as good as another: in the head, and in the trade behind the
        // price.
        int head = 44;
        int trade = head + 37 + BatchData.decode(batch.data().bytes()).records().getFirst().length;
        var random = new Random(7);
        int taken = 0;
        for (int i = 0; i < 1_500; i++) {
            var other = i % 50 == 0 ? Arrays.copyOf(packed, random.nextInt(packed.length + 40)) : packed.clone();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                int at = random.nextInt(4) == 0 ? random.nextInt(head) : trade + 32 + random.nextInt(250);
                if (at < other.length) {
                    other[at] ^= (byte) (1 << random.nextInt(8));
                }
            }
            var here = unpacked(other);
            taken += here.isPresent() ? 1 : 0;
            assertThat(onChain(other)).as(Blob.of(other).hex()).isEqualTo(here);
        }
        assertThat(taken).isBetween(300, 1_400);
    }

    private Optional<Blob> unpacked(byte[] packed) {
        try {
            return Optional.of(Blob.of(PackedData.unpack(ledger.domain(), packed)));
        } catch (Undecodable e) {
            return Optional.empty();
        }
    }

    private Optional<Blob> onChain(byte[] packed) {
        var function = new Function(
                "unpack",
                List.of(
                        new org.web3j.abi.datatypes.generated.Bytes32(
                                ledger.domain().separator().bytes()),
                        new DynamicBytes(packed)),
                List.of());
        try {
            var answer = HexFormat.of()
                    .parseHex(chain.call(vault.dataPacking(), FunctionEncoder.encode(function))
                            .substring(2));
            int length = new BigInteger(1, Arrays.copyOfRange(answer, 32, 64)).intValueExact();
            return Optional.of(Blob.of(Arrays.copyOfRange(answer, 64, 64 + length)));
        } catch (RpcException e) {
            assertThat(e.answered()).isTrue();
            return Optional.empty();
        }
    }

    @Test
    void aWrongBatch_isRefusedWithAnErrorThatNamesWhatIsWrong() {
        drainQueue(0);
        price(NOW);
        var batch = batches.removeFirst();
        var data = vault.data(batch, new Part(Part.Kind.SETTLE, 0, 0), 0);
        // A digit in the middle of the witness.
        int at = data.length() - 2_001;
        var wrong = data.substring(0, at) + (data.charAt(at) == '0' ? '1' : '0') + data.substring(at + 1);

        var why = vault.why(keys.signer(MarketDeployment.RELAYER).address(), wrong);

        assertThat(why).matches("[A-Z]\\w+\\(.*\\)");
        assertThat(vault.verifiedSequence()).isZero();
    }

    private Bytes32 lastRoot = Bytes32.ZERO;

    /** Brings the vault's queue into the ledger, as the watcher and risk-check do. */
    private void drainQueue(long from) {
        for (var entry : vault.queued(0, chain.blockNumber())) {
            if (entry.index() >= from) {
                apply(Command.decode(entry.command()));
            }
        }
    }

    /** What a dishonest operator posts, sealed as well as can be: whoever folds the log sees it, and the chain believes the evidence. */
    @Test
    void whateverAnOperatorPostsInstead_isChallengedAndCutOff() throws InterruptedException {
        drainQueue(0);
        price(NOW);
        settle(batches.removeFirst());
        long queued = ledger.global().queueCursor();
        trade();
        withdraw();
        drainQueue(queued);
        price(NOW + 1);
        var honest = batches.removeFirst();
        assertThat(audit(honest, honest.header(), honest.data().bytes())).isEmpty();

        var data = honest.data().bytes();
        var found = new EnumMap<Fraud.Kind, Integer>(Fraud.Kind.class);
        int tried = 0;
        for (int at = 4; at < data.length; at += 29) {
            var wrong = data.clone();
            wrong[at] ^= (byte) (1 << at % 8);
            if (!isTranscript(data, at)) {
                found.merge(dispute(honest, wrong), 1, Integer::sum);
                tried++;
            }
        }
        for (var forged : forgeries(honest)) {
            found.merge(dispute(honest, forged), 1, Integer::sum);
            tried++;
        }
        System.out.printf("%d wrong batches were cut off: %s%n", tried, found);
        assertThat(found).containsKeys(Fraud.Kind.STEP, Fraud.Kind.UNDECODABLE);
        settle(honest);
        assertThat(vault.state().verifiedRoot()).isEqualTo(honest.header().root());
    }

    private Optional<Fraud> audit(BatchRecord honest, BatchHeader header, byte[] data) {
        var before = Replay.fromGenesis(ledger.domain())
                .fold(log.stream()
                        .filter(entry -> entry.offset() < honest.firstOffset())
                        .iterator())
                .ledger();
        return BatchAudit.find(before, header, data, vault);
    }

    /** Posts the data on a copy of the chain, challenges them, and takes the copy away. */
    private Fraud.Kind dispute(BatchRecord honest, byte[] data) throws InterruptedException {
        var copy = chain.rpc().call("evm_snapshot").asText();
        var header = sealed(honest.header(), data);
        var bytes = header.encode();
        send(FunctionEncoder.encode(
                new Function("post", List.of(new DynamicBytes(bytes), new DynamicBytes(data)), List.of())));
        var fraud = audit(honest, header, data).orElseThrow();
        var watcher = keys.signer(MarketDeployment.WATCHER);
        new Disputes(chain, vault.disputes(), watcher, watcher.address())
                .challenge(fraud, Keccak256.hash(bytes), bytes, data);
        assertThat(vault.posted(header.sequence()).headerHash()).as("%s", fraud).isEqualTo(Bytes32.ZERO);
        chain.rpc().call("evm_revert", copy);
        return fraud.kind();
    }

    private static BatchHeader sealed(BatchHeader header, byte[] data) {
        var stepsRoot = header.stepsRoot();
        var root = header.root();
        try {
            var read = BatchData.decode(data);
            stepsRoot = read.stepsRoot();
            root = read.roots().getLast();
        } catch (Undecodable e) {
            // Then the old ones must do.
        }
        return new BatchHeader(
                header.sequence(),
                header.parentRoot(),
                root,
                stepsRoot,
                Keccak256.hash(data),
                header.steps(),
                header.queueFrom(),
                header.queueTo(),
                false);
    }

    private static boolean isTranscript(byte[] data, int at) {
        var records = BatchData.decode(data).records();
        int from = 4 + 36 * records.size();
        for (var record : records) {
            if (record[1] == TradeCommand.KIND && at >= from + 10 && at < from + 42) {
                return true;
            }
            from += record.length;
        }
        return false;
    }

    /** The trade replaced by others, each signed by those that it names. */
    private List<byte[]> forgeries(BatchRecord honest) {
        var alice = keys.signer("alice");
        return List.of(
                // More than the margin carries.
                with(honest, trade(alice, 0, AssetId.perp(1), 2_000, -3_050)),
                // Below the limit.
                with(honest, trade(alice, 0, AssetId.spot(1), 1, -3_000)),
                // Of an account that nobody made.
                with(honest, trade(alice, 77, AssetId.spot(1), 1, -3_050)),
                // Of an asset that is not listed.
                with(honest, trade(alice, 0, AssetId.spot(4_000), 1, -3_050)),
                // Signed by somebody else.
                with(honest, trade(keys.signer("bob"), alice, 0, AssetId.spot(1), 1, -3_050)));
    }

    private static byte[] with(BatchRecord honest, TradeCommand forged) {
        var read = BatchData.decode(honest.data().bytes());
        var records = new ArrayList<>(read.records());
        records.replaceAll(record -> record[1] == TradeCommand.KIND ? forged.encode() : record);
        return new BatchData(records, read.roots()).encode();
    }

    private void apply(Command command) {
        var result = ledger.apply(command);
        assertThat(result).as("%s", command).isInstanceOf(StepResult.Applied.class);
        log.add(new Replay.Entry(offset, command.encode()));
        assembler.add(offset++, command, (StepResult.Applied) result).closed().ifPresent(batch -> {
            batches.add(batch);
            lastRoot = batch.header().root();
        });
    }

    private void price(long time) {
        var marks = new ArrayList<PriceContent.Mark>();
        for (var listed : DemoMarket.listings()) {
            if (!listed.asset().isCash()) {
                marks.add(new PriceContent.Mark(listed.asset(), Math.multiplyExact(3_000, Fixed8.ONE)));
            }
        }
        marks.sort(Comparator.comparing(PriceContent.Mark::asset));
        var content = new PriceContent(
                Fixed8.ONE,
                List.of(
                        new PriceContent.Underlying(
                                1, 3_000 * Fixed8.ONE, Fixed8.ONE, 0, 3_000 * Fixed8.ONE, List.of()),
                        new PriceContent.Underlying(
                                2, 3_000 * Fixed8.ONE, Fixed8.ONE, 0, 3_000 * Fixed8.ONE, List.of())),
                List.copyOf(marks));
        var bytes = Blob.of(content.encode());
        var marksRoot = content.marksRoot(ledger.parameters().hash());
        var digest = Eip712.digest(ledger.domain(), new Price(time, ++sequence, bytes.hash(), marksRoot));
        var signatures = MarketDeployment.FEEDERS.stream()
                .map(keys::signer)
                .sorted(Comparator.comparing(Signer::address))
                .limit(2)
                .map(signer -> signer.sign(digest))
                .toList();
        apply(new PriceCommand(time, sequence, marksRoot, signatures, bytes));
    }

    private void trade() {
        apply(trade(keys.signer("alice"), 0, AssetId.spot(1), 1, -3_050));
    }

    private TradeCommand trade(Signer owner, int account, AssetId asset, long whole, long limit) {
        return trade(owner, owner, account, asset, whole, limit);
    }

    private TradeCommand trade(Signer signer, Signer owner, int account, AssetId asset, long whole, long limit) {
        var solver = keys.signer("amm");
        var intent = new Intent(
                owner.address(),
                account,
                List.of(new Leg(asset, whole * Fixed8.ONE)),
                limit * whole * Fixed8.ONE,
                Fixed8.ONE,
                1,
                1,
                0,
                NOW + 1_000,
                0,
                false,
                Conditions.NONE);
        var names =
                ledger.listings().contains(asset) ? ledger.listings() : Listings.of(Map.of(asset, asset.name("ANY")));
        var id = Eip712.digest(ledger.domain(), intent, names);
        var bid = new Bid(
                solver.address(),
                0,
                1,
                List.of(new Fill(id, 1, -3_010 * whole * Fixed8.ONE, Fixed8.ONE / 10)),
                0,
                Bytes32.ZERO,
                NOW + 1_000,
                Bytes32.ZERO);
        return new TradeCommand(
                1,
                Bytes32.ZERO,
                new SignedBid(bid, solver.sign(Eip712.digest(ledger.domain(), bid))),
                List.of(new SignedIntent(intent, signer.sign(id))));
    }

    private void withdraw() {
        var bob = keys.signer("bob");
        var withdraw = new Withdraw(bob.address(), 0, AssetId.cash(), 100 * Fixed8.ONE, bob.address(), NOW + 1_000, 0);
        Signature signature = bob.sign(Eip712.digest(ledger.domain(), withdraw, ledger.listings()));
        apply(new WithdrawCommand(withdraw, signature));
    }

    private void settle(BatchRecord batch) {
        send(vault.data(batch, new Part(Part.Kind.SETTLE, 0, batch.header().steps()), 0));
    }

    private void send(String data) {
        send(vault.address(), data);
    }

    private Receipt send(Address to, String data) {
        var relayer = keys.signer(MarketDeployment.RELAYER);
        var gwei = BigInteger.valueOf(1_000_000_000);
        var signed = new Transaction(
                        chain.chainId(),
                        chain.minedNonce(relayer.address()),
                        to,
                        data,
                        50_000_000,
                        gwei,
                        gwei.multiply(BigInteger.TEN))
                .sign(relayer);
        chain.send(signed);
        Optional<Receipt> receipt = Optional.empty();
        while (receipt.isEmpty()) {
            receipt = chain.receipt(signed.hash());
        }
        if (!receipt.get().success()) {
            chain.simulate(relayer.address(), to, data);
            throw new AssertionError("reverted, but would not now");
        }
        System.out.printf("%s… gas %,d%n", data.substring(0, 10), receipt.get().gasUsed());
        return receipt.get();
    }
}
