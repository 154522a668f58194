package io.parley.risk.feeder.domain;

/**
 * How far a bundle may be from the one before it, and from the clock, for a feeder to co-sign it.
 *
 * @param price most that spot, perp mark and forwards move, as a share of the last; above 0
 * @param volatility the same for the volatility at the money of an expiry
 * @param stable the same for the stable price
 * @param heartbeat seconds; a last bundle older than this bounds nothing, so that a market that really moved goes on
 * @param clock seconds between the time of a bundle and the co-signer's clock, either way
 */
public record PriceBounds(double price, double volatility, double stable, long heartbeat, long clock) {
    /** A tenth for prices, a half for volatilities, a hundredth for the stable price, a minute, five seconds. */
    public static final PriceBounds USUAL = new PriceBounds(0.1, 0.5, 0.01, 60, 5);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the first value that is out of range
     */
    public PriceBounds {
        positive("price", price);
        positive("volatility", volatility);
        positive("stable", stable);
        positive("heartbeat", heartbeat);
        positive("clock", clock);
    }

    private static void positive(String what, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("The bound %s (%s) must be above 0.".formatted(what, value));
        }
    }
}
