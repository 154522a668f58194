package io.parley.protocol;

/**
 * A secp256k1 signature in its 65-byte form r, s, v. Any bytes can be carried; {@link Signatures#recover} decides
 * whether they are a signature.
 *
 * @param r the first 32 bytes
 * @param s the next 32 bytes
 * @param v the last byte, 0 to 255; 27 or 28 in a signature
 */
public record Signature(Bytes32 r, Bytes32 s, int v) {

    /** All bytes zero: recovers to nobody. */
    public static final Signature NONE = new Signature(Bytes32.ZERO, Bytes32.ZERO, 0);

    /** Checks that v is a byte. */
    public Signature {
        Range.u8(v, "v");
    }

    /**
     * Copies an array.
     *
     * @param bytes exactly 65 bytes
     * @return the signature
     * @throws IllegalArgumentException if the length is not 65
     */
    public static Signature of(byte[] bytes) {
        if (bytes.length != 65) {
            throw new IllegalArgumentException("A signature has 65 bytes, not %d.".formatted(bytes.length));
        }
        return new Signature(Bytes32.of(bytes, 0), Bytes32.of(bytes, 32), bytes[64] & 0xff);
    }

    /**
     * Reads 0x-hex of 65 bytes.
     *
     * @param hex {@code 0x} and 130 hex digits
     * @return the signature
     * @throws IllegalArgumentException if it is anything else
     */
    public static Signature parse(String hex) {
        return of(Hex.parse(hex, 65, "signature"));
    }

    /** {@return a new array of the 65 bytes} */
    public byte[] bytes() {
        byte[] bytes = new byte[65];
        r.write(bytes, 0);
        s.write(bytes, 32);
        bytes[64] = (byte) v;
        return bytes;
    }

    /** {@return {@code 0x} and 130 lower-case hex digits} */
    public String hex() {
        return Blob.owning(bytes()).hex();
    }

    @Override
    public String toString() {
        return hex();
    }
}
