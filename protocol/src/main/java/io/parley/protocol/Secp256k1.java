package io.parley.protocol;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The curve, by the native libsecp256k1 where its library loads and by BouncyCastle elsewhere. Both sign alike (RFC
 * 6979, low s). Arguments are checked by the callers: lengths, and scalars in range. Safe for any thread.
 */
public sealed interface Secp256k1 permits NativeSecp256k1, BouncyCastleSecp256k1 {

    /** The system property that chooses: {@code native} or {@code bouncycastle}; unset takes what loads. */
    String PROPERTY = "parley.secp256k1";

    /** {@return the name of the implementation, for start-up messages and benchmarks} */
    String name();

    /**
     * {@return the public key that made a signature, 65 bytes from 4; null if there is none}
     *
     * @param digest 32 bytes
     * @param rs r and s, 64 bytes
     * @param recoveryId 0 or 1
     */
    byte @Nullable [] recover(byte[] digest, byte[] rs, int recoveryId);

    /**
     * {@return a signature, 65 bytes r, s, v}
     *
     * @param digest 32 bytes
     * @param key a private key, 32 bytes
     */
    byte[] sign(byte[] digest, byte[] key);

    /**
     * {@return the public key of a private key, 65 bytes from 4}
     *
     * @param key a private key, 32 bytes
     */
    byte[] publicKey(byte[] key);

    /** {@return the implementation in use, chosen once} */
    static Secp256k1 best() {
        return Secp256k1Choice.BEST;
    }

    /** {@return the native library, empty where it does not load} */
    static Optional<Secp256k1> nativeLibrary() {
        return NativeSecp256k1.load();
    }

    /** {@return BouncyCastle, which runs everywhere} */
    static Secp256k1 bouncyCastle() {
        return new BouncyCastleSecp256k1();
    }
}
