package io.parley.protocol;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Immutable bytes of any length, with value equality. What they mean is said where they stand. */
public final class Blob {

    /** No bytes. */
    public static final Blob EMPTY = new Blob(new byte[0]);

    private final byte[] bytes;

    private Blob(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies an array.
     *
     * @param bytes any bytes
     * @return the value
     */
    public static Blob of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Blob(bytes.clone());
    }

    /** Takes the array as its own: nobody else may hold it. */
    static Blob owning(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Blob(bytes);
    }

    /**
     * Reads 0x-hex.
     *
     * @param hex {@code 0x} and an even number of hex digits
     * @return the value
     * @throws IllegalArgumentException if it is anything else
     */
    public static Blob parse(String hex) {
        return owning(Hex.parse(hex, "bytes"));
    }

    /** {@return a new array of the bytes} */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** {@return the number of bytes} */
    public int size() {
        return bytes.length;
    }

    /** {@return {@code H} of the bytes} */
    public Bytes32 hash() {
        return Keccak256.hash(bytes);
    }

    /** {@return {@code 0x} and lower-case hex} */
    public String hex() {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    byte[] array() {
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Blob that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length <= 32 ? hex() : "Blob[%d bytes, %s]".formatted(bytes.length, hash());
    }
}
