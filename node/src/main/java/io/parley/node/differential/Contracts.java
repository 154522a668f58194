package io.parley.node.differential;

import io.parley.contracts.Artifacts;
import io.parley.contracts.chain.Chain;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint256;

/** The contracts' side: runs steps on a development chain, in the contract that a dispute would run them in. */
final class Contracts {

    /** For whom everything is signed. No vault stands there: a step does not ask for one. */
    static final Address VAULT = at(1);

    private static final Address DISPUTES = at(2);
    private static final Address CALLS = at(3);
    private static final List<String> VERIFIERS =
            List.of("QueueVerifier", "ForcedVerifier", "AccountVerifier", "PriceVerifier", "TradeVerifier");
    private static final String REFUSED = selector("Refused(uint16,uint256,int256,int256)");

    /** Enough for a call of many steps; a block of a real chain holds a few. */
    private static final String GAS = "0x" + Long.toHexString(2_000_000_000L);

    private final Chain chain;

    /** Puts the contracts on the chain as their constructors would leave them. */
    Contracts(Chain chain) {
        this.chain = chain;
        chain.rpc().call("evm_setBlockGasLimit", GAS);
        List<Type> arguments = new ArrayList<>();
        for (var none : List.of(VAULT, Address.ZERO, Address.ZERO, Address.ZERO)) {
            arguments.add(new org.web3j.abi.datatypes.Address(none.hex()));
        }
        arguments.add(new Uint256(BigInteger.ZERO));
        for (int i = 0; i < VERIFIERS.size(); i++) {
            put(at(4 + i), VERIFIERS.get(i), "");
            arguments.add(new org.web3j.abi.datatypes.Address(at(4 + i).hex()));
        }
        put(DISPUTES, "Disputes", FunctionEncoder.encodeConstructor(arguments));
        put(CALLS, "Calls", "");
    }

    private static Address at(int place) {
        return Address.parse("0x%040x".formatted(0xd1ff_0000L + place));
    }

    private void put(Address where, String contract, String arguments) {
        var creation = java.util.Map.of("data", Artifacts.bytecode(contract) + arguments);
        var code = chain.rpc().call("eth_call", creation, "latest").asText();
        chain.rpc().call("anvil_setCode", where.hex(), code);
    }

    /** The domain that the contracts check signatures under. */
    Domain domain() {
        return new Domain(chain.chainId(), VAULT);
    }

    static String selector(String signature) {
        return Keccak256.hash(signature.getBytes(StandardCharsets.US_ASCII))
                .hex()
                .substring(0, 10);
    }

    /** What the contracts say of each of these, in order. */
    List<Verdict> judge(List<Trial> trials) {
        var calls = trials.stream().map(t -> new DynamicBytes(call(t))).toList();
        var each = new Function(
                "each",
                List.of(
                        new org.web3j.abi.datatypes.Address(DISPUTES.hex()),
                        new DynamicArray<>(DynamicBytes.class, calls)),
                List.of());
        var request = java.util.Map.of("to", CALLS.hex(), "data", FunctionEncoder.encode(each), "gas", GAS);
        var answer = chain.rpc().call("eth_call", request, "latest").asText();
        return verdicts(HexFormat.of().parseHex(answer, 2, answer.length()), trials.size());
    }

    private static byte[] call(Trial trial) {
        var encoded = FunctionEncoder.encode(new Function(
                "rerunStep",
                List.of(
                        new org.web3j.abi.datatypes.generated.Bytes32(
                                trial.before().bytes()),
                        new Uint256(BigInteger.ZERO),
                        new DynamicBytes(trial.record()),
                        new DynamicBytes(trial.evidence())),
                List.of()));
        return HexFormat.of().parseHex(encoded, 2, encoded.length());
    }

    /** An array of {@code (bool success, bytes result)} as the ABI lays it out. */
    private static List<Verdict> verdicts(byte[] answer, int count) {
        int array = word(answer, 0);
        if (word(answer, array) != count) {
            throw new IllegalStateException("%d outcomes of %d steps".formatted(word(answer, array), count));
        }
        int table = array + 32;
        List<Verdict> verdicts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int outcome = table + word(answer, table + 32 * i);
            int result = outcome + word(answer, outcome + 32);
            var hex = "0x" + HexFormat.of().formatHex(answer, result + 32, result + 32 + word(answer, result));
            boolean success = word(answer, outcome) != 0;
            if (success) {
                verdicts.add(Verdict.applied(Bytes32.parse(hex)));
            } else if (hex.startsWith(REFUSED)) {
                verdicts.add(Verdict.refused(Integer.parseInt(hex.substring(10, 74), 16)));
            } else {
                verdicts.add(Verdict.reverted(hex));
            }
        }
        return verdicts;
    }

    private static int word(byte[] bytes, int at) {
        return new BigInteger(1, bytes, at, 32).intValueExact();
    }
}
