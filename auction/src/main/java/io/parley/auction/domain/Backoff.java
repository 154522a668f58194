package io.parley.auction.domain;

/**
 * How long an intent rests after auctions that brought nothing: not at all after the first, then a window, doubling.
 *
 * @param firstMs the first rest, in milliseconds
 * @param longestMs the longest rest, in milliseconds; also how late an intent may learn of a better price
 */
public record Backoff(long firstMs, long longestMs) {

    /** Checks the range. */
    public Backoff {
        if (firstMs <= 0 || longestMs < firstMs) {
            throw new IllegalArgumentException(
                    "The rests (%d ms to %d ms) must be above zero and ascend.".formatted(firstMs, longestMs));
        }
    }

    /**
     * {@return how long to rest, in milliseconds}
     *
     * @param misses how many auctions in a row brought nothing
     */
    long rest(int misses) {
        if (misses < 2) {
            return 0;
        }
        int doublings = Math.min(misses - 2, 32);
        return Math.min(longestMs, firstMs << Math.min(doublings, Long.numberOfLeadingZeros(firstMs) - 1));
    }
}
