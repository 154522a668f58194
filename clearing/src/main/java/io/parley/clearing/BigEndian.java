package io.parley.clearing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Fixed-width integers in the protocol's byte order, read and written in place. */
final class BigEndian {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private BigEndian() {}

    static long u64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    static int u32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static int u16(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at) & 0xffff;
    }

    static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    static void u64(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }

    static void u32(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    static void u16(byte[] bytes, int at, int value) {
        SHORT.set(bytes, at, (short) value);
    }
}
