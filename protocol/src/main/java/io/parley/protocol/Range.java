package io.parley.protocol;

/** Ranges of the wire's unsigned types, checked where a value is made. */
final class Range {

    private static final long U32 = 0xffff_ffffL;

    private Range() {}

    static void u8(int value, String field) {
        if (value < 0 || value > 0xff) {
            throw outside(value, field, "0 to 255");
        }
    }

    static void u16(int value, String field) {
        if (value < 0 || value > 0xffff) {
            throw outside(value, field, "0 to 65535");
        }
    }

    static void u31(int value, String field) {
        if (value < 0) {
            throw outside(value, field, "0 to 2^31 - 1");
        }
    }

    static void u32(long value, String field) {
        if (value < 0 || value > U32) {
            throw outside(value, field, "0 to 2^32 - 1");
        }
    }

    static void u63(long value, String field) {
        if (value < 0) {
            throw outside(value, field, "0 to 2^63 - 1");
        }
    }

    static void count(int value, int most, String field) {
        if (value > most) {
            throw outside(value, "number of " + field, "0 to " + most);
        }
    }

    private static IllegalArgumentException outside(long value, String field, String range) {
        return new IllegalArgumentException("The %s (%d) must be %s.".formatted(field, value, range));
    }
}
