package io.parley.relayer.infra.chain;

import io.parley.clearing.Fraud;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.Wallet;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Signer;
import java.security.SecureRandom;
import java.util.List;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.StaticStruct;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint8;

/** Sends challenges: first the commitment, in a later block what it commits to. Blocking. */
final class Disputes {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long BLOCK_POLL_MS = 1_000;
    private static final int ATTEMPTS = 120;

    private final Chain chain;
    private final Address address;
    private final Wallet wallet;
    private final Address reward;

    /** @param reward who gets half of the bond */
    Disputes(Chain chain, Address address, Signer signer, Address reward) {
        this.chain = chain;
        this.address = address;
        this.wallet = new Wallet(chain, signer, "Disputes", "Vault");
        this.reward = reward;
    }

    /** The challenge as the contract's function takes it. */
    public static final class Challenge extends StaticStruct {

        Challenge(Fraud fraud, Address reward, byte[] salt) {
            super(
                    new Uint8(fraud.kind().ordinal()),
                    new Uint32(fraud.step()),
                    new org.web3j.abi.datatypes.Address(reward.hex()),
                    new org.web3j.abi.datatypes.generated.Bytes32(salt));
        }
    }

    /**
     * @param header the header as it was posted
     * @param data the data as they were posted
     * @throws IllegalStateException if the contract refuses it
     */
    Receipt challenge(Fraud fraud, Bytes32 headerHash, byte[] header, byte[] data) throws InterruptedException {
        var salt = new byte[32];
        RANDOM.nextBytes(salt);
        var challenge = new Challenge(fraud, reward, salt);
        var evidence = new DynamicBytes(fraud.evidence());
        var commitment = chain.call(
                address,
                encode(
                        "commitmentOf",
                        challenge,
                        new org.web3j.abi.datatypes.generated.Bytes32(headerHash.bytes()),
                        evidence));
        wallet.send(
                address,
                encode(
                        "commit",
                        new org.web3j.abi.datatypes.generated.Bytes32(
                                Bytes32.parse(commitment).bytes())));
        var call = encode("challenge", challenge, new DynamicBytes(header), new DynamicBytes(data), evidence);
        for (int attempt = 1; ; attempt++) {
            try {
                return wallet.send(address, call);
            } catch (IllegalStateException e) {
                // Some nodes estimate in the latest block, which is the commitment's own until there is another.
                if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains("NotCommitted")) {
                    throw e;
                }
                Thread.sleep(BLOCK_POLL_MS);
            }
        }
    }

    private static String encode(String function, Type<?>... arguments) {
        return FunctionEncoder.encode(new Function(function, List.of(arguments), List.of()));
    }
}
