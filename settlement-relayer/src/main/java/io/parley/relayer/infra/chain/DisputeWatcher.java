package io.parley.relayer.infra.chain;

import io.parley.clearing.BatchAudit;
import io.parley.clearing.Ledger;
import io.parley.clearing.Replay;
import io.parley.clearing.Snapshot;
import io.parley.contracts.chain.Chain;
import io.parley.protocol.Address;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.wire.BatchRecord;
import io.parley.relayer.infra.config.ChainConfig;
import io.parley.relayer.infra.config.KeyFile;
import io.parley.relayer.infra.config.WatcherConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks on: folds the log of commands itself, compares each posted batch with what it found, and challenges what is wrong. It trusts
 * neither the clearing role's batches nor the relayer's word. What it needs is in the log and on the chain, so that a
 * restart, also in the middle of a dispute, begins with nothing and comes to the same.
 */
@ApplicationScoped
public class DisputeWatcher {

    private static final Logger LOG = Logger.getLogger(DisputeWatcher.class);
    private static final long BLOCKS_AT_ONCE = 2_000;

    private final ChainConfig chainConfig;
    private final WatcherConfig config;
    private final boolean enabled;
    private final BlockingQueue<Replay.Entry> arrived = new LinkedBlockingQueue<>();
    private volatile boolean stopping;
    private @Nullable Thread thread;

    DisputeWatcher(
            ChainConfig chainConfig,
            WatcherConfig config,
            @ConfigProperty(name = "parley.role.watcher", defaultValue = "false") boolean enabled) {
        this.chainConfig = chainConfig;
        this.config = config;
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread = Thread.ofPlatform().name("dispute-watcher").start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        var running = thread;
        if (running != null && !running.join(Duration.ofSeconds(5))) {
            running.interrupt();
        }
    }

    /** A command of the log, in its order. */
    public void onCommand(long offset, byte[] command) {
        arrived.add(new Replay.Entry(offset, command));
    }

    private void run() {
        Session session = null;
        while (!stopping) {
            try {
                if (session == null) {
                    session = new Session();
                }
                session.fold();
                session.look();
                Thread.sleep(config.pollMs());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                // What was folded stays: only the look at the chain failed.
                LOG.warnf("dispute watcher: %s; looking again", e.getMessage());
                LOG.debug("dispute watcher", e);
                try {
                    Thread.sleep(1_000);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** What was folded so far, and one connection to the chain. */
    private final class Session {

        private final Chain chain = new Chain(Vault.rpcOf(chainConfig));
        private final Vault vault = new Vault(chain, Vault.addressOf(chainConfig));
        private final long window = vault.window();
        private final Optional<Disputes> disputes;

        /** Up to the log's end; closes the batches. */
        private final Replay head = Replay.fromGenesis(vault.domain());

        /** Right after the last final batch: where an audit begins. */
        private final Replay base = Replay.fromGenesis(vault.domain());

        private final ArrayDeque<Replay.Entry> afterBase = new ArrayDeque<>();
        private final TreeMap<Long, Own> batches = new TreeMap<>();
        private final Set<Bytes32> settled = new HashSet<>();

        private record Own(Bytes32 headerHash, long lastOffset) {}

        Session() {
            disputes = config.keyFile()
                    .map(KeyFile::read)
                    .map(signer -> new Disputes(
                            chain,
                            vault.disputes(),
                            signer,
                            config.reward().map(Address::parse).orElse(signer.address())));
        }

        void fold() {
            var entry = arrived.poll();
            while (entry != null && !stopping) {
                afterBase.add(entry);
                head.fold(List.of(entry).iterator(), this::close);
                entry = arrived.poll();
            }
        }

        private void close(BatchRecord batch) {
            batches.put(batch.sequence(), new Own(Keccak256.hash(batch.header().encode()), batch.lastOffset()));
        }

        /** Compares what is posted and not final with what was folded. */
        void look() throws InterruptedException {
            var state = vault.state();
            advanceBase(state.verified());
            for (long sequence = state.verified() + 1; sequence <= state.posted(); sequence++) {
                var posted = vault.posted(sequence);
                var own = batches.get(sequence);
                if (own == null && (batches.isEmpty() || batches.lastKey() != sequence - 1 || !isLate(posted))) {
                    // The log has not come here yet; what follows from none is looked at before its window is over.
                    return;
                }
                if (posted.headerHash().equals(Bytes32.ZERO)
                        || own != null && own.headerHash().equals(posted.headerHash())
                        || settled.contains(posted.headerHash())) {
                    continue;
                }
                judge(sequence, posted);
                return;
            }
        }

        private boolean isLate(Vault.Posted posted) {
            return chain.pendingTime() - posted.time() > window / 4;
        }

        /** Folds the base up to the last final batch: before that nothing can be disputed any more. */
        private void advanceBase(long verified) {
            var own = batches.get(verified);
            if (own != null) {
                upTo(base, own.lastOffset(), afterBase);
                while (!afterBase.isEmpty() && afterBase.peek().offset() <= own.lastOffset()) {
                    afterBase.poll();
                }
                batches.headMap(verified).clear();
            }
        }

        private static void upTo(Replay replay, long offset, Collection<Replay.Entry> log) {
            replay.fold(
                    log.stream().takeWhile(entry -> entry.offset() <= offset).iterator());
        }

        private void judge(long sequence, Vault.Posted posted) throws InterruptedException {
            var input = input(sequence, posted.headerHash());
            var header = Published.find(input, posted.headerHash()).orElseThrow(() -> withheld(sequence));
            var decoded = BatchHeader.decode(header);
            var data = Published.data(input, decoded.dataHash(), vault.domain()).orElseThrow(() -> withheld(sequence));
            var fraud = BatchAudit.find(before(sequence), decoded, data, vault);
            if (fraud.isEmpty()) {
                settled.add(posted.headerHash());
                LOG.fatalf(
                        "batch %d on the chain is valid and not that of the log. See docs/runbooks.md, another log.",
                        sequence);
                return;
            }
            LOG.errorf(
                    "batch %d on the chain is wrong: %s", sequence, fraud.get().detail());
            if (disputes.isEmpty()) {
                settled.add(posted.headerHash());
                LOG.fatal("No key is given (parley.watcher.key-file): somebody else has to challenge it.");
                return;
            }
            var receipt = disputes.get().challenge(fraud.get(), posted.headerHash(), header, data);
            LOG.warnf(
                    "batch %d was challenged (%s, step %d) and cut off, tx %s",
                    sequence,
                    fraud.get().kind(),
                    fraud.get().step(),
                    receipt.transaction().hex());
        }

        private IllegalStateException withheld(long sequence) {
            return new IllegalStateException(
                    "the bytes of batch %d are not in the call data of its transaction".formatted(sequence));
        }

        /** The state right before a batch, on a copy. */
        private Ledger before(long sequence) {
            var copy = Replay.from(Snapshot.decode(
                    vault.domain(), Snapshot.encode(base.ledger(), base.assembler(), base.nextOffset())));
            var parent = batches.get(sequence - 1);
            if (parent != null) {
                upTo(copy, parent.lastOffset(), afterBase);
            }
            return copy.ledger();
        }

        /** The call data of the transaction in which a batch was posted. */
        private byte[] input(long sequence, Bytes32 headerHash) {
            for (long to = chain.blockNumber(); to >= 0; to -= BLOCKS_AT_ONCE) {
                var logs = vault.postings(Math.max(0, to - BLOCKS_AT_ONCE + 1), to);
                for (var log : logs.reversed()) {
                    if (log.topics().get(2).equals(headerHash)) {
                        return chain.input(log.transaction());
                    }
                }
            }
            throw withheld(sequence);
        }
    }
}
