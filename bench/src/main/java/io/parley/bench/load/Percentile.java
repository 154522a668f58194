package io.parley.bench.load;

import java.util.Collection;
import java.util.OptionalLong;

/** Percentiles by nearest rank: always a value that was measured. */
final class Percentile {

    private Percentile() {}

    /**
     * {@return the least value that is not exceeded by so many per cent of all; empty if there are none}
     *
     * @param percent above 0, at most 100
     */
    static OptionalLong of(int percent, Collection<Long> values) {
        if (values.isEmpty()) {
            return OptionalLong.empty();
        }
        var sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        int rank = Math.ceilDiv(percent * sorted.length, 100);
        return OptionalLong.of(sorted[Math.max(rank, 1) - 1]);
    }
}
