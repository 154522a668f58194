package io.parley.bench.wdp;

/**
 * Another program that chooses winners, for comparison. Found on the class path by {@link java.util.ServiceLoader}; none
 * is shipped. Called on one thread, and to use one.
 */
public interface Rival {

    /** {@return its name, for the head of its columns} */
    String name();

    /**
     * Solves an instance.
     *
     * @param prices of each bid, not negative
     * @param goods of each bid, numbered from 0
     * @param goodCount how many goods there are
     * @param millis after how long to stop, in milliseconds
     * @return what it found
     */
    Answer solve(long[] prices, int[][] goods, int goodCount, long millis);

    /**
     * What was found.
     *
     * @param value the best sum of prices
     * @param bound no choice is worth more, as it claims
     * @param proven whether it claims that none is better
     */
    record Answer(long value, long bound, boolean proven) {}
}
