package io.parley.protocol;

/** Signs with a private key held in memory. The key is never printed. */
public final class PrivateKeySigner implements Signer {

    private final byte[] key;
    private final Address address;

    private PrivateKeySigner(byte[] key) {
        this.key = key;
        this.address = Address.ofPublicKey(Secp256k1.best().publicKey(key), 1);
    }

    /**
     * Copies a key.
     *
     * @param key 32 bytes, as an unsigned integer above zero and below the order of the curve
     * @return the signer
     * @throws IllegalArgumentException if it is no key; the message does not show it
     */
    public static PrivateKeySigner of(byte[] key) {
        if (key.length != 32 || !Signatures.isScalar(Bytes32.of(key))) {
            throw new IllegalArgumentException(
                    "A private key is 32 bytes, above zero and below the order of secp256k1.");
        }
        return new PrivateKeySigner(key.clone());
    }

    /**
     * Reads a key as 0x-hex.
     *
     * @param hex {@code 0x} and 64 hex digits
     * @return the signer
     * @throws IllegalArgumentException if it is no key; the message does not show it
     */
    public static PrivateKeySigner parse(String hex) {
        byte[] key;
        try {
            key = Hex.parse(hex, 32, "key");
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message would show what may be almost a key.
            throw new IllegalArgumentException("A private key is 0x and 64 hex digits.");
        }
        return of(key);
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public Signature sign(Bytes32 digest) {
        return Signature.of(Secp256k1.best().sign(digest.bytes(), key));
    }

    @Override
    public String toString() {
        return "PrivateKeySigner[%s]".formatted(address);
    }
}
