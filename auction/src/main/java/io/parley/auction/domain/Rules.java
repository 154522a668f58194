package io.parley.auction.domain;

/**
 * How auctions are held.
 *
 * @param windowMs from opening to the end of the reveals, in milliseconds; also the grid on which auctions open
 * @param commitMs from opening to the end of the commitments, in milliseconds
 * @param mostIntents the most intents of one auction; what is left over stands in another
 * @param mostInFlight the most auctions that are open at once; beyond, intents gather
 * @param poolBound how many intents may wait before no more are read from the topic
 * @param feePerFill the least fee of a fill in units of 1e-8 USD, as far as the intent's own limit allows
 * @param patienceMs after how long without its screening an auction is void, in milliseconds; the risk check may be down
 * @param backoff how long an intent rests that no valid bid was for
 */
public record Rules(
        long windowMs,
        long commitMs,
        int mostIntents,
        int mostInFlight,
        int poolBound,
        long feePerFill,
        long patienceMs,
        Backoff backoff) {

    /** Checks the ranges. */
    public Rules {
        if (commitMs <= 0 || windowMs <= commitMs) {
            throw new IllegalArgumentException("""
                    The commit phase (%d ms) must be above zero and end before the window (%d ms).
                    Maybe parley.auction.commit-ms and parley.auction.window-ms were set apart.""".formatted(commitMs, windowMs));
        }
        if (mostIntents <= 0
                || mostIntents > 10_000
                || mostInFlight <= 0
                || poolBound <= 0
                || feePerFill < 0
                || patienceMs < windowMs) {
            throw new IllegalArgumentException(
                    "The limits (%d intents, at most 10000; %d in flight; pool of %d; fee %d; patience %d ms) must be above zero."
                            .formatted(mostIntents, mostInFlight, poolBound, feePerFill, patienceMs));
        }
    }
}
