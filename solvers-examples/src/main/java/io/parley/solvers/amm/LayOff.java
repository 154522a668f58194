package io.parley.solvers.amm;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
    private static final String APPROVE = "0x095ea7b3";
    private static final String DEPOSIT = "0x500ee555";

    /**
     * @param bought units of 1e-8 of the pool's asset to buy, below zero to sell
     * @param asset the pool's asset
     * @param account the account that filled from its inventory
     */
    private record Order(Pool pool, long bought, AssetId asset, long account) {

        /** What the pool gives. */
        AssetId taken() {
            return bought > 0 ? asset : AssetId.cash();
        }
    }

    private final Node node;
    private final Wallet wallet;
    private final Optional<Address> vault;
    private final int attempts;
    private final Duration pause;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Map<Pool, AtomicLong> pending = new ConcurrentHashMap<>();
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Thread thread;

    /**
     * @param vault where what a pool gave is deposited for the account that filled, so that its inventory comes back; without it, it
     *     stays in the wallet
     * @param attempts how often a swap is tried before it is given up
     * @param pause between attempts
     */
    LayOff(Node node, Wallet wallet, Optional<Address> vault, int attempts, Duration pause) {
        this.node = node;
        this.wallet = wallet;
        this.vault = vault;
        this.attempts = attempts;
        this.pause = pause;
        this.thread = Thread.ofPlatform().daemon().name("amm-lay-off").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * @param bought units of 1e-8 of the pool's asset to buy, below zero to sell
     * @param asset the pool's asset
     * @param account the account that filled
     */
    void enqueue(Pool pool, long bought, AssetId asset, long account) {
        if (bought != 0) {
            waiting(pool).addAndGet(bought);
            orders.add(new Order(pool, bought, asset, account));
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
                var swapped = swap(order);
                done.increment();
                LOG.log(Level.INFO, "laid off: {0}, transaction {1}", what, swapped.transaction());
                bringHome(order, swapped);
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

    /** @param amount what the pool gave, in the token's own units */
    private record Swapped(String transaction, Address token, BigInteger amount) {}

    private Swapped swap(Order order) throws Node.Failure, InterruptedException {
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
        var token = token(pool, payFirst);
        // What an earlier attempt has already put in.
        var there = node.call(token.hex(), BALANCE_OF + word(pool.pair()))[0].subtract(curve.in());
        var missing = paid.subtract(there);
        if (missing.signum() > 0) {
            wallet.send(token, TRANSFER + word(pool.pair()) + word(missing));
        }
        var taken = buy ? amount : curve.outFor(paid);
        var transaction = wallet.send(
                pool.pair(),
                SWAP
                        + word(payFirst ? BigInteger.ZERO : taken)
                        + word(payFirst ? taken : BigInteger.ZERO)
                        + word(wallet.address())
                        + word(BigInteger.valueOf(128))
                        + word(BigInteger.ZERO));
        return new Swapped(transaction, token(pool, !payFirst), taken);
    }

    private Address token(Pool pool, boolean first) throws Node.Failure, InterruptedException {
        return address(node.call(pool.pair().hex(), first ? TOKEN_0 : TOKEN_1)[0]);
    }

    /** The swap is not undone by a deposit that fails: what came out is then in the wallet. */
    private void bringHome(Order order, Swapped swapped) throws InterruptedException {
        if (vault.isEmpty()) {
            return;
        }
        // The vault counts in units of 1e-8; what is finer stays in the wallet.
        var finest = BigInteger.TEN.pow(Math.max(order.pool().decimals(order.bought() > 0) - Pool.SCALE, 0));
        var amount = swapped.amount().subtract(swapped.amount().mod(finest));
        try {
            wallet.send(swapped.token(), APPROVE + word(vault.get()) + word(amount));
            wallet.send(
                    vault.get(),
                    DEPOSIT
                            + word(new BigInteger(
                                    Long.toUnsignedString(order.taken().id())))
                            + word(amount)
                            + word(BigInteger.valueOf(order.account())));
        } catch (Node.Failure e) {
            LOG.log(
                    Level.WARNING,
                    "not deposited for account {0}: {1} of token {2}: {3}. It is in the wallet.",
                    order.account(),
                    amount,
                    swapped.token(),
                    e.getMessage());
        }
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
