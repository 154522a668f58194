package io.parley.relayer.infra.chain;

import io.parley.clearing.PackedData;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Undecodable;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds bytes in call data by their hash: an ABI-encoded byte string stands behind its length. So it does not matter by
 * which function, or through which other contract, a batch was published.
 */
public final class Published {

    private Published() {}

    /** The bytes with this hash, if they stand in the call data. */
    public static Optional<byte[]> find(byte[] input, Bytes32 hash) {
        return strings(input)
                .filter(bytes -> Keccak256.hash(bytes).equals(hash))
                .findFirst();
    }

    /** Whatever could be a byte string. */
    private static Stream<byte[]> strings(byte[] input) {
        return IntStream.range(32, input.length)
                .filter(at -> length(input, at) > 0 && length(input, at) <= input.length - at)
                .mapToObj(at -> Arrays.copyOfRange(input, at, at + length(input, at)));
    }

    /** The data of a batch with this hash, if they stand in the call data as they are or packed. */
    public static Optional<byte[]> data(byte[] input, Bytes32 hash, Domain domain) {
        return find(input, hash)
                .or(() -> strings(input)
                        .flatMap(packed -> unpacked(domain, packed).stream())
                        .filter(data -> Keccak256.hash(data).equals(hash))
                        .findFirst());
    }

    private static Optional<byte[]> unpacked(Domain domain, byte[] packed) {
        try {
            return Optional.of(PackedData.unpack(domain, packed));
        } catch (Undecodable e) {
            return Optional.empty();
        }
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
