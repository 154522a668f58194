package io.parley.relayer.infra.chain;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds bytes in call data by their hash: an ABI-encoded byte string stands behind its length. So it does not matter by
 * which function, or through which other contract, a batch was published.
 */
public final class Published {

    private Published() {}

    /** The bytes with this hash, if they stand in the call data. */
    public static Optional<byte[]> find(byte[] input, Bytes32 hash) {
        for (int at = 32; at < input.length; at++) {
            int length = length(input, at);
            if (length > 0 && length <= input.length - at) {
                var bytes = Arrays.copyOfRange(input, at, at + length);
                if (Keccak256.hash(bytes).equals(hash)) {
                    return Optional.of(bytes);
                }
            }
        }
        return Optional.empty();
    }

    /** The length in the word that ends here; -1 where no length of ours is written. */
    private static int length(byte[] input, int end) {
        for (int i = end - 32; i < end - 3; i++) {
            if (input[i] != 0) {
                return -1;
            }
        }
        return (input[end - 3] & 0xff) << 16 | (input[end - 2] & 0xff) << 8 | input[end - 1] & 0xff;
    }
}
