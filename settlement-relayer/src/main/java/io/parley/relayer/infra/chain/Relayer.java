package io.parley.relayer.infra.chain;

import io.parley.clearing.BatchVerifier;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.contracts.chain.RpcException;
import io.parley.contracts.chain.Transaction;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Reason;
import io.parley.protocol.Route;
import io.parley.protocol.Signer;
import io.parley.protocol.Withdrawal;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.SettlementRecord;
import io.parley.relayer.domain.GasPrice;
import io.parley.relayer.domain.Part;
import io.parley.relayer.infra.config.ChainConfig;
import io.parley.relayer.infra.config.KeyFile;
import io.parley.relayer.infra.config.RelayerConfig;
import io.parley.relayer.infra.kafka.SettlementPublisher;
import io.parley.relayer.infra.store.RelayerStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings cleared batches on the chain, in order, one transaction in flight (docs/adr/0007). What is next is asked of the chain
 * each time, so a crash, a reorg or another relayer's success needs no case of its own: a batch that the vault does not have is
 * submitted (again), one that it has is told to be verified and, some blocks later, final.
 */
@ApplicationScoped
public class Relayer {

    private static final Logger LOG = Logger.getLogger(Relayer.class);

    private static final String PENDING = "pending";
    private static final String POSTED = "posted";
    private static final String VERIFIED = "verified";
    private static final String FINAL = "final";

    private static final String FUNDED = "funded";
    private static final String RUN = "run";
    private static final String DONE = "done";

    /** What makes no batch final. */
    private static final Set<String> AFTER_OR_BEFORE =
            Set.of(Part.Kind.POST.name(), Part.Kind.PAY.name(), Part.Kind.ROUTE.name());

    private static final long FIRST_PAUSE = 500;
    private static final long LAST_PAUSE = 60_000;

    private final RelayerConfig config;
    private final ChainConfig chainConfig;
    private final RouteDesk routeDesk;
    private final RelayerStore store;
    private final SettlementPublisher settlements;
    private final boolean enabled;
    private final Clock clock = Clock.systemUTC();
    private final Semaphore work = new Semaphore(0);
    private volatile boolean stopping;
    private volatile Predicate<BatchRecord> held = batch -> false;
    private @Nullable Thread thread;

    Relayer(
            RelayerConfig config,
            ChainConfig chainConfig,
            RouteDesk routeDesk,
            RelayerStore store,
            SettlementPublisher settlements,
            @ConfigProperty(name = "parley.role.relayer", defaultValue = "false") boolean enabled) {
        this.config = config;
        this.chainConfig = chainConfig;
        this.routeDesk = routeDesk;
        this.store = store;
        this.settlements = settlements;
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread = Thread.ofPlatform().name("relayer").start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        wake();
        var running = thread;
        // A transaction that is on its way stays written down; the next start takes it up.
        if (running != null && !running.join(java.time.Duration.ofSeconds(5))) {
            running.interrupt();
        }
    }

    /** Posts and settles nothing from the first batch on for which this holds, until it is called with another condition. */
    public void hold(Predicate<BatchRecord> condition) {
        held = condition;
        wake();
    }

    /** A batch has come into the store. */
    public void wake() {
        work.release();
    }

    private void run() {
        Session session = null;
        long pause = 100;
        while (!stopping) {
            try {
                if (session == null) {
                    store.open();
                    session = new Session();
                }
                if (session.advance()) {
                    pause = 100;
                } else {
                    work.tryAcquire(500, TimeUnit.MILLISECONDS);
                    work.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                // Silence of a node or of the database is no verdict on a transaction: look again, later each time.
                LOG.warnf("relayer: %s; trying again in %d ms", e.getMessage(), pause);
                LOG.debug("relayer", e);
                if (!sleep(pause)) {
                    return;
                }
                pause = Math.min(pause * 2, 10_000);
            }
        }
    }

    private static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One connection to the chain with one key. */
    private final class Session {

        private final Chain chain;
        private final Vault vault;
        private final Optional<Routes> routes;
        private final Signer signer;
        private final long window;
        /** A batch that somebody else posted in the operator's name and that cannot be replaced; 0 for none. */
        private long foreign;

        /** When routes of a batch may be tried again, in nanoseconds, and after how long a pause. */
        private final Map<Long, Later> later = new HashMap<>();

        private long attemptsOf;
        private int attempts;

        Session() {
            chain = new Chain(Vault.rpcOf(chainConfig));
            vault = new Vault(chain, Vault.addressOf(chainConfig));
            routes = routeDesk.contract().map(address -> new Routes(chain, address));
            window = vault.window();
            signer = KeyFile.read(config.keyFile().orElseThrow(() -> new IllegalStateException("""
                    The role relayer needs the setting (parley.relayer.key-file): a file with its key.""")));
            LOG.infof(
                    "relayer %s on chain %d, vault %s",
                    signer.address().hex(), chain.chainId(), vault.address().hex());
        }

        /** @return whether there was anything to do */
        boolean advance() {
            var state = vault.state();
            if (foreign <= state.verified() || state.posted() < foreign) {
                foreign = 0;
            }
            boolean told = tell(state);
            return finishNext(state) || goAhead(state) || runRoutes(state) || told;
        }

        /** Brings the batch after the last final one to its end, if it is posted and that can be done now. */
        private boolean finishNext(Vault.State state) {
            long sequence = state.verified() + 1;
            var kept = store.batch(sequence);
            if (state.posted() < sequence || kept.isEmpty()) {
                return false;
            }
            var batch = kept.get();
            var posted = vault.posted(sequence);
            if (posted.is(batch) ? mustBeProven(batch, posted) : !posted.optimistic()) {
                submit(batch, parts(batch, posted));
                return true;
            }
            if (!posted.is(batch)) {
                if (foreign != sequence) {
                    foreign = sequence;
                    LOG.errorf(
                            "batch %d on the chain is not that of the log; it stands until somebody disputes it",
                            sequence);
                }
                return false;
            }
            if (chain.pendingTime() < posted.time() + window) {
                return false;
            }
            submit(batch, List.of(Part.finalization()));
            return true;
        }

        private boolean mustBeProven(BatchRecord batch, Vault.Posted posted) {
            return !posted.optimistic() || config.policy().proves(batch, chain.baseFee());
        }

        /** Settles or posts the batch after the last that is posted. */
        private boolean goAhead(Vault.State state) {
            long sequence = Math.max(state.verified(), state.posted()) + 1;
            var kept = store.batch(sequence);
            if (kept.isEmpty() || foreign != 0) {
                return false;
            }
            var batch = kept.get();
            if (held.test(batch)) {
                return false;
            }
            boolean next = sequence == state.verified() + 1;
            submit(
                    batch,
                    next && (config.policy().proves(batch, chain.baseFee()) || !vault.bonded())
                            ? parts(batch, Vault.Posted.NONE)
                            : List.of(Part.post()));
            return true;
        }

        /** Publishes what the chain says of batches that were not yet told final. */
        private boolean tell(Vault.State state) {
            long verified = state.verified();
            boolean told = false;
            for (long sequence : store.withStatus(POSTED)) {
                if (sequence > verified && sequence > state.posted()) {
                    // Cut off by a dispute or taken back by a reorg: the same batch is posted again.
                    var why = "no longer posted: it, or one before it, was cut off by a dispute or a reorg";
                    LOG.warnf("batch %d is %s", sequence, why);
                    retry(sequence, Reason.DISPUTED, why);
                    store.mark(sequence, PENDING, why);
                    told = true;
                }
            }
            for (var status : List.of(PENDING, "failed", POSTED)) {
                for (long sequence : store.withStatus(status)) {
                    if (sequence <= verified) {
                        announce(sequence, VERIFIED);
                        told = true;
                    }
                }
            }
            for (long sequence : store.withStatus(VERIFIED)) {
                if (sequence > verified) {
                    // A reorg took it back: the same batch is posted again.
                    LOG.warnf("batch %d is no longer verified on the chain; posting it again", sequence);
                    store.mark(sequence, PENDING, "taken back by a reorg");
                    store.forBatch(sequence)
                            .forEach(sent -> store.reopened(sent.signed().hash()));
                } else if (confirmed(sequence)) {
                    announce(sequence, FINAL);
                    told = true;
                }
            }
            return told;
        }

        private boolean confirmed(long sequence) {
            var receipt = finishing(sequence);
            // Proven by somebody else: the vault has it, and our own transactions say nothing about when.
            return receipt.isEmpty() || chain.blockNumber() - receipt.get().block() + 1 >= config.confirmations();
        }

        /** The receipt of the transaction that completed a batch, if it was ours. */
        private Optional<Receipt> finishing(long sequence) {
            Receipt last = null;
            for (var sent : store.forBatch(sequence)) {
                var receipt = chain.receipt(sent.signed().hash());
                if (receipt.isPresent() && receipt.get().success() && !AFTER_OR_BEFORE.contains(sent.purpose())) {
                    last = receipt.get();
                }
            }
            return Optional.ofNullable(last);
        }

        private boolean wentByItsWindow(long sequence) {
            return store.forBatch(sequence).stream()
                    .anyMatch(sent -> sent.purpose().equals(Part.Kind.FINALIZE.name())
                            && sent.status().equals("mined"));
        }

        private void announce(long sequence, String status) {
            var batch = store.batch(sequence).orElseThrow();
            var receipt = finishing(sequence);
            // What became final by its window was never verified.
            if (status.equals(FINAL) || !wentByItsWindow(sequence)) {
                publish(
                        batch,
                        status.equals(FINAL) ? SettlementRecord.Status.FINAL : SettlementRecord.Status.VERIFIED,
                        receipt);
            }
            if (status.equals(VERIFIED) && !batch.withdrawals().isEmpty()) {
                payOut(batch);
            }
            store.mark(sequence, status, "");
            LOG.infof(
                    "batch %d %s, tx %s",
                    sequence, status, receipt.map(r -> r.transaction().hex()).orElse("of another relayer"));
        }

        private void publish(BatchRecord batch, SettlementRecord.Status status, Optional<Receipt> receipt) {
            settlements.publish(new SettlementRecord(
                    batch.sequence(),
                    status,
                    receipt.map(Receipt::transaction).orElse(Bytes32.ZERO),
                    receipt.map(Receipt::block).orElse(0L),
                    receipt.map(Receipt::gasUsed).orElse(0L),
                    receipt.map(Receipt::effectiveGasPrice).orElse(0L),
                    batch.feesTotalAfter() - batch.feesTotalBefore(),
                    0,
                    "",
                    clock.millis()));
        }

        /** Pays a batch's withdrawals, and runs the routes that they fund in the same transaction if it can. */
        private void payOut(BatchRecord batch) {
            var funded = routes.isEmpty()
                    ? List.<Route>of()
                    : store.funded(
                            batch.sequence(),
                            batch.withdrawals().stream().map(Withdrawal::to).toList());
            if (vault.paid(batch.sequence())) {
                return;
            }
            if (!funded.isEmpty()) {
                var contract = routes.orElseThrow();
                int most = Routes.most(config.gasLimit(), batch.withdrawals().size());
                var first = funded.subList(0, Math.min(most, funded.size()));
                try {
                    var receipt = complete(
                            batch.sequence(),
                            new Call(Part.Kind.ROUTE, contract.address(), contract.payAndRun(batch, first)));
                    if (receipt.success()) {
                        return;
                    }
                } catch (WouldRevert e) {
                    // No route may hold up a payment: they are paid without, and routes are tried by themselves.
                    LOG.warnf("batch %d: routes cannot run with its payments: %s", batch.sequence(), e.getMessage());
                }
            }
            if (!vault.paid(batch.sequence())) {
                complete(batch.sequence(), new Call(Part.Kind.PAY, vault.address(), vault.payData(batch)));
            }
        }

        /**
         * Runs routes whose withdrawals are paid. Whether one has run is asked of the chain each time, so a crash or a reorg needs no case of
         * its own here either, and the contract runs none twice.
         *
         * @return whether there was anything to do
         */
        private boolean runRoutes(Vault.State state) {
            if (routes.isEmpty()) {
                return false;
            }
            boolean worked = false;
            for (long sequence : store.batchesWithRoutes(RUN)) {
                worked |= sequence <= state.verified() && confirmRoutes(routes.get(), sequence);
            }
            for (long sequence : store.batchesWithRoutes(FUNDED)) {
                if (sequence > state.verified() || Later.isOpen(later.get(sequence))) {
                    continue;
                }
                var waiting = new ArrayList<Route>();
                for (var route : store.routes(sequence, FUNDED)) {
                    if (routes.get().hasRun(route)) {
                        tellRoute(routes.get(), sequence, route);
                        worked = true;
                    } else {
                        waiting.add(route);
                    }
                }
                if (!waiting.isEmpty()) {
                    worked |= run(routes.get(), sequence, waiting);
                }
            }
            return worked;
        }

        private boolean run(Routes contract, long sequence, List<Route> waiting) {
            var next = waiting.subList(0, Math.min(Routes.most(config.gasLimit(), 0), waiting.size()));
            try {
                complete(sequence, new Call(Part.Kind.ROUTE, contract.address(), contract.run(next)));
                later.remove(sequence);
                return true;
            } catch (WouldRevert e) {
                LOG.warnf("batch %d: its routes cannot run now: %s", sequence, e.getMessage());
                later.merge(sequence, Later.first(), (before, first) -> before.next());
                return false;
            }
        }

        /** Publishes what came of a route. */
        private void tellRoute(Routes contract, long sequence, Route route) {
            var receipt = contract.transactionOf(route).flatMap(chain::receipt);
            var result = receipt.flatMap(r -> contract.result(route, r.logs()));
            boolean swapped = result.map(Routes.Result::swapped).orElse(true);
            settlements.publish(new SettlementRecord(
                    sequence,
                    SettlementRecord.Status.ROUTED,
                    receipt.map(Receipt::transaction).orElse(Bytes32.ZERO),
                    receipt.map(Receipt::block).orElse(0L),
                    receipt.map(Receipt::gasUsed).orElse(0L),
                    receipt.map(Receipt::effectiveGasPrice).orElse(0L),
                    0,
                    swapped ? 0 : Reason.ROUTE_RETURNED.code(),
                    "route %s: %s"
                            .formatted(
                                    route.id(),
                                    result.map(Routes.Result::detail).orElse("run by another")),
                    clock.millis()));
            LOG.infof(
                    "batch %d: route %s: %s",
                    sequence, route.id(), result.map(Routes.Result::detail).orElse("run by another"));
            store.mark(route.id(), RUN);
        }

        /** What has run and is deep enough is done; what a reorg took back is run again. */
        private boolean confirmRoutes(Routes contract, long sequence) {
            boolean worked = false;
            for (var route : store.routes(sequence, RUN)) {
                var receipt = contract.transactionOf(route).flatMap(chain::receipt);
                if (!contract.hasRun(route)) {
                    LOG.warnf("batch %d: route %s was taken back by a reorg", sequence, route.id());
                    store.mark(route.id(), FUNDED);
                    worked = true;
                } else if (receipt.isEmpty()
                        || chain.blockNumber() - receipt.get().block() + 1 >= config.confirmations()) {
                    store.mark(route.id(), DONE);
                    worked = true;
                }
            }
            return worked;
        }

        private void submit(BatchRecord batch, List<Part> parts) {
            if (attemptsOf != batch.sequence()) {
                attemptsOf = batch.sequence();
                attempts = 0;
                if (new BatchVerifier(vault.domain()).verify(batch) instanceof BatchVerifier.Refused refused) {
                    fail(batch, Reason.ROOT_MISMATCH, refused.toString(), false);
                    throw new IllegalStateException(
                            "batch %d does not verify and is not sent: %s".formatted(batch.sequence(), refused));
                }
            }
            for (var part : parts) {
                var data = vault.data(batch, part, config.account());
                try {
                    var receipt = complete(batch.sequence(), new Call(part.kind(), vault.address(), data));
                    if (!receipt.success()) {
                        throw new WouldRevert(vault.why(signer.address(), data));
                    }
                    if (part.kind() == Part.Kind.POST) {
                        publish(batch, SettlementRecord.Status.POSTED, Optional.of(receipt));
                        store.mark(batch.sequence(), POSTED, "");
                        LOG.infof(
                                "batch %d posted, tx %s",
                                batch.sequence(), receipt.transaction().hex());
                    }
                } catch (WouldRevert e) {
                    // Another relayer may have been faster: then the vault has it, and nothing has failed.
                    if (vault.verifiedSequence() < batch.sequence()) {
                        attempts++;
                        fail(batch, Reason.TRANSACTION_FAILED, String.valueOf(e.getMessage()), true);
                        sleep(Math.min(200L << Math.min(attempts, 6), 10_000));
                    }
                    return;
                }
            }
        }

        /** What is still to do to prove a batch: the vault remembers what was posted and how far it was proven. */
        private List<Part> parts(BatchRecord batch, Vault.Posted posted) {
            var state = vault.state();
            var gas = Vault.gasOfSteps(batch);
            long gasOfData = Vault.gasOfData(batch);
            if (state.posted() >= batch.sequence()
                    && state.progressHeader()
                            .equals(Keccak256.hash(batch.header().encode()))) {
                return Part.prove(gas, gasOfData, config.gasLimit(), state.progressStep());
            }
            var plan = Part.plan(gas, gasOfData, config.gasLimit());
            // What stands there already is not posted again.
            return posted.is(batch) && plan.size() > 1 ? plan.subList(1, plan.size()) : plan;
        }

        private void fail(BatchRecord batch, Reason reason, String detail, boolean retried) {
            LOG.errorf("batch %d: %s %s", batch.sequence(), reason, detail);
            if (retried) {
                retry(batch.sequence(), reason, detail);
            } else {
                trouble(batch.sequence(), SettlementRecord.Status.FAILED, reason, detail);
            }
            store.mark(batch.sequence(), "failed", detail);
        }

        private void retry(long sequence, Reason reason, String detail) {
            trouble(sequence, SettlementRecord.Status.RETRYING, reason, detail);
        }

        private void trouble(long sequence, SettlementRecord.Status status, Reason reason, String detail) {
            settlements.publish(new SettlementRecord(
                    sequence, status, Bytes32.ZERO, 0, 0, 0, 0, reason.code(), detail, clock.millis()));
        }

        /** Sends one transaction, replacing it with higher fees as long as it is not mined. */
        private Receipt complete(long sequence, Call call) {
            long nonce = chain.minedNonce(signer.address());
            store.replacedBelow(signer.address(), nonce);
            var open = new ArrayList<>(store.open(signer.address(), nonce));
            // Left by a former life or an earlier try: send the same bytes, unless they were for something else.
            open.removeIf(sent -> sent.sequence() != sequence
                    || !sent.purpose().equals(call.kind().name()));
            if (open.isEmpty()) {
                open.add(sign(nonce, sequence, call, GasPrice.over(chain.baseFee())));
            }
            var newest = open.getLast();
            chain.send(newest.signed());
            if (call.kind() != Part.Kind.ROUTE) {
                settlements.publish(new SettlementRecord(
                        sequence,
                        SettlementRecord.Status.SUBMITTED,
                        newest.signed().hash(),
                        0,
                        0,
                        0,
                        0,
                        0,
                        "",
                        clock.millis()));
            }
            long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(config.bumpAfterMs());
            while (true) {
                for (var sent : open) {
                    var receipt = chain.receipt(sent.signed().hash());
                    if (receipt.isPresent()) {
                        store.mined(receipt.get());
                        return receipt.get();
                    }
                }
                if (stopping) {
                    throw new IllegalStateException("stopping while transaction %s is on its way"
                            .formatted(newest.signed().hash().hex()));
                }
                if (System.nanoTime() > patience) {
                    newest = sign(nonce, sequence, call, newest.price().bumped(chain.baseFee()));
                    open.add(newest);
                    chain.send(newest.signed());
                    LOG.warnf(
                            "batch %d: nonce %d replaced with %s",
                            sequence, nonce, newest.signed().hash().hex());
                    patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(config.bumpAfterMs());
                }
                sleep(config.pollMs());
            }
        }

        private String describe(String revertData) {
            var text = vault.describe(revertData);
            return text.startsWith("reverted with") && routes.isPresent()
                    ? routes.get().describe(revertData)
                    : text;
        }

        private RelayerStore.Sent sign(long nonce, long sequence, Call call, GasPrice price) {
            long gas = gasLimit(call);
            var signed = new Transaction(
                            chain.chainId(), nonce, call.to(), call.data(), gas, price.tip(), price.maxFee())
                    .sign(signer);
            store.beforeSending(signer.address(), signed, sequence, call.kind(), price, gas);
            return new RelayerStore.Sent(signed, sequence, call.kind().name(), price, gas, "sent");
        }

        private long gasLimit(Call call) {
            try {
                // A fifth more than now: the state may have grown when it is mined.
                return chain.estimateGas(signer.address(), call.to(), call.data()) * 6 / 5;
            } catch (RpcException e) {
                if (!e.answered()) {
                    throw e;
                }
                throw new WouldRevert(describe(e.data()));
            }
        }
    }

    /** One transaction's content. */
    private record Call(Part.Kind kind, Address to, String data) {}

    /**
     * Until when something is left alone.
     *
     * @param from by the clock of {@link System#nanoTime}
     * @param pause milliseconds
     */
    private record Later(long from, long pause) {

        static Later first() {
            return new Later(System.nanoTime(), FIRST_PAUSE);
        }

        Later next() {
            return new Later(System.nanoTime(), Math.min(2 * pause, LAST_PAUSE));
        }

        static boolean isOpen(@Nullable Later later) {
            return later != null && System.nanoTime() - later.from() < TimeUnit.MILLISECONDS.toNanos(later.pause());
        }
    }

    /** A contract refuses what is submitted; the message names its error and the numbers. */
    private static final class WouldRevert extends RuntimeException {

        private static final long serialVersionUID = 1;

        WouldRevert(String why) {
            super(why);
        }
    }
}
