package io.parley.protocol;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A chain address of 20 bytes. Immutable; ordered as an unsigned big-endian integer. */
public final class Address implements Comparable<Address> {

    /** The zero address: no key has it. */
    public static final Address ZERO = new Address(0, 0, 0);

    final int a;
    final long b;
    final long c;

    Address(int a, long b, long c) {
        this.a = a;
        this.b = b;
        this.c = c;
    }

    /**
     * Copies an array.
     *
     * @param bytes exactly 20 bytes
     * @return the address
     * @throws IllegalArgumentException if the length is not 20
     */
    public static Address of(byte[] bytes) {
        if (bytes.length != 20) {
            throw new IllegalArgumentException("An address has 20 bytes, not %d.".formatted(bytes.length));
        }
        return of(bytes, 0);
    }

    /**
     * Copies 20 bytes out of an array.
     *
     * @param bytes the array
     * @param offset where the address starts
     * @return the address
     * @throws IndexOutOfBoundsException if fewer than 20 bytes follow the offset
     */
    public static Address of(byte[] bytes, int offset) {
        Objects.checkFromIndexSize(offset, 20, bytes.length);
        long first = (long) Bytes32.BIG.get(bytes, offset);
        long b = (long) Bytes32.BIG.get(bytes, offset + 4);
        return new Address((int) (first >>> 32), b, (long) Bytes32.BIG.get(bytes, offset + 12));
    }

    /**
     * Reads 0x-hex. All lower or all upper case is taken as it is; mixed case must be the EIP-55 checksum.
     *
     * @param hex {@code 0x} and 40 hex digits
     * @return the address
     * @throws IllegalArgumentException if it is anything else
     */
    public static Address parse(String hex) {
        Address address = of(Hex.parse(hex, 20, "address"));
        String digits = hex.substring(2);
        boolean mixed = digits.chars().anyMatch(c -> c >= 'a' && c <= 'f')
                && digits.chars().anyMatch(c -> c >= 'A' && c <= 'F');
        if (mixed && !address.hex().equals(hex)) {
            throw new IllegalArgumentException("""
                    The address (%s) fails its EIP-55 checksum.
                    Maybe a character was mistyped.""".formatted(hex));
        }
        return address;
    }

    /** The address of an uncompressed public key without its leading 4: 64 bytes from {@code offset}. */
    static Address ofPublicKey(byte[] key, int offset) {
        Bytes32 hash = Keccak256.hash(key, offset, 64);
        return new Address((int) hash.b, hash.c, hash.d);
    }

    /** {@return a new array of the 20 bytes} */
    public byte[] bytes() {
        byte[] bytes = new byte[20];
        write(bytes, 0);
        return bytes;
    }

    /**
     * Writes the 20 bytes into an array.
     *
     * @param to the array
     * @param offset where the address goes
     */
    public void write(byte[] to, int offset) {
        Objects.checkFromIndexSize(offset, 20, to.length);
        to[offset] = (byte) (a >>> 24);
        to[offset + 1] = (byte) (a >>> 16);
        to[offset + 2] = (byte) (a >>> 8);
        to[offset + 3] = (byte) a;
        Bytes32.BIG.set(to, offset + 4, b);
        Bytes32.BIG.set(to, offset + 12, c);
    }

    /** {@return {@code 0x} and 40 hex digits in the mixed case of EIP-55} */
    public String hex() {
        String lower = HexFormat.of().formatHex(bytes());
        byte[] hash = Keccak256.hash(lower.getBytes(StandardCharsets.US_ASCII)).bytes();
        StringBuilder mixed = new StringBuilder(42).append("0x");
        for (int i = 0; i < 40; i++) {
            int nibble = (i & 1) == 0 ? hash[i / 2] >> 4 & 0xf : hash[i / 2] & 0xf;
            char digit = lower.charAt(i);
            mixed.append(nibble >= 8 ? Character.toUpperCase(digit) : digit);
        }
        return mixed.toString();
    }

    @Override
    public int compareTo(Address other) {
        int order = Integer.compareUnsigned(a, other.a);
        if (order == 0) {
            order = Long.compareUnsigned(b, other.b);
        }
        return order != 0 ? order : Long.compareUnsigned(c, other.c);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Address that && a == that.a && b == that.b && c == that.c;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a + 31 * (b + 31 * c));
    }

    @Override
    public String toString() {
        return hex();
    }
}
