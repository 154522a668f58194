package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.Account;
import io.parley.clearing.BatchAssembler;
import io.parley.clearing.BatchVerifier;
import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.StepResult;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Transaction;
import io.parley.devnet.Anvil;
import io.parley.devnet.deployment.DemoMarket;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.ExitTerms;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
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
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Signer;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.BatchRecord;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;

/** A real chain with a market on it whose batches were folded here and settled there; no role runs. */
final class SettledMarket implements AutoCloseable {

    static final long NOW = 1_795_000_000L;
    static final AssetId ETH = AssetId.spot(DemoMarket.ETH);
    static final AssetId PERP = AssetId.perp(DemoMarket.ETH);
    static final String SOLVER = "amm";
    private static final Bytes32 QUEUED =
            Keccak256.hash("Queued(uint64,bytes32,bytes)".getBytes(StandardCharsets.US_ASCII));
    private static final long FEE = Fixed8.ONE / 10;
    private static final long PAYS = Fixed8.ONE;

    private final Anvil anvil;
    private final Chain chain;
    private final DevKeys keys;
    private final Deployment deployment;
    private final Ledger ledger;
    private final BatchAssembler assembler = new BatchAssembler();
    private final List<BatchRecord> closed = new ArrayList<>();
    private TreeMap<Integer, Account> atClose = new TreeMap<>();
    private long offset;
    private long priceSequence;
    private long auction;
    private long nonce;

    SettledMarket(Path folder, ExitTerms terms) {
        anvil = Anvil.start(folder.resolve("anvil"));
        chain = new Chain(URI.create(anvil.rpcUrl()));
        keys = new DevKeys(folder.resolve("keys"));
        deployment =
                MarketDeployment.deploy(chain, keys, MarginParameters.demo().encode(), terms);
        ledger = Ledger.genesis(new Domain(chain.chainId(), deployment.vault()));
    }

    String rpc() {
        return anvil.rpcUrl();
    }

    Chain chain() {
        return chain;
    }

    DevKeys keys() {
        return keys;
    }

    Deployment deployment() {
        return deployment;
    }

    Address vault() {
        return deployment.vault();
    }

    Ledger ledger() {
        return ledger;
    }

    Address address(String name) {
        return keys.signer(name).address();
    }

    /** Accounts at the end of the batch that was closed last. */
    TreeMap<Integer, Account> accountsAtClose() {
        return atClose;
    }

    // The log

    /** Brings what the vault has queued into the ledger. */
    SettledMarket drainQueue() {
        for (var log : chain.logs(vault(), QUEUED, 0, chain.blockNumber())) {
            var data = HexFormat.of().parseHex(log.data().substring(2));
            int length = new BigInteger(1, Arrays.copyOfRange(data, 64, 96)).intValueExact();
            long index = new BigInteger(1, log.topics().get(1).bytes()).longValueExact();
            if (index >= ledger.global().queueCursor()) {
                apply(Command.decode(Arrays.copyOfRange(data, 96, 96 + length)));
            }
        }
        return this;
    }

    /** A bundle with ETH and its perp at a price and every option at a mark; it closes the batch. */
    SettledMarket price(long seconds, long dollars, long mark) {
        var content = content(dollars, mark);
        var bytes = Blob.of(content.encode());
        var marksRoot = content.marksRoot(ledger.parameters().hash());
        var digest = Eip712.digest(ledger.domain(), new Price(seconds, ++priceSequence, bytes.hash(), marksRoot));
        var signatures = MarketDeployment.FEEDERS.stream()
                .map(keys::signer)
                .sorted(Comparator.comparing(Signer::address))
                .limit(2)
                .map(signer -> signer.sign(digest))
                .toList();
        apply(new PriceCommand(seconds, priceSequence, marksRoot, signatures, bytes));
        return this;
    }

    static PriceContent content(long dollars, long mark) {
        var marks = new ArrayList<PriceContent.Mark>();
        for (var listed : DemoMarket.listings()) {
            if (!listed.asset().isCash()) {
                marks.add(new PriceContent.Mark(
                        listed.asset(), listed.asset().kind().isOption() ? mark : dollars * Fixed8.ONE));
            }
        }
        marks.sort(Comparator.comparing(PriceContent.Mark::asset));
        var underlyings = new ArrayList<PriceContent.Underlying>();
        for (int underlying : new int[] {DemoMarket.ETH, DemoMarket.BTC}) {
            underlyings.add(new PriceContent.Underlying(
                    underlying,
                    dollars * Fixed8.ONE,
                    Fixed8.ONE,
                    0,
                    dollars * Fixed8.ONE,
                    DemoMarket.listings().stream()
                            .map(DemoMarket.Listed::asset)
                            .filter(asset -> asset.kind().isOption() && asset.underlying() == underlying)
                            .map(AssetId::expiryDay)
                            .distinct()
                            .map(day -> new PriceContent.Expiry(day, dollars * Fixed8.ONE, 0, 0, 0, 0, 0))
                            .toList()));
        }
        return new PriceContent(Fixed8.ONE, underlyings, marks);
    }

    /** The solver sells to the owner for so much cash, or buys if the quantity is negative. */
    SettledMarket trade(String owner, int account, AssetId asset, long quantity, long cash) {
        var signer = keys.signer(owner);
        var solver = keys.signer(SOLVER);
        var intent = new Intent(
                signer.address(),
                account,
                List.of(new Leg(asset, quantity)),
                cash,
                FEE,
                1,
                1,
                0,
                NOW + 1_000,
                nonce++,
                false,
                Conditions.NONE);
        var id = Eip712.digest(ledger.domain(), intent, ledger.listings());
        var bid = new Bid(
                solver.address(),
                0,
                ++auction,
                List.of(new Fill(id, 1, cash, FEE)),
                PAYS,
                Bytes32.ZERO,
                NOW + 1_000,
                Bytes32.ZERO);
        apply(new TradeCommand(
                auction,
                Bytes32.ZERO,
                new SignedBid(bid, solver.sign(Eip712.digest(ledger.domain(), bid))),
                List.of(new SignedIntent(intent, signer.sign(id)))));
        return this;
    }

    SettledMarket withdraw(String owner, AssetId asset, long units) {
        var signer = keys.signer(owner);
        var withdraw = new Withdraw(signer.address(), 0, asset, units, signer.address(), NOW + 1_000, nonce++);
        apply(new WithdrawCommand(withdraw, signer.sign(Eip712.digest(ledger.domain(), withdraw, ledger.listings()))));
        return this;
    }

    private void apply(Command command) {
        var result = ledger.apply(command);
        assertThat(result).as("%s", command).isInstanceOf(StepResult.Applied.class);
        assembler.add(offset++, command, (StepResult.Applied) result).closed().ifPresent(batch -> {
            closed.add(batch);
            // A price changes no account, so these are the accounts at the batch's end.
            atClose = accounts();
        });
    }

    TreeMap<Integer, Account> accounts() {
        var accounts = new TreeMap<Integer, Account>();
        for (int index = 1; accounts.size() < ledger.accounts(); index++) {
            accounts.put(index, ledger.account(index));
        }
        return accounts;
    }

    // The chain

    BatchRecord nextBatch() {
        return closed.removeFirst();
    }

    /** Settles all batches that are closed. */
    SettledMarket settleAll() {
        while (!closed.isEmpty()) {
            settle(nextBatch());
        }
        return this;
    }

    void settle(BatchRecord batch) {
        var receipt = send(MarketDeployment.RELAYER, vault(), settleData(batch));
        assertThat(receipt.success()).as("batch %d", batch.sequence()).isTrue();
    }

    String settleData(BatchRecord batch) {
        return encode(
                "settle",
                new DynamicBytes(batch.header().encode()),
                new DynamicBytes(batch.data().bytes()),
                new DynamicBytes(batch.witness().bytes()),
                new Uint32(0));
    }

    /** Ends a posted batch whose window is over. */
    void finalise(BatchRecord batch) {
        var verified = (BatchVerifier.Verified) new BatchVerifier(ledger.domain()).verify(batch);
        var receipt = send(
                MarketDeployment.RELAYER,
                vault(),
                encode(
                        "finalize",
                        new DynamicBytes(batch.header().encode()),
                        new DynamicBytes(verified.state()),
                        new Uint32(0)));
        assertThat(receipt.success()).as("batch %d", batch.sequence()).isTrue();
    }

    /** Cuts off what is posted from a batch on, as a dispute that was won does. */
    void cut(long sequence) {
        var disputes = deployment.disputes().hex();
        chain.rpc().call("anvil_impersonateAccount", disputes);
        chain.rpc().call("anvil_setBalance", disputes, "0xde0b6b3a7640000");
        var hash = chain.rpc()
                .call(
                        "eth_sendTransaction",
                        Map.of(
                                "from",
                                disputes,
                                "to",
                                vault().hex(),
                                "data",
                                encode("cut", new Uint64(BigInteger.valueOf(sequence)))))
                .asText();
        chain.rpc().call("anvil_stopImpersonatingAccount", disputes);
        assertThat(mined(Bytes32.parse(hash)).success()).isTrue();
    }

    static String encode(String function, Type<?>... arguments) {
        return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
    }

    Receipt send(String key, Address to, String data) {
        var signer = keys.signer(key);
        var gwei = BigInteger.valueOf(1_000_000_000);
        var signed = new Transaction(
                        chain.chainId(),
                        chain.minedNonce(signer.address()),
                        to,
                        data,
                        50_000_000,
                        gwei,
                        gwei.multiply(BigInteger.TEN))
                .sign(signer);
        chain.send(signed);
        return mined(signed.hash());
    }

    private Receipt mined(Bytes32 transaction) {
        Optional<Receipt> receipt = Optional.empty();
        while (receipt.isEmpty()) {
            receipt = chain.receipt(transaction);
        }
        return receipt.get();
    }

    void passes(long seconds) {
        chain.rpc().call("evm_increaseTime", seconds);
        chain.rpc().call("evm_mine");
    }

    BigInteger balance(String token, Address owner) {
        var contract = deployment.tokens().get(token);
        return new BigInteger(
                chain.call(contract, encode("balanceOf", new org.web3j.abi.datatypes.Address(owner.hex())))
                        .substring(2),
                16);
    }

    /** Units that the vault holds of an asset. */
    long held(AssetId asset) {
        return word(chain.call(vault(), encode("listing", new Uint64(BigInteger.valueOf(asset.id())))), 3);
    }

    long totalOwed(AssetId asset) {
        return word(chain.call(vault(), encode("totalOwed", new Uint64(BigInteger.valueOf(asset.id())))), 0);
    }

    private static long word(String answer, int index) {
        return new BigInteger(answer.substring(2 + 64 * index, 66 + 64 * index), 16).longValueExact();
    }

    @Override
    public void close() {
        anvil.close();
    }
}
