package io.parley.bench.micro;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Eip712;
import io.parley.protocol.Listings;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedIntent;
import java.io.IOException;
import java.security.SignatureException;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.crypto.StructuredDataEncoder;

/**
 * Who signed an intent: its EIP-712 digest and the recovery of a key. Ours runs on the curve that the JVM was started with
 * (see {@code parley.secp256k1}); web3j starts from the typed data in JSON, which is what its encoder takes.
 */
@State(Scope.Thread)
public class SignatureBenchmark {

    private final Listings listings = SampleIntents.listings();
    private final List<SignedIntent> intents = SampleIntents.signed(listings);
    private final List<String> typedData =
            intents.stream().map(i -> IntentJson.typedData(i, listings)).toList();
    private final List<Sign.SignatureData> signatures =
            intents.stream().map(i -> web3j(i.signature())).toList();
    private int next;

    /** Checks that both ways say the same of every sample: what is compared must be the same work. */
    public SignatureBenchmark() {
        for (int i = 0; i < SampleIntents.COUNT; i++) {
            var owner = intents.get(i).intent().owner();
            if (!ours(i).equals(Optional.of(owner)) || !web3j(i).equalsIgnoreCase(owner.hex())) {
                throw new IllegalStateException(
                        "Sample %d: %s signed, ours says %s, web3j %s".formatted(i, owner.hex(), ours(i), web3j(i)));
            }
        }
    }

    /** Our digest and recovery. */
    @Benchmark
    public Optional<Address> ours() {
        return ours(turn());
    }

    /** web3j's encoder and recovery. */
    @Benchmark
    public String web3j() {
        return web3j(turn());
    }

    /** Our digest alone. */
    @Benchmark
    public Bytes32 ourDigest() {
        return Eip712.digest(SampleIntents.DOMAIN, intents.get(turn()).intent(), listings);
    }

    /** web3j's digest alone. */
    @Benchmark
    public byte[] web3jDigest() {
        return digest(turn());
    }

    private int turn() {
        return next++ & SampleIntents.COUNT - 1;
    }

    private Optional<Address> ours(int i) {
        var signed = intents.get(i);
        return Signatures.recover(Eip712.digest(SampleIntents.DOMAIN, signed.intent(), listings), signed.signature());
    }

    private String web3j(int i) {
        try {
            return "0x" + Keys.getAddress(Sign.signedMessageHashToKey(digest(i), signatures.get(i)));
        } catch (SignatureException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] digest(int i) {
        try {
            return new StructuredDataEncoder(typedData.get(i)).hashStructuredData();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Sign.SignatureData web3j(Signature signature) {
        return new Sign.SignatureData(
                (byte) signature.v(), signature.r().bytes(), signature.s().bytes());
    }
}
