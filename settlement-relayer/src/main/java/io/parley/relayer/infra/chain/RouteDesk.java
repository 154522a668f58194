package io.parley.relayer.infra.chain;

import io.parley.contracts.chain.Chain;
import io.parley.protocol.Address;
import io.parley.protocol.Route;
import io.parley.protocol.wire.RouteRecord;
import io.parley.relayer.infra.config.ChainConfig;
import io.parley.relayer.infra.config.RelayerConfig;
import io.parley.relayer.infra.kafka.RoutePublisher;
import io.parley.relayer.infra.store.RelayerStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes routes, or not, on a thread of its own, since a transaction on its way must not hold them up. A route is in the store before the
 * withdrawal that funds it enters the log, so a batch never funds one that the relayer does not know; what it does not take stays
 * in its account. After a crash a withdrawal may be written once more, which the ledger refuses by its nonce.
 */
@ApplicationScoped
public class RouteDesk {

    private static final Logger LOG = Logger.getLogger(RouteDesk.class);

    private final RelayerConfig config;
    private final ChainConfig chainConfig;
    private final RelayerStore store;
    private final RoutePublisher publisher;
    private final boolean enabled;
    private final Semaphore work = new Semaphore(0);
    private volatile boolean stopping;
    private @Nullable Thread thread;

    RouteDesk(
            RelayerConfig config,
            ChainConfig chainConfig,
            RelayerStore store,
            RoutePublisher publisher,
            @ConfigProperty(name = "parley.role.relayer", defaultValue = "false") boolean enabled) {
        this.config = config;
        this.chainConfig = chainConfig;
        this.store = store;
        this.publisher = publisher;
        this.enabled = enabled;
    }

    /** The contract that runs routes; empty if this relayer runs none. */
    public Optional<Address> contract() {
        return config.routes() ? chainConfig.routes().map(Address::parse) : Optional.empty();
    }

    void start(@Observes StartupEvent event) {
        if (enabled && contract().isPresent()) {
            thread = Thread.ofPlatform().name("route-desk").start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        wake();
        var running = thread;
        if (running != null && !running.join(Duration.ofSeconds(5))) {
            running.interrupt();
        }
    }

    /** A route has come into the store. */
    public void wake() {
        work.release();
    }

    private void run() {
        Chain chain = null;
        long pause = 100;
        while (!stopping) {
            try {
                try {
                    if (chain == null) {
                        store.open();
                        chain = new Chain(Vault.rpcOf(chainConfig));
                    }
                    for (var record : store.keptRoutes()) {
                        decide(chain, record);
                    }
                    pause = 100;
                    work.acquire();
                    work.drainPermits();
                } catch (RuntimeException e) {
                    LOG.warnf("routes: %s; looking again in %d ms", e.getMessage(), pause);
                    LOG.debug("routes", e);
                    work.tryAcquire(pause, TimeUnit.MILLISECONDS);
                    pause = Math.min(pause * 2, 10_000);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void decide(Chain chain, RouteRecord record) {
        var route = record.route();
        var objection = objection(chain, route);
        if (objection.isPresent()) {
            publisher.refuse(record, objection.get());
            store.mark(route.id(), "refused");
        } else {
            publisher.withdraw(record.withdrawal(contract().orElseThrow()));
            store.mark(route.id(), "logged");
            LOG.infof("route %s of %s/%d is taken", route.id(), route.owner(), route.account());
        }
    }

    /** Why a route is not taken now; empty if it is. Whether its withdrawal is in order is for the ledger to say. */
    private Optional<String> objection(Chain chain, Route route) {
        long time = chain.pendingTime();
        if (route.validUntil() < time) {
            return Optional.of("validUntil (%d) is over: it is %d".formatted(route.validUntil(), time));
        }
        var fee = chain.baseFee();
        if (fee.compareTo(config.routeBelow()) > 0) {
            return Optional.of("the base fee (%s wei) is above parley.relayer.route-below-wei (%s)"
                    .formatted(fee, config.routeBelow()));
        }
        if (!new Routes(chain, contract().orElseThrow()).isAdapter(route.adapter())) {
            return Optional.of("the adapter (%s) is not allowed".formatted(route.adapter()));
        }
        return Optional.empty();
    }
}
