package io.parley.bench.load;

import java.util.List;

/**
 * How fast the chain settles while batches queue for it; idle time between batches says nothing about that.
 *
 * @param fills of batches that were complete before the batch ahead of them was final
 * @param seconds how long those batches took, each from when the one ahead was final
 */
record Backlog(long fills, double seconds) {

    /**
     * A batch with fills that is final.
     *
     * @param complete unix milliseconds at which its last fill was cleared
     * @param settled unix milliseconds at which it was final
     */
    record Batch(long fills, long complete, long settled) {}

    /** @param batches in their order */
    static Backlog of(List<Batch> batches) {
        long fills = 0;
        long milliseconds = 0;
        for (int i = 1; i < batches.size(); i++) {
            var batch = batches.get(i);
            long ahead = batches.get(i - 1).settled();
            if (batch.complete() <= ahead) {
                fills += batch.fills();
                milliseconds += batch.settled() - ahead;
            }
        }
        return new Backlog(fills, milliseconds / 1e3);
    }

    double perSecond() {
        return fills / Math.max(seconds, 1e-3);
    }
}
