package io.parley.bench.load;

import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Transaction;
import io.parley.devnet.deployment.DemoMarket;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Signer;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;

/** Those who send intents: keys in memory, each with an account that was funded through the vault. */
final class Owners {

    /** An intent's nonce must be within 64 of the lowest unused one of its lane, and there are four lanes. */
    static final int INTENTS_EACH = 256;

    private static final int LANES = 4;
    private static final BigInteger GWEI = BigInteger.valueOf(1_000_000_000);
    private static final long CALL_GAS = 1_000_000;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final List<Signer> signers = new ArrayList<>();
    private long used;

    Owners(int count) {
        var random = new SecureRandom();
        for (int i = 0; i < count; i++) {
            var key = new byte[32];
            random.nextBytes(key);
            key[0] &= 0x7f;
            key[31] |= 1;
            signers.add(PrivateKeySigner.of(key));
        }
    }

    /** Who signs next, and with which nonce. */
    record Turn(Signer signer, long nonce) {}

    /** All take turns, so that an owner's intents lie far apart. */
    Turn next() {
        long round = used / signers.size();
        if (round >= INTENTS_EACH) {
            throw new IllegalStateException("Every owner has sent %d intents.".formatted(INTENTS_EACH));
        }
        var signer = signers.get((int) (used++ % signers.size()));
        return new Turn(signer, round % LANES << 62 | round / LANES);
    }

    Address last() {
        return signers.getLast().address();
    }

    int count() {
        return signers.size();
    }

    /** Deposits for all of them, from one who holds the tokens and has approved the vault. */
    void fund(Chain chain, Signer payer, Address vault) {
        long nonce = chain.minedNonce(payer.address());
        Bytes32 latest = Bytes32.ZERO;
        for (var owner : signers) {
            for (var deposit : List.of(
                    deposit(owner, AssetId.cash(), 500_000, 6),
                    deposit(owner, AssetId.spot(DemoMarket.ETH), 50, 18),
                    deposit(owner, AssetId.spot(DemoMarket.BTC), 3, 8))) {
                var signed = new Transaction(
                                chain.chainId(),
                                nonce++,
                                vault,
                                FunctionEncoder.encode(deposit),
                                CALL_GAS,
                                GWEI,
                                GWEI.multiply(BigInteger.valueOf(100)))
                        .sign(payer);
                chain.send(signed);
                latest = signed.hash();
            }
        }
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (chain.receipt(latest).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("The deposits were not mined within a minute.");
            }
            Thread.onSpinWait();
        }
    }

    private static Function deposit(Signer owner, AssetId asset, long whole, int decimals) {
        return new Function(
                "depositFor",
                List.of(
                        new org.web3j.abi.datatypes.Address(owner.address().hex()),
                        new Uint64(new BigInteger(Long.toUnsignedString(asset.id()))),
                        new Uint256(BigInteger.valueOf(whole).multiply(BigInteger.TEN.pow(decimals))),
                        new Uint32(0)),
                List.of());
    }
}
