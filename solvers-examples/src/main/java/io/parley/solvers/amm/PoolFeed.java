package io.parley.solvers.amm;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Reads the pools' reserves over and over, on a thread of its own, and says what they were when last read. */
final class PoolFeed implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PoolFeed.class.getName());

    private static final String GET_RESERVES = "0x0902f1ac";

    private record Read(Pool.Reserves reserves, long nanos) {}

    private final Node node;
    private final List<Pool> pools;
    private final Duration pause;
    private final Duration stale;
    private final Map<Pool, Read> latest = new ConcurrentHashMap<>();
    private final Thread thread;

    /**
     * @param pause between two readings
     * @param stale from what age on reserves are not told any more
     */
    PoolFeed(Node node, List<Pool> pools, Duration pause, Duration stale) {
        this.node = node;
        this.pools = pools;
        this.pause = pause;
        this.stale = stale;
        this.thread = Thread.ofPlatform().daemon().name("amm-pools").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Empty if the pool could not be read lately. */
    Optional<Pool.Reserves> fresh(Pool pool) {
        var read = latest.get(pool);
        return read == null || System.nanoTime() - read.nanos() > stale.toNanos()
                ? Optional.empty()
                : Optional.of(read.reserves());
    }

    private void run() {
        boolean failing = false;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    for (var pool : pools) {
                        long asked = System.nanoTime();
                        latest.put(pool, new Read(reserves(pool), asked));
                    }
                    failing = false;
                } catch (Node.Failure | RuntimeException e) {
                    if (!failing) {
                        LOG.log(
                                Level.WARNING,
                                "pools cannot be read: {0}. Nothing is quoted from old reserves.",
                                e.getMessage());
                    }
                    failing = true;
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Pool.Reserves reserves(Pool pool) throws Node.Failure, InterruptedException {
        var words = node.call(pool.pair().hex(), GET_RESERVES);
        if (words.length < 2) {
            throw new Node.Failure("There is no pair at %s.".formatted(pool.pair()));
        }
        return new Pool.Reserves(words[0], words[1]);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
