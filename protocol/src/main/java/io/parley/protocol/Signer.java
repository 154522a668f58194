package io.parley.protocol;

/** Holds a key and signs digests with it. Safe for any thread. */
public interface Signer {

    /** {@return the address of the key} */
    Address address();

    /**
     * Signs a digest, deterministically (RFC 6979) and with a low s, so that {@link Signatures#recover} gives
     * {@link #address()}.
     *
     * @param digest the digest
     * @return the signature
     */
    Signature sign(Bytes32 digest);
}
