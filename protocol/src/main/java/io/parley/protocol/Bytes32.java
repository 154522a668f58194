package io.parley.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A value of 32 bytes: a hash, a root, a digest or a salt. Immutable; ordered as an unsigned big-endian integer. */
public final class Bytes32 implements Comparable<Bytes32> {

    /** 32 zero bytes: the empty leaf and the empty subtree. */
    public static final Bytes32 ZERO = new Bytes32(0, 0, 0, 0);

    static final VarHandle BIG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    // Four words rather than an array: no copies at the borders, and a tree node is hashed without a buffer.
    final long a;
    final long b;
    final long c;
    final long d;

    Bytes32(long a, long b, long c, long d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /**
     * Copies an array.
     *
     * @param bytes exactly 32 bytes
     * @return the value
     * @throws IllegalArgumentException if the length is not 32
     */
    public static Bytes32 of(byte[] bytes) {
        if (bytes.length != 32) {
            throw new IllegalArgumentException("A 32-byte value has 32 bytes, not %d.".formatted(bytes.length));
        }
        return of(bytes, 0);
    }

    /**
     * Copies 32 bytes out of an array.
     *
     * @param bytes the array
     * @param offset where the value starts
     * @return the value
     * @throws IndexOutOfBoundsException if fewer than 32 bytes follow the offset
     */
    public static Bytes32 of(byte[] bytes, int offset) {
        Objects.checkFromIndexSize(offset, 32, bytes.length);
        return new Bytes32(
                (long) BIG.get(bytes, offset),
                (long) BIG.get(bytes, offset + 8),
                (long) BIG.get(bytes, offset + 16),
                (long) BIG.get(bytes, offset + 24));
    }

    /**
     * Reads 0x-hex.
     *
     * @param hex {@code 0x} and 64 hex digits
     * @return the value
     * @throws IllegalArgumentException if it is anything else
     */
    public static Bytes32 parse(String hex) {
        return of(Hex.parse(hex, 32, "32-byte value"));
    }

    /** {@return a new array of the 32 bytes} */
    public byte[] bytes() {
        byte[] bytes = new byte[32];
        write(bytes, 0);
        return bytes;
    }

    /**
     * Writes the 32 bytes into an array.
     *
     * @param to the array
     * @param offset where the value goes
     */
    public void write(byte[] to, int offset) {
        Objects.checkFromIndexSize(offset, 32, to.length);
        BIG.set(to, offset, a);
        BIG.set(to, offset + 8, b);
        BIG.set(to, offset + 16, c);
        BIG.set(to, offset + 24, d);
    }

    /** {@return {@code 0x} and 64 lower-case hex digits} */
    public String hex() {
        return "0x" + HexFormat.of().formatHex(bytes());
    }

    /** {@return whether all bytes are zero} */
    public boolean isZero() {
        return (a | b | c | d) == 0;
    }

    void absorb(long[] state, int lane) {
        state[lane] ^= Long.reverseBytes(a);
        state[lane + 1] ^= Long.reverseBytes(b);
        state[lane + 2] ^= Long.reverseBytes(c);
        state[lane + 3] ^= Long.reverseBytes(d);
    }

    @Override
    public int compareTo(Bytes32 other) {
        int order = Long.compareUnsigned(a, other.a);
        if (order == 0) {
            order = Long.compareUnsigned(b, other.b);
        }
        if (order == 0) {
            order = Long.compareUnsigned(c, other.c);
        }
        return order != 0 ? order : Long.compareUnsigned(d, other.d);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes32 that && a == that.a && b == that.b && c == that.c && d == that.d;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a + 31 * (b + 31 * (c + 31 * d)));
    }

    @Override
    public String toString() {
        return hex();
    }
}
