package io.parley.protocol;

/**
 * What feeders sign: the state of the market at a time. Its digest is the state's priceHash.
 *
 * @param time unix seconds
 * @param sequence the number of the price, 0 to 2^63 - 1, ascending
 * @param content {@code H} of the {@link PriceContent}
 * @param marks the root over the marks, see {@link PriceContent#marksRoot}
 */
public record Price(long time, long sequence, Bytes32 content, Bytes32 marks) {

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Price {
        Range.u63(time, "time");
        Range.u63(sequence, "sequence");
    }
}
