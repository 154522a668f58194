package io.parley.protocol;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks signatures. Everything that can be wrong with the bytes is checked before the curve is asked. */
public final class Signatures {

    private static final Bytes32 ORDER =
            Bytes32.parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    private static final Bytes32 HALF_ORDER =
            Bytes32.parse("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

    private Signatures() {}

    /**
     * Recovers who signed a digest.
     *
     * @param digest the digest
     * @param signature the signature
     * @return the signer's address; empty if {@link #isWellFormed} is false or no key can have made it
     */
    public static Optional<Address> recover(Bytes32 digest, Signature signature) {
        return recover(digest, signature, Secp256k1.best());
    }

    static Optional<Address> recover(Bytes32 digest, Signature signature, Secp256k1 curve) {
        if (!isWellFormed(signature)) {
            return Optional.empty();
        }
        byte[] rs = new byte[64];
        signature.r().write(rs, 0);
        signature.s().write(rs, 32);
        byte @Nullable [] key = curve.recover(digest.bytes(), rs, signature.v() - 27);
        return key == null ? Optional.empty() : Optional.of(Address.ofPublicKey(key, 1));
    }

    /**
     * {@return whether the bytes have the form of a signature: v is 27 or 28, r is above zero and below
     *     the order n of the curve, s above zero and at most n/2}
     *
     * @param signature the signature
     */
    public static boolean isWellFormed(Signature signature) {
        return (signature.v() == 27 || signature.v() == 28)
                && isScalar(signature.r())
                && !signature.s().isZero()
                && signature.s().compareTo(HALF_ORDER) <= 0;
    }

    /** Whether it is above zero and below the order of the curve. */
    static boolean isScalar(Bytes32 value) {
        return !value.isZero() && value.compareTo(ORDER) < 0;
    }

    /**
     * Takes a signature as wallets give it: 65 bytes r, s, v, or 64 bytes of EIP-2098 with v in the top bit of s.
     *
     * @param bytes the signature
     * @return the signature; empty if it has neither length
     */
    public static Optional<Signature> expand(byte[] bytes) {
        if (bytes.length == 65) {
            return Optional.of(Signature.of(bytes));
        }
        if (bytes.length != 64) {
            return Optional.empty();
        }
        byte[] s = Arrays.copyOfRange(bytes, 32, 64);
        int v = 27 + (s[0] >> 7 & 1);
        s[0] &= 0x7f;
        return Optional.of(new Signature(Bytes32.of(bytes, 0), Bytes32.of(s), v));
    }
}
