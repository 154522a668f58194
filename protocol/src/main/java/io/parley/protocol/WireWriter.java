package io.parley.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Writes the protocol's one byte layout: fixed-width, big-endian. Each method checks the range of its field and
 * returns this writer. For one thread.
 */
public final class WireWriter {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int size;

    /** A writer that grows as needed. */
    public WireWriter() {
        this(256);
    }

    /**
     * A writer that expects a size, so that an exact guess costs no copy.
     *
     * @param expected the number of bytes expected
     */
    public WireWriter(int expected) {
        bytes = new byte[expected];
    }

    /** Makes room and says where. Callers take the result before they read the field, as the array may be replaced. */
    private int grow(int length) {
        int at = size;
        size = Math.addExact(at, length);
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size, (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
        return at;
    }

    /**
     * {@return this, after the protocol's version byte (1)}
     */
    public WireWriter version() {
        return u8(1);
    }

    /**
     * {@return this, after one byte}
     *
     * @param value 0 to 255
     */
    public WireWriter u8(int value) {
        check(value, 0xff, "u8");
        int at = grow(1);
        bytes[at] = (byte) value;
        return this;
    }

    /**
     * {@return this, after one byte 0 or 1}
     *
     * @param value the value
     */
    public WireWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /**
     * {@return this, after two bytes}
     *
     * @param value 0 to 65535
     */
    public WireWriter u16(int value) {
        check(value, 0xffff, "u16");
        int at = grow(2);
        SHORT.set(bytes, at, (short) value);
        return this;
    }

    /**
     * {@return this, after four bytes}
     *
     * @param value 0 to 2^32 - 1
     */
    public WireWriter u32(long value) {
        check(value, 0xffff_ffffL, "u32");
        int at = grow(4);
        INT.set(bytes, at, (int) value);
        return this;
    }

    /**
     * {@return this, after eight bytes} For counters and times, and amounts that cannot be negative.
     *
     * @param value 0 to 2^63 - 1
     */
    public WireWriter u63(long value) {
        check(value, Long.MAX_VALUE, "u64 below 2^63");
        return i64(value);
    }

    /**
     * {@return this, after eight bytes of any content} For nonces and nonce bits, where all 64 bits are used.
     *
     * @param bits the 64 bits
     */
    public WireWriter u64(long bits) {
        return i64(bits);
    }

    /**
     * {@return this, after eight bytes in two's complement}
     *
     * @param value any value
     */
    public WireWriter i64(long value) {
        int at = grow(8);
        Bytes32.BIG.set(bytes, at, value);
        return this;
    }

    /**
     * {@return this, after the asset's id}
     *
     * @param value the asset
     */
    public WireWriter asset(AssetId value) {
        return i64(value.id());
    }

    /**
     * {@return this, after 32 bytes}
     *
     * @param value the word
     */
    public WireWriter b32(Bytes32 value) {
        int at = grow(32);
        value.write(bytes, at);
        return this;
    }

    /**
     * {@return this, after 20 bytes}
     *
     * @param value the address
     */
    public WireWriter address(Address value) {
        int at = grow(20);
        value.write(bytes, at);
        return this;
    }

    /**
     * {@return this, after 65 bytes r, s, v}
     *
     * @param value the signature
     */
    public WireWriter signature(Signature value) {
        return b32(value.r()).b32(value.s()).u8(value.v());
    }

    /**
     * {@return this, after the bytes as they are, without a length}
     *
     * @param value the bytes
     */
    public WireWriter raw(byte[] value) {
        int at = grow(value.length);
        System.arraycopy(value, 0, bytes, at, value.length);
        return this;
    }

    /**
     * {@return this, after the bytes as they are, without a length}
     *
     * @param value the bytes
     */
    public WireWriter raw(Blob value) {
        return raw(value.array());
    }

    /**
     * {@return this, after u32 length and bytes}
     *
     * @param value the bytes
     */
    public WireWriter blob(Blob value) {
        return u32(value.size()).raw(value.array());
    }

    /**
     * {@return this, after u16 length and UTF-8} Unpaired surrogates become question marks.
     *
     * @param value at most 65535 bytes of UTF-8
     */
    public WireWriter str(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return u16(utf8.length).raw(utf8);
    }

    /**
     * {@return this, after u16 count and the elements}
     *
     * @param <T> the type of an element
     * @param values at most 65535 elements
     * @param element writes one element
     */
    public <T> WireWriter list(List<T> values, BiConsumer<T, WireWriter> element) {
        u16(values.size());
        for (T value : values) {
            element.accept(value, this);
        }
        return this;
    }

    /** {@return the number of bytes written} */
    public int size() {
        return size;
    }

    /** {@return the bytes written; the writer is of no use afterwards} */
    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /** {@return the bytes written; the writer is of no use afterwards} */
    public Blob toBlob() {
        return Blob.owning(toBytes());
    }

    private static void check(long value, long most, String type) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException("The value (%d) does not fit %s.".formatted(value, type));
        }
    }
}
