package io.parley.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Keccak-256 (the padding of Ethereum, not of SHA3-256): {@code H} of the protocol, and its tree node {@code N}.
 * Stateless and safe for any thread.
 */
public final class Keccak256 {

    private static final int RATE = 136;
    private static final int RATE_LANES = RATE / 8;
    private static final VarHandle LITTLE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long[] ROUND = {
        0x0000000000000001L, 0x0000000000008082L, 0x800000000000808aL, 0x8000000080008000L,
        0x000000000000808bL, 0x0000000080000001L, 0x8000000080008081L, 0x8000000000008009L,
        0x000000000000008aL, 0x0000000000000088L, 0x0000000080008009L, 0x000000008000000aL,
        0x000000008000808bL, 0x800000000000008bL, 0x8000000000008089L, 0x8000000000008003L,
        0x8000000000008002L, 0x8000000000000080L, 0x000000000000800aL, 0x800000008000000aL,
        0x8000000080008081L, 0x8000000000008080L, 0x0000000080000001L, 0x8000000080008008L
    };

    private Keccak256() {}

    /**
     * Hashes the concatenation of the parts.
     *
     * @param parts any number of byte arrays, taken in order
     * @return the 32-byte hash
     */
    public static Bytes32 hash(byte[]... parts) {
        if (parts.length == 1) {
            return hash(parts[0], 0, parts[0].length);
        }
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return hash(all, 0, length);
    }

    /**
     * Hashes a range of an array.
     *
     * @param data the array
     * @param offset first byte of the range
     * @param length number of bytes
     * @return the 32-byte hash
     */
    public static Bytes32 hash(byte[] data, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, data.length);
        long[] state = new long[25];
        int at = offset;
        int left = length;
        while (left >= RATE) {
            for (int lane = 0; lane < RATE_LANES; lane++, at += 8) {
                state[lane] ^= (long) LITTLE.get(data, at);
            }
            permute(state);
            left -= RATE;
        }
        int lane = 0;
        for (; left >= 8; lane++, at += 8, left -= 8) {
            state[lane] ^= (long) LITTLE.get(data, at);
        }
        long last = 1L << (8 * left);
        for (int i = 0; i < left; i++) {
            last |= (data[at + i] & 0xffL) << (8 * i);
        }
        state[lane] ^= last;
        return finish(state);
    }

    /** The hash of a text's UTF-8, as EIP-712 hashes types and strings. */
    static Bytes32 text(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Hashes two words: {@code H(left ‖ right)}.
     *
     * @param left the first 32 bytes
     * @param right the last 32 bytes
     * @return the hash, also where both words are zero
     */
    public static Bytes32 hash(Bytes32 left, Bytes32 right) {
        long[] state = new long[25];
        left.absorb(state, 0);
        right.absorb(state, 4);
        state[8] = 1;
        return finish(state);
    }

    /**
     * The tree node {@code N(l, r)}: zero if both children are zero (an empty subtree), else {@code H(l ‖ r)}.
     *
     * @param left the child on side 0
     * @param right the child on side 1
     * @return the node
     */
    public static Bytes32 node(Bytes32 left, Bytes32 right) {
        return left.isZero() && right.isZero() ? Bytes32.ZERO : hash(left, right);
    }

    /**
     * The tree node of two 32-byte arrays, as {@link #node(Bytes32, Bytes32)}.
     *
     * @param left the child on side 0, 32 bytes
     * @param right the child on side 1, 32 bytes
     * @return the node, 32 bytes
     */
    public static byte[] node(byte[] left, byte[] right) {
        return node(Bytes32.of(left), Bytes32.of(right)).bytes();
    }

    /** Pads (all but the first pad bit, which the caller has set), permutes and squeezes. */
    private static Bytes32 finish(long[] state) {
        state[RATE_LANES - 1] ^= Long.MIN_VALUE;
        permute(state);
        return new Bytes32(
                Long.reverseBytes(state[0]),
                Long.reverseBytes(state[1]),
                Long.reverseBytes(state[2]),
                Long.reverseBytes(state[3]));
    }

    /** The hash of {@code 0x19 0x01 ‖ domain ‖ struct}, without laying the 66 bytes out. */
    static Bytes32 typedData(Bytes32 domain, Bytes32 struct) {
        long[] s = new long[25];
        s[0] = Long.reverseBytes(0x1901L << 48 | domain.a >>> 16);
        s[1] = Long.reverseBytes(domain.a << 48 | domain.b >>> 16);
        s[2] = Long.reverseBytes(domain.b << 48 | domain.c >>> 16);
        s[3] = Long.reverseBytes(domain.c << 48 | domain.d >>> 16);
        s[4] = Long.reverseBytes(domain.d << 48 | struct.a >>> 16);
        s[5] = Long.reverseBytes(struct.a << 48 | struct.b >>> 16);
        s[6] = Long.reverseBytes(struct.b << 48 | struct.c >>> 16);
        s[7] = Long.reverseBytes(struct.c << 48 | struct.d >>> 16);
        s[8] = Long.reverseBytes(struct.d << 48 | 0x01L << 40);
        return finish(s);
    }

    /** Absorbs 32-byte words without a buffer: what {@code encodeData} of EIP-712 is made of. */
    static final class Words {
        private final long[] state = new long[25];
        private int lane;

        Words word(Bytes32 word) {
            lane(word.a);
            lane(word.b);
            lane(word.c);
            return lane(word.d);
        }

        /** An unsigned integer of at most 64 bits. */
        Words uint(long value) {
            lane(0);
            lane(0);
            lane(0);
            return lane(value);
        }

        /** A signed integer, sign-extended to 256 bits. */
        Words signed(long value) {
            long sign = value >> 63;
            lane(sign);
            lane(sign);
            lane(sign);
            return lane(value);
        }

        Words bool(boolean value) {
            return uint(value ? 1 : 0);
        }

        Words address(Address address) {
            lane(0);
            lane(address.a & 0xffff_ffffL);
            lane(address.b);
            return lane(address.c);
        }

        private Words lane(long bigEndian) {
            state[lane++] ^= Long.reverseBytes(bigEndian);
            if (lane == RATE_LANES) {
                permute(state);
                lane = 0;
            }
            return this;
        }

        /** Ends the input; the sponge is of no use afterwards. */
        Bytes32 hash() {
            state[lane] ^= 1;
            return finish(state);
        }
    }

    private static void permute(long[] s) {
        long a00 = s[0], a01 = s[1], a02 = s[2], a03 = s[3], a04 = s[4];
        long a05 = s[5], a06 = s[6], a07 = s[7], a08 = s[8], a09 = s[9];
        long a10 = s[10], a11 = s[11], a12 = s[12], a13 = s[13], a14 = s[14];
        long a15 = s[15], a16 = s[16], a17 = s[17], a18 = s[18], a19 = s[19];
        long a20 = s[20], a21 = s[21], a22 = s[22], a23 = s[23], a24 = s[24];
        for (int round = 0; round < 24; round++) {
            // theta
            long c0 = a00 ^ a05 ^ a10 ^ a15 ^ a20;
            long c1 = a01 ^ a06 ^ a11 ^ a16 ^ a21;
            long c2 = a02 ^ a07 ^ a12 ^ a17 ^ a22;
            long c3 = a03 ^ a08 ^ a13 ^ a18 ^ a23;
            long c4 = a04 ^ a09 ^ a14 ^ a19 ^ a24;
            long d0 = Long.rotateLeft(c1, 1) ^ c4;
            long d1 = Long.rotateLeft(c2, 1) ^ c0;
            long d2 = Long.rotateLeft(c3, 1) ^ c1;
            long d3 = Long.rotateLeft(c4, 1) ^ c2;
            long d4 = Long.rotateLeft(c0, 1) ^ c3;
            // rho and pi, then chi, row by row
            long b0 = a00 ^ d0;
            long b1 = Long.rotateLeft(a06 ^ d1, 44);
            long b2 = Long.rotateLeft(a12 ^ d2, 43);
            long b3 = Long.rotateLeft(a18 ^ d3, 21);
            long b4 = Long.rotateLeft(a24 ^ d4, 14);
            long e00 = b0 ^ (~b1 & b2) ^ ROUND[round];
            long e01 = b1 ^ (~b2 & b3);
            long e02 = b2 ^ (~b3 & b4);
            long e03 = b3 ^ (~b4 & b0);
            long e04 = b4 ^ (~b0 & b1);
            b0 = Long.rotateLeft(a03 ^ d3, 28);
            b1 = Long.rotateLeft(a09 ^ d4, 20);
            b2 = Long.rotateLeft(a10 ^ d0, 3);
            b3 = Long.rotateLeft(a16 ^ d1, 45);
            b4 = Long.rotateLeft(a22 ^ d2, 61);
            long e05 = b0 ^ (~b1 & b2);
            long e06 = b1 ^ (~b2 & b3);
            long e07 = b2 ^ (~b3 & b4);
            long e08 = b3 ^ (~b4 & b0);
            long e09 = b4 ^ (~b0 & b1);
            b0 = Long.rotateLeft(a01 ^ d1, 1);
            b1 = Long.rotateLeft(a07 ^ d2, 6);
            b2 = Long.rotateLeft(a13 ^ d3, 25);
            b3 = Long.rotateLeft(a19 ^ d4, 8);
            b4 = Long.rotateLeft(a20 ^ d0, 18);
            long e10 = b0 ^ (~b1 & b2);
            long e11 = b1 ^ (~b2 & b3);
            long e12 = b2 ^ (~b3 & b4);
            long e13 = b3 ^ (~b4 & b0);
            long e14 = b4 ^ (~b0 & b1);
            b0 = Long.rotateLeft(a04 ^ d4, 27);
            b1 = Long.rotateLeft(a05 ^ d0, 36);
            b2 = Long.rotateLeft(a11 ^ d1, 10);
            b3 = Long.rotateLeft(a17 ^ d2, 15);
            b4 = Long.rotateLeft(a23 ^ d3, 56);
            long e15 = b0 ^ (~b1 & b2);
            long e16 = b1 ^ (~b2 & b3);
            long e17 = b2 ^ (~b3 & b4);
            long e18 = b3 ^ (~b4 & b0);
            long e19 = b4 ^ (~b0 & b1);
            b0 = Long.rotateLeft(a02 ^ d2, 62);
            b1 = Long.rotateLeft(a08 ^ d3, 55);
            b2 = Long.rotateLeft(a14 ^ d4, 39);
            b3 = Long.rotateLeft(a15 ^ d0, 41);
            b4 = Long.rotateLeft(a21 ^ d1, 2);
            a20 = b0 ^ (~b1 & b2);
            a21 = b1 ^ (~b2 & b3);
            a22 = b2 ^ (~b3 & b4);
            a23 = b3 ^ (~b4 & b0);
            a24 = b4 ^ (~b0 & b1);
            a00 = e00;
            a01 = e01;
            a02 = e02;
            a03 = e03;
            a04 = e04;
            a05 = e05;
            a06 = e06;
            a07 = e07;
            a08 = e08;
            a09 = e09;
            a10 = e10;
            a11 = e11;
            a12 = e12;
            a13 = e13;
            a14 = e14;
            a15 = e15;
            a16 = e16;
            a17 = e17;
            a18 = e18;
            a19 = e19;
        }
        s[0] = a00;
        s[1] = a01;
        s[2] = a02;
        s[3] = a03;
        s[4] = a04;
        s[5] = a05;
        s[6] = a06;
        s[7] = a07;
        s[8] = a08;
        s[9] = a09;
        s[10] = a10;
        s[11] = a11;
        s[12] = a12;
        s[13] = a13;
        s[14] = a14;
        s[15] = a15;
        s[16] = a16;
        s[17] = a17;
        s[18] = a18;
        s[19] = a19;
        s[20] = a20;
        s[21] = a21;
        s[22] = a22;
        s[23] = a23;
        s[24] = a24;
    }
}
