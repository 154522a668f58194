package io.parley.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the protocol's one byte layout: fixed-width, big-endian. Whatever the bytes are, a method gives a value in
 * its range or throws {@link Undecodable}. For one thread.
 */
public final class WireReader {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int at;

    /**
     * @param bytes the bytes to read, not changed while reading
     */
    public WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param bytes the bytes to read
     */
    public WireReader(Blob bytes) {
        this.bytes = bytes.array();
    }

    /**
     * Reads one record that must take up all of the bytes.
     *
     * @param <T> the type of the record
     * @param bytes the bytes
     * @param record reads the record; an {@link IllegalArgumentException} of it, from the constructor of a value, is
     *     reported as undecodable
     * @return the record
     * @throws Undecodable if the bytes are no such record, or more than one
     */
    public static <T> T whole(byte[] bytes, Function<WireReader, T> record) {
        return new WireReader(bytes).whole(record);
    }

    /**
     * Reads one record that must take up all of the bytes.
     *
     * @param <T> the type of the record
     * @param bytes the bytes
     * @param record as in {@link #whole(byte[], Function)}
     * @return the record
     * @throws Undecodable if the bytes are no such record, or more than one
     */
    public static <T> T whole(Blob bytes, Function<WireReader, T> record) {
        return new WireReader(bytes).whole(record);
    }

    private <T> T whole(Function<WireReader, T> record) {
        try {
            T value = record.apply(this);
            end();
            return value;
        } catch (IllegalArgumentException e) {
            Undecodable undecodable = new Undecodable(at, String.valueOf(e.getMessage()));
            undecodable.initCause(e);
            throw undecodable;
        }
    }

    private int take(int length, String what) {
        if (length < 0 || length > bytes.length - at) {
            throw new Undecodable(
                    at, "%s needs %d bytes, %d are left".formatted(what, length & 0xffff_ffffL, bytes.length - at));
        }
        int from = at;
        at += length;
        return from;
    }

    /**
     * Reads the version byte, which must be 1.
     *
     * @param what the record, for the message
     */
    public void version(String what) {
        version(1, what);
    }

    /**
     * Reads the version byte.
     *
     * @param known what it must be
     * @param what the record, for the message
     */
    public void version(int known, String what) {
        int version = u8(what);
        if (version != known) {
            throw new Undecodable(at - 1, "%s has version %d, known is %d".formatted(what, version, known));
        }
    }

    /**
     * {@return one byte, 0 to 255}
     *
     * @param what the field, for the message
     */
    public int u8(String what) {
        return bytes[take(1, what)] & 0xff;
    }

    /**
     * {@return one byte that must be 0 or 1}
     *
     * @param what the field, for the message
     */
    public boolean bool(String what) {
        int value = u8(what);
        if (value > 1) {
            throw new Undecodable(at - 1, "%s is %d, not 0 or 1".formatted(what, value));
        }
        return value == 1;
    }

    /**
     * {@return two bytes, 0 to 65535}
     *
     * @param what the field, for the message
     */
    public int u16(String what) {
        return (short) SHORT.get(bytes, take(2, what)) & 0xffff;
    }

    /**
     * {@return four bytes, 0 to 2^32 - 1}
     *
     * @param what the field, for the message
     */
    public long u32(String what) {
        return (int) INT.get(bytes, take(4, what)) & 0xffff_ffffL;
    }

    /**
     * {@return four bytes that count or index something held in memory, so must be below 2^31}
     *
     * @param what the field, for the message
     */
    public int u31(String what) {
        int value = (int) INT.get(bytes, take(4, what));
        if (value < 0) {
            throw new Undecodable(at - 4, "%s is %d, not below 2^31".formatted(what, value & 0xffff_ffffL));
        }
        return value;
    }

    /**
     * {@return eight bytes that must be below 2^63: amounts, times and counters}
     *
     * @param what the field, for the message
     */
    public long u63(String what) {
        long value = i64(what);
        if (value < 0) {
            throw new Undecodable(at - 8, "%s is %s, not below 2^63".formatted(what, Long.toUnsignedString(value)));
        }
        return value;
    }

    /**
     * {@return eight bytes of any content: nonces and nonce bits}
     *
     * @param what the field, for the message
     */
    public long u64(String what) {
        return i64(what);
    }

    /**
     * {@return eight bytes in two's complement}
     *
     * @param what the field, for the message
     */
    public long i64(String what) {
        return (long) Bytes32.BIG.get(bytes, take(8, what));
    }

    /**
     * {@return a canonical asset id}
     *
     * @param what the field, for the message
     */
    public AssetId asset(String what) {
        long id = i64(what);
        if (id == 0) {
            return AssetId.cash();
        }
        try {
            return new AssetId(id);
        } catch (IllegalArgumentException e) {
            throw new Undecodable(at - 8, what + ": " + e.getMessage());
        }
    }

    /**
     * {@return 32 bytes}
     *
     * @param what the field, for the message
     */
    public Bytes32 b32(String what) {
        return Bytes32.of(bytes, take(32, what));
    }

    /**
     * {@return 20 bytes}
     *
     * @param what the field, for the message
     */
    public Address address(String what) {
        return Address.of(bytes, take(20, what));
    }

    /**
     * {@return 65 bytes r, s, v, of any content}
     *
     * @param what the field, for the message
     */
    public Signature signature(String what) {
        int from = take(65, what);
        return new Signature(Bytes32.of(bytes, from), Bytes32.of(bytes, from + 32), bytes[from + 64] & 0xff);
    }

    /**
     * {@return a number of bytes as they are}
     *
     * @param length how many
     * @param what the field, for the message
     */
    public Blob raw(int length, String what) {
        int from = take(length, what);
        return Blob.owning(Arrays.copyOfRange(bytes, from, from + length));
    }

    /**
     * {@return u32 length and bytes}
     *
     * @param what the field, for the message
     */
    public Blob blob(String what) {
        return raw(u31(what), what);
    }

    /**
     * {@return u16 length and well-formed UTF-8}
     *
     * @param what the field, for the message
     */
    public String str(String what) {
        int length = u16(what);
        int from = take(length, what);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .toString();
        } catch (CharacterCodingException e) {
            Undecodable undecodable = new Undecodable(from, what + " is not UTF-8");
            undecodable.initCause(e);
            throw undecodable;
        }
    }

    /**
     * {@return u16 count and that many elements, immutable}
     *
     * @param <T> the type of an element
     * @param what the field, for the message
     * @param element reads one element
     */
    public <T> List<T> list(String what, Function<WireReader, T> element) {
        return list(u16(what), what, element);
    }

    /**
     * {@return a number of elements, immutable}
     *
     * @param <T> the type of an element
     * @param count how many
     * @param what the field, for the message
     * @param element reads one element, which takes at least a byte
     */
    @SuppressWarnings("unchecked")
    public <T> List<T> list(int count, String what, Function<WireReader, T> element) {
        if (count > remaining()) {
            throw new Undecodable(at, "%s has %d elements, %d bytes are left".formatted(what, count, remaining()));
        }
        if (count == 0) {
            return List.of();
        }
        Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
            values[i] = element.apply(this);
        }
        return (List<T>) List.of(values);
    }

    /** Checks that all bytes were read. */
    public void end() {
        if (at != bytes.length) {
            throw new Undecodable(at, "%d bytes are left over".formatted(bytes.length - at));
        }
    }

    /** {@return how many bytes were read} */
    public int position() {
        return at;
    }

    /** {@return how many bytes are left} */
    public int remaining() {
        return bytes.length - at;
    }
}
