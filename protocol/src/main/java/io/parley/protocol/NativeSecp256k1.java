package io.parley.protocol;

import fr.acinq.secp256k1.Secp256k1Exception;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** libsecp256k1 over JNI: about three and a half times as many recoveries per second as BouncyCastle. */
final class NativeSecp256k1 implements Secp256k1 {

    private final fr.acinq.secp256k1.Secp256k1 library;

    private NativeSecp256k1(fr.acinq.secp256k1.Secp256k1 library) {
        this.library = library;
    }

    static Optional<Secp256k1> load() {
        try {
            return Optional.of(new NativeSecp256k1(fr.acinq.secp256k1.Secp256k1.get()));
        } catch (RuntimeException | LinkageError e) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return "libsecp256k1 (native)";
    }

    @Override
    public byte @Nullable [] recover(byte[] digest, byte[] rs, int recoveryId) {
        try {
            return library.ecdsaRecover(rs, digest, recoveryId);
        } catch (Secp256k1Exception e) {
            return null;
        }
    }

    @Override
    public byte[] sign(byte[] digest, byte[] key) {
        byte[] rs = library.sign(digest, key, null);
        byte[] publicKey = publicKey(key);
        int recoveryId = Arrays.equals(recover(digest, rs, 0), publicKey) ? 0 : 1;
        byte[] signature = Arrays.copyOf(rs, 65);
        signature[64] = (byte) (27 + recoveryId);
        return signature;
    }

    @Override
    public byte[] publicKey(byte[] key) {
        return library.pubkeyCreate(key);
    }
}
