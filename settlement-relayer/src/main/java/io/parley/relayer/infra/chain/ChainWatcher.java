package io.parley.relayer.infra.chain;

import io.parley.contracts.chain.Chain;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Keccak256;
import io.parley.relayer.infra.config.ChainConfig;
import io.parley.relayer.infra.config.WatcherConfig;
import io.parley.relayer.infra.kafka.CommandPublisher;
import io.parley.relayer.infra.store.RelayerStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries the vault's queue into the log of commands, in order, once each entry is deep enough in the chain. It computes the running
 * hash itself: where that differs from the vault's, the chain was rewritten below the finality depth and the domain halts
 * (docs/runbooks.md). An entry that is sent twice after a crash is refused by the ledger as out of order and changes nothing.
 */
@ApplicationScoped
public class ChainWatcher {

    private static final Logger LOG = Logger.getLogger(ChainWatcher.class);
    private static final long BLOCKS_AT_ONCE = 2_000;

    private final ChainConfig chainConfig;
    private final WatcherConfig config;
    private final RelayerStore store;
    private final CommandPublisher commands;
    private final boolean enabled;
    private volatile boolean stopping;
    private @Nullable Thread thread;

    ChainWatcher(
            ChainConfig chainConfig,
            WatcherConfig config,
            RelayerStore store,
            CommandPublisher commands,
            @ConfigProperty(name = "parley.role.watcher", defaultValue = "false") boolean enabled) {
        this.chainConfig = chainConfig;
        this.config = config;
        this.store = store;
        this.commands = commands;
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread = Thread.ofPlatform().name("chain-watcher").start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        var running = thread;
        if (running != null && !running.join(Duration.ofSeconds(5))) {
            running.interrupt();
        }
    }

    private void run() {
        Session session = null;
        while (!stopping) {
            try {
                if (session == null) {
                    store.open();
                    session = new Session();
                }
                session.follow();
                Thread.sleep(config.pollMs());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (DeepReorg e) {
                LOG.fatalf("The domain halts: %s See docs/runbooks.md, deep reorganisation.", e.getMessage());
                return;
            } catch (RuntimeException e) {
                LOG.warnf("watcher: %s; looking again", e.getMessage());
                LOG.debug("watcher", e);
                session = null;
                try {
                    Thread.sleep(1_000);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** The chain holds another queue than the one that already became commands. */
    private static final class DeepReorg extends RuntimeException {

        private static final long serialVersionUID = 1;

        DeepReorg(String message) {
            super(message);
        }
    }

    private final class Session {

        private final Chain chain = new Chain(Vault.rpcOf(chainConfig));
        private final Vault vault = new Vault(chain, Vault.addressOf(chainConfig));
        private RelayerStore.Cursor cursor =
                store.cursor(vault.address()).orElse(new RelayerStore.Cursor(0, 0, Bytes32.ZERO));

        Session() {
            if (cursor.nextIndex() > 0 && !vault.queueHashAt(cursor.nextIndex()).equals(cursor.queueHash())) {
                throw new DeepReorg("queue entry %d has hash %s on the chain, %s in the log."
                        .formatted(
                                cursor.nextIndex() - 1,
                                vault.queueHashAt(cursor.nextIndex()).hex(),
                                cursor.queueHash().hex()));
            }
        }

        void follow() {
            long deep = chain.blockNumber() - config.confirmations() + 1;
            while (cursor.nextBlock() <= deep && !stopping) {
                long to = Math.min(deep, cursor.nextBlock() + BLOCKS_AT_ONCE - 1);
                long index = cursor.nextIndex();
                var hash = cursor.queueHash();
                for (var entry : vault.queued(cursor.nextBlock(), to)) {
                    if (entry.index() != index) {
                        throw new DeepReorg("queue entry %d follows entry %d.".formatted(entry.index(), index - 1));
                    }
                    hash = Keccak256.hash(
                            hash.bytes(), Keccak256.hash(entry.command()).bytes());
                    if (!hash.equals(entry.queueHash())) {
                        throw new DeepReorg("queue entry %d leads to hash %s on the chain, %s here."
                                .formatted(index, entry.queueHash().hex(), hash.hex()));
                    }
                    commands.publish(entry.command());
                    LOG.infof(
                            "queue %d: %s",
                            index, Command.decode(entry.command()).getClass().getSimpleName());
                    index++;
                }
                cursor = new RelayerStore.Cursor(to + 1, index, hash);
                store.cursor(vault.address(), cursor);
            }
        }
    }
}
