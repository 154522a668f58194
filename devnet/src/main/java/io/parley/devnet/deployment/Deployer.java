package io.parley.devnet.deployment;

import io.parley.contracts.Artifacts;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Reverts;
import io.parley.contracts.chain.RpcException;
import io.parley.contracts.chain.Transaction;
import io.parley.devnet.DevnetException;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Signer;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.crypto.ContractUtils;

/**
 * One key that sends many transactions in a row to a chain that mines each at once. It does not wait between them; {@link
 * #await} does, and fails if any has failed. For a dev chain only: nothing here survives a crash.
 */
final class Deployer {

    private static final BigInteger GWEI = BigInteger.valueOf(1_000_000_000);
    private static final long CREATE_GAS = 12_000_000;
    private static final long CALL_GAS = 12_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Sent(String what, Transaction.Signed signed, Address to, String data) {}

    private final Chain chain;
    private final Signer signer;
    private final Reverts reverts;
    private final List<Sent> sent = new ArrayList<>();
    private long nonce;

    Deployer(Chain chain, Signer signer) {
        this.chain = chain;
        this.signer = signer;
        this.reverts = new Reverts("Vault", "Requests", "Disputes", "Timelock", "TestToken");
        this.nonce = chain.minedNonce(signer.address());
    }

    Address address() {
        return signer.address();
    }

    /**
     * Where a contract will be that this key creates.
     *
     * @param ahead how many transactions of this key come before it
     */
    Address created(int ahead) {
        var bytes = ContractUtils.generateContractAddress(
                HexFormat.of().parseHex(bare(signer.address().hex())), BigInteger.valueOf(nonce + ahead));
        return Address.parse("0x" + HexFormat.of().formatHex(bytes));
    }

    /** Creates a contract and waits for its address. */
    Address create(String contract, Type<?>... constructor) {
        return create(contract, Artifacts.bytecode(contract), constructor);
    }

    private Address create(String contract, String bytecode, Type<?>... constructor) {
        var arguments = FunctionEncoder.encodeConstructor(List.of(constructor));
        var receipt = receipt(send("create " + contract, null, bytecode + bare(arguments), CREATE_GAS));
        var created = receipt.contract();
        if (!receipt.success() || created == null) {
            throw new DevnetException("The contract (%s) could not be created: gas used %d of %d"
                    .formatted(contract, receipt.gasUsed(), CREATE_GAS));
        }
        return created;
    }

    /** Calls a contract; the transaction is on its way when this returns. */
    void call(Address contract, String function, Type<?>... arguments) {
        send(
                function,
                contract,
                FunctionEncoder.encode(new Function(function, List.of(arguments), List.of())),
                CALL_GAS);
    }

    private Sent send(String what, @Nullable Address to, String data, long gas) {
        var signed = new Transaction(
                        chain.chainId(), nonce, to, data, gas, GWEI, GWEI.multiply(BigInteger.valueOf(100)))
                .sign(signer);
        try {
            chain.send(signed);
        } catch (RpcException e) {
            throw new DevnetException("%s could not be sent: %s".formatted(what, e.getMessage()), e);
        }
        nonce++;
        var entry = new Sent(what, signed, to == null ? Address.ZERO : to, data);
        sent.add(entry);
        return entry;
    }

    /** Waits until all that was sent is mined. */
    void await() {
        for (var entry : sent) {
            if (!receipt(entry).success()) {
                throw new DevnetException("%s reverted: %s".formatted(entry.what(), why(entry)));
            }
        }
        sent.clear();
    }

    private String why(Sent entry) {
        try {
            chain.simulate(signer.address(), entry.to(), entry.data());
            return "for a reason that is gone now";
        } catch (RpcException e) {
            return reverts.describe(e.data());
        }
    }

    private Receipt receipt(Sent entry) {
        return await(entry.signed().hash());
    }

    private Receipt await(Bytes32 hash) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var receipt = chain.receipt(hash);
            if (receipt.isPresent()) {
                return receipt.get();
            }
            if (System.nanoTime() > deadline) {
                throw new DevnetException("Transaction %s was not mined within %s".formatted(hash.hex(), PATIENCE));
            }
            Thread.onSpinWait();
        }
    }

    private static String bare(String hex) {
        return hex.startsWith("0x") ? hex.substring(2) : hex;
    }
}
