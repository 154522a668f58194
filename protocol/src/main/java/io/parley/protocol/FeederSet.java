package io.parley.protocol;

import java.util.List;

/**
 * Who may sign prices, and how many must.
 *
 * @param threshold how many signatures a price needs, 1 to the number of feeders
 * @param feeders the feeders' addresses, strictly ascending, 1 to 255
 */
public record FeederSet(int threshold, List<Address> feeders) {

    /**
     * Checks threshold and order.
     *
     * @throws IllegalArgumentException if the threshold is out of range or the feeders are not strictly ascending
     */
    public FeederSet {
        feeders = List.copyOf(feeders);
        Range.count(feeders.size(), 255, "feeders");
        if (threshold < 1 || threshold > feeders.size()) {
            throw new IllegalArgumentException(
                    "The threshold (%d) must be 1 to the number of feeders (%d).".formatted(threshold, feeders.size()));
        }
        for (int i = 1; i < feeders.size(); i++) {
            if (feeders.get(i - 1).compareTo(feeders.get(i)) >= 0) {
                throw new IllegalArgumentException("The feeders must be strictly ascending: %s after %s."
                        .formatted(feeders.get(i), feeders.get(i - 1)));
            }
        }
    }

    /** {@return {@code H} of the bytes, which the state holds} */
    public Bytes32 hash() {
        return Keccak256.hash(encode());
    }

    /** {@return the bytes; they stand inside a set-parameters command and carry no version of their own} */
    public byte[] encode() {
        WireWriter out = new WireWriter(2 + 20 * feeders.size()).u8(threshold).u8(feeders.size());
        feeders.forEach(out::address);
        return out.toBytes();
    }

    /**
     * {@return the feeder set of the bytes}
     *
     * @param content exactly one feeder set
     * @throws Undecodable if it is none
     */
    public static FeederSet decode(byte[] content) {
        return WireReader.whole(
                content,
                in -> new FeederSet(
                        in.u8("threshold"), in.list(in.u8("n"), "feeders", reader -> reader.address("feeder"))));
    }
}
