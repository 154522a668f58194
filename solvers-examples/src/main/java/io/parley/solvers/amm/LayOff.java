package io.parley.solvers.amm;

import io.parley.protocol.Address;
import io.parley.protocol.Fixed8;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Trades in the pools what was filled from inventory, on a thread of its own, after the fill has cleared. Nothing here
 * reaches back: a fill stands whatever becomes of its lay-off.
 *
 * <p>A swap is two transactions, as Uniswap's pair wants it from who has no router: a transfer to the pair, then
 * {@code swap} for what has come in. Between the two the transfer lies in the pair for anyone to take; on a public chain use a
 * contract that does both. An attempt always starts from what the pair holds beyond its reserves, so a retry after a half-done one goes on
 * where it stopped.
 */
final class LayOff implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LayOff.class.getName());

    private static final String TOKEN_0 = "0x0dfe1681";
    private static final String TOKEN_1 = "0xd21220a7";
    private static final String GET_RESERVES = "0x0902f1ac";
    private static final String BALANCE_OF = "0x70a08231";
    private static final String TRANSFER = "0xa9059cbb";
    private static final String SWAP = "0x022c0d9f";

    /** @param bought units of 1e-8 of the pool's asset to buy, below zero to sell */
    private record Order(Pool pool, long bought) {}

    private final Node node;
    private final Wallet wallet;
    private final int attempts;
    private final Duration pause;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Map<Pool, AtomicLong> pending = new ConcurrentHashMap<>();
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Thread thread;

    /**
     * @param attempts how often a swap is tried before it is given up
     * @param pause between attempts
     */
    LayOff(Node node, Wallet wallet, int attempts, Duration pause) {
        this.node = node;
        this.wallet = wallet;
        this.attempts = attempts;
        this.pause = pause;
        this.thread = Thread.ofPlatform().daemon().name("amm-lay-off").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** @param bought units of 1e-8 of the pool's asset to buy, below zero to sell */
    void enqueue(Pool pool, long bought) {
        if (bought != 0) {
            waiting(pool).addAndGet(bought);
            orders.add(new Order(pool, bought));
        }
    }

    /** Units of 1e-8 still to be bought (below zero: sold) in the pool. */
    long pending(Pool pool) {
        return waiting(pool).get();
    }

    private AtomicLong waiting(Pool pool) {
        return pending.computeIfAbsent(pool, p -> new AtomicLong());
    }

    /** Swaps that are on the chain. */
    long done() {
        return done.sum();
    }

    /** Swaps given up: the exposure stays in the inventory. */
    long failed() {
        return failed.sum();
    }

    private void run() {
        try {
            while (true) {
                var order = orders.take();
                execute(order);
                waiting(order.pool()).addAndGet(-order.bought());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void execute(Order order) throws InterruptedException {
        var what = "%s %s %s in %s"
                .formatted(
                        order.bought() > 0 ? "buy" : "sell",
                        Fixed8.format(Math.abs(order.bought())),
                        order.pool().asset(),
                        order.pool().pair());
        for (int attempt = 1; ; attempt++) {
            try {
                var transaction = swap(order);
                done.increment();
                LOG.log(Level.INFO, "laid off: {0}, transaction {1}", what, transaction);
                return;
            } catch (Node.Failure e) {
                if (attempt >= attempts) {
                    failed.increment();
                    LOG.log(
                            Level.WARNING,
                            "not laid off after {0} attempts: {1}: {2}. The fill stands, the exposure stays in the inventory.",
                            attempt,
                            what,
                            e.getMessage());
                    return;
                }
                LOG.log(Level.DEBUG, "lay-off attempt {0}: {1}: {2}", attempt, what, e.getMessage());
                Thread.sleep(pause.multipliedBy(attempt));
            }
        }
    }

    private String swap(Order order) throws Node.Failure, InterruptedException {
        var pool = order.pool();
        boolean buy = order.bought() > 0;
        var reserves = reserves(node, pool);
        var curve = buy ? pool.buying(reserves) : pool.selling(reserves);
        var amount = pool.assetToken(Math.abs(order.bought()), buy ? RoundingMode.CEILING : RoundingMode.FLOOR);
        var paid = amount;
        if (buy) {
            paid = curve.inFor(amount)
                    .orElseThrow(() -> new Node.Failure("The pool holds less than is to be bought.", true));
        }
        boolean payFirst = buy != pool.assetFirst();
        var token = address(node.call(pool.pair().hex(), payFirst ? TOKEN_0 : TOKEN_1)[0]);
        // What an earlier attempt has already put in.
        var there = node.call(token.hex(), BALANCE_OF + word(pool.pair()))[0].subtract(curve.in());
        var missing = paid.subtract(there);
        if (missing.signum() > 0) {
            wallet.send(token, TRANSFER + word(pool.pair()) + word(missing));
        }
        var taken = buy ? amount : curve.outFor(paid);
        return wallet.send(
                pool.pair(),
                SWAP
                        + word(payFirst ? BigInteger.ZERO : taken)
                        + word(payFirst ? taken : BigInteger.ZERO)
                        + word(wallet.address())
                        + word(BigInteger.valueOf(128))
                        + word(BigInteger.ZERO));
    }

    static Pool.Reserves reserves(Node node, Pool pool) throws Node.Failure, InterruptedException {
        var words = node.call(pool.pair().hex(), GET_RESERVES);
        if (words.length < 2) {
            throw new Node.Failure("There is no pair at %s.".formatted(pool.pair()), true);
        }
        return new Pool.Reserves(words[0], words[1]);
    }

    private static Address address(BigInteger word) {
        return Address.parse("0x%040x".formatted(word));
    }

    private static String word(BigInteger value) {
        return "%064x".formatted(value);
    }

    private static String word(Address address) {
        return "0".repeat(24) + address.hex().substring(2);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
