package io.parley.relayer.infra.exit;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;

/** What a contract answered or logged: 32-byte words. */
record Words(byte[] bytes) {

    static Words of(String hex) {
        return new Words(HexFormat.of().parseHex(hex.substring(2)));
    }

    Bytes32 b32(int index) {
        return Bytes32.of(Arrays.copyOfRange(bytes, 32 * index, 32 * index + 32));
    }

    BigInteger big(int index) {
        return big(b32(index));
    }

    long number(int index) {
        return number(b32(index));
    }

    Address address(int index) {
        return Address.of(bytes, 32 * index + 12);
    }

    /** The bytes that the word at the index points to. */
    byte[] tail(int index) {
        int offset = Math.toIntExact(number(index));
        int length = Math.toIntExact(number(b32(offset / 32)));
        return Arrays.copyOfRange(bytes, offset + 32, offset + 32 + length);
    }

    static long number(Bytes32 word) {
        return big(word).longValueExact();
    }

    private static BigInteger big(Bytes32 word) {
        return new BigInteger(1, word.bytes());
    }
}
