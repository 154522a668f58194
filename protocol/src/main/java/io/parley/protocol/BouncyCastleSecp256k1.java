package io.parley.protocol;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Sign;

/** web3j's primitives on BouncyCastle: for systems without the native library. */
final class BouncyCastleSecp256k1 implements Secp256k1 {

    @Override
    public String name() {
        return "BouncyCastle";
    }

    @Override
    public byte @Nullable [] recover(byte[] digest, byte[] rs, int recoveryId) {
        BigInteger r = new BigInteger(1, rs, 0, 32);
        BigInteger s = new BigInteger(1, rs, 32, 32);
        try {
            BigInteger key = Sign.recoverFromSignature(recoveryId, new ECDSASignature(r, s), digest);
            return key == null ? null : uncompressed(key);
        } catch (IllegalArgumentException e) {
            // No point of the curve has this x.
            return null;
        }
    }

    @Override
    public byte[] sign(byte[] digest, byte[] key) {
        Sign.SignatureData data = Sign.signMessage(digest, ECKeyPair.create(key), false);
        byte[] signature = Arrays.copyOf(data.getR(), 65);
        System.arraycopy(data.getS(), 0, signature, 32, 32);
        signature[64] = data.getV()[0];
        return signature;
    }

    @Override
    public byte[] publicKey(byte[] key) {
        return uncompressed(Sign.publicKeyFromPrivate(new BigInteger(1, key)));
    }

    private static byte[] uncompressed(BigInteger key) {
        byte[] bytes = key.toByteArray();
        byte[] uncompressed = new byte[65];
        int length = Math.min(64, bytes.length);
        System.arraycopy(bytes, bytes.length - length, uncompressed, 65 - length, length);
        uncompressed[0] = 4;
        return uncompressed;
    }
}
