package io.parley.protocol;

import java.util.stream.LongStream;

/** Seeds of the tests on random values: some fixed and a fresh one, or the one of {@code -Dparley.seed}. */
final class Seeds {

    private Seeds() {}

    static LongStream seeds() {
        Long given = Long.getLong("parley.seed");
        return given != null ? LongStream.of(given) : LongStream.of(1, 2, 3, 4, 5, 6, 7, System.nanoTime());
    }
}
