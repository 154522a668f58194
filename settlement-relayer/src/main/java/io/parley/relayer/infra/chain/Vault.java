package io.parley.relayer.infra.chain;

import io.parley.clearing.BatchAudit;
import io.parley.clearing.BatchVerifier;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Reverts;
import io.parley.contracts.chain.RpcException;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.wire.BatchRecord;
import io.parley.relayer.domain.Part;
import io.parley.relayer.infra.config.ChainConfig;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.StaticStruct;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;

/** The vault's functions as calls and call data. Blocking. */
final class Vault implements BatchAudit.Directory {

    private static final Bytes32 QUEUED = topic("Queued(uint64,bytes32,bytes)");
    private static final Bytes32 POSTED = topic("BatchPosted(uint64,bytes32,bytes32,bytes32,uint32)");

    // Rough gas by size, to plan a batch over transactions; what each really takes is estimated by the node before it
    // is sent.
    private static final long GAS_OF_BYTE = 20;
    private static final long GAS_OF_STEP = 80_000;
    private static final long GAS_OF_WITNESS_BYTE = 130;
    private static final long GAS_OF_BATCH = 250_000;

    private final Chain chain;
    private final Address address;
    private final Domain domain;
    private final Reverts reverts = new Reverts("Vault");

    /** Where the chain of batches stands. */
    record State(long verified, Bytes32 verifiedRoot, long posted, Bytes32 progressHeader, int progressStep) {}

    /**
     * A batch that is posted and not final.
     *
     * @param time unix seconds of its posting
     * @param optimistic whether it becomes final by its window
     */
    record Posted(Bytes32 headerHash, long time, boolean optimistic) {

        static final Posted NONE = new Posted(Bytes32.ZERO, 0, false);

        boolean is(BatchRecord batch) {
            return headerHash.equals(Keccak256.hash(batch.header().encode()));
        }
    }

    /** An entry of the queue, with the running hash after it. */
    record Entry(long index, Bytes32 queueHash, byte[] command) {}

    Vault(Chain chain, Address address) {
        this.chain = chain;
        this.address = address;
        this.domain = new Domain(chain.chainId(), address);
    }

    static URI rpcOf(ChainConfig config) {
        return URI.create(config.rpc().orElseThrow(() -> missing("parley.chain.rpc", "the URL of a node")));
    }

    static Address addressOf(ChainConfig config) {
        return Address.parse(config.vault().orElseThrow(() -> missing("parley.chain.vault", "the vault's address")));
    }

    private static IllegalStateException missing(String name, String what) {
        return new IllegalStateException("This role needs the setting (%s): %s.".formatted(name, what));
    }

    Address address() {
        return address;
    }

    Domain domain() {
        return domain;
    }

    State state() {
        var words = call("state");
        return new State(
                number(words, 0), word(words, 1), number(words, 2), word(words, 6), Math.toIntExact(number(words, 8)));
    }

    /** A batch that is posted and not final; a header hash of zero if there is none. */
    Posted posted(long sequence) {
        var words = call("posted", new Uint64(BigInteger.valueOf(sequence)));
        return new Posted(word(words, 0), number(words, 2), number(words, 3) == 1);
    }

    /** Seconds for which an optimistic batch can be challenged. */
    long window() {
        return number(call("window"), 0);
    }

    /** Whether the operator's bond suffices: without it a posted batch needs proof anyway. */
    boolean bonded() {
        var answer = chain.call(disputes(), encode("bonded"));
        return number(HexFormat.of().parseHex(answer.substring(2)), 0) == 1;
    }

    Address disputes() {
        return Address.parse("0x" + word(call("disputes"), 0).hex().substring(26));
    }

    /** What expands packed data. */
    Address dataPacking() {
        return Address.parse("0x" + word(call("dataPacking"), 0).hex().substring(26));
    }

    long verifiedSequence() {
        return state().verified();
    }

    @Override
    public Bytes32 queueHashAt(long index) {
        return word(call("queueHashAt", new Uint64(BigInteger.valueOf(index))), 0);
    }

    @Override
    public int accountIndex(Address owner, long account) {
        return Math.toIntExact(number(call("accountIndex", address(owner), new Uint32(account)), 0));
    }

    @Override
    public Optional<Integer> keyIndex(Address owner, long account, Address key) {
        var requests = Address.parse("0x" + word(call("requests"), 0).hex().substring(26));
        var answer = chain.call(requests, encode("keyIndex", address(owner), new Uint32(account), address(key)));
        var words = HexFormat.of().parseHex(answer.substring(2));
        return number(words, 1) == 1 ? Optional.of(Math.toIntExact(number(words, 0))) : Optional.empty();
    }

    @Override
    public Optional<Integer> listingIndex(AssetId asset) {
        var words = call("listing", new Uint64(new BigInteger(Long.toUnsignedString(asset.id()))));
        return number(words, 2) == 1 ? Optional.of(Math.toIntExact(number(words, 4))) : Optional.empty();
    }

    private static org.web3j.abi.datatypes.Address address(Address address) {
        return new org.web3j.abi.datatypes.Address(address.hex());
    }

    /** Whether the withdrawals up to this batch are paid: the hash of all that is paid is that of all that it knows. */
    boolean paid(long sequence) {
        var due = word(call("withdrawalHashOf", new Uint64(BigInteger.valueOf(sequence))), 0);
        return due.equals(Bytes32.ZERO) || word(call("paidHash"), 0).equals(due);
    }

    /** Queue entries whose logs stand in these blocks, in order. */
    List<Entry> queued(long fromBlock, long toBlock) {
        return chain.logs(address, QUEUED, fromBlock, toBlock).stream()
                .map(Vault::entry)
                .toList();
    }

    /** Logs of batches that were posted in these blocks; their topics are sequence and hash of the header. */
    List<Receipt.Log> postings(long fromBlock, long toBlock) {
        return chain.logs(address, POSTED, fromBlock, toBlock);
    }

    private static Entry entry(Receipt.Log log) {
        var data = HexFormat.of().parseHex(log.data().substring(2));
        int offset = integer(data, 32);
        int length = integer(data, offset);
        return new Entry(
                new BigInteger(1, log.topics().get(1).bytes()).longValueExact(),
                Bytes32.of(Arrays.copyOf(data, 32)),
                Arrays.copyOfRange(data, offset + 32, offset + 32 + length));
    }

    /** The call data of one part of a batch. */
    String data(BatchRecord batch, Part part, int relayerAccount) {
        var header = new DynamicBytes(batch.header().encode());
        var data = new DynamicBytes(batch.data().bytes());
        var account = new Uint32(relayerAccount);
        return switch (part.kind()) {
            case SETTLE ->
                encode("settle", header, data, new DynamicBytes(batch.witness().bytes()), account);
            case POST -> encode("postPacked", header, new DynamicBytes(new BatchVerifier(domain).packed(batch)));
            case PROVE ->
                encode(
                        "prove",
                        header,
                        data,
                        new DynamicBytes(new BatchVerifier(domain).witness(batch, part.from(), part.upTo())),
                        new Uint32(part.upTo()),
                        account);
            case FINALIZE -> encode("finalize", header, new DynamicBytes(stateAfter(batch)), account);
            case PAY -> payData(batch);
            case ROUTE -> throw new IllegalArgumentException("Routes are not the vault's.");
        };
    }

    private byte[] stateAfter(BatchRecord batch) {
        return switch (new BatchVerifier(domain).verify(batch)) {
            case BatchVerifier.Verified verified -> verified.state();
            case BatchVerifier.Refused refused ->
                throw new IllegalStateException("batch %d does not verify: %s".formatted(batch.sequence(), refused));
        };
    }

    String payData(BatchRecord batch) {
        return encode("pay", new Uint64(BigInteger.valueOf(batch.sequence())), withdrawals(batch));
    }

    static DynamicArray<Withdrawal> withdrawals(BatchRecord batch) {
        var withdrawals = new ArrayList<Withdrawal>();
        for (var line : batch.withdrawals()) {
            withdrawals.add(new Withdrawal(line.asset().id(), line.to(), line.amount()));
        }
        return new DynamicArray<>(Withdrawal.class, withdrawals);
    }

    /** A withdrawal as the vault's function takes it. */
    public static final class Withdrawal extends StaticStruct {

        Withdrawal(long asset, Address to, long amount) {
            this(
                    new Uint64(new BigInteger(Long.toUnsignedString(asset))),
                    Vault.address(to),
                    new Uint64(BigInteger.valueOf(amount)));
        }

        /** From it web3j knows the type of a list that is empty. */
        public Withdrawal(Uint64 asset, org.web3j.abi.datatypes.Address to, Uint64 amount) {
            super(asset, to, amount);
        }
    }

    /** Rough gas of each step, by the size of its record and witness. */
    static long[] gasOfSteps(BatchRecord batch) {
        var ends = batch.stepWitnessEnd();
        var gas = new long[ends.size()];
        long from = 0;
        for (int i = 0; i < gas.length; i++) {
            gas[i] = GAS_OF_STEP + (ends.get(i) - from) * GAS_OF_WITNESS_BYTE;
            from = ends.get(i);
        }
        return gas;
    }

    /** Rough gas of carrying and hashing the data once. */
    static long gasOfData(BatchRecord batch) {
        return GAS_OF_BATCH + batch.data().size() * GAS_OF_BYTE;
    }

    /** Why this call reverts now. */
    String why(Address from, String data) {
        try {
            chain.simulate(from, address, data);
            return "reverted, but would not now";
        } catch (RpcException e) {
            if (!e.answered()) {
                throw e;
            }
            return describe(e.data());
        }
    }

    String describe(String revertData) {
        return reverts.describe(revertData);
    }

    private byte[] call(String function, Type<?>... arguments) {
        return HexFormat.of()
                .parseHex(chain.call(address, encode(function, arguments)).substring(2));
    }

    private static String encode(String function, Type<?>... arguments) {
        return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
    }

    private static Bytes32 word(byte[] words, int index) {
        return Bytes32.of(Arrays.copyOfRange(words, 32 * index, 32 * index + 32));
    }

    private static long number(byte[] words, int index) {
        return new BigInteger(1, word(words, index).bytes()).longValueExact();
    }

    private static int integer(byte[] bytes, int offset) {
        return new BigInteger(1, Arrays.copyOfRange(bytes, offset, offset + 32)).intValueExact();
    }

    private static Bytes32 topic(String event) {
        return Keccak256.hash(event.getBytes(StandardCharsets.US_ASCII));
    }
}
