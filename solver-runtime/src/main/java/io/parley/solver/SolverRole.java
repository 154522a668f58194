package io.parley.solver;

import io.parley.protocol.Bytes32;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import io.parley.solver.domain.ClearedState;
import io.parley.solver.domain.OutcomeBook;
import io.parley.solver.domain.RouteBook;
import io.parley.solver.domain.Sealing;
import io.parley.solver.host.BidPublisher;
import io.parley.solver.host.HostedSolver;
import io.parley.solver.host.SolverHost;
import io.parley.solver.host.SolverPlan;
import io.parley.solver.infra.config.SolverSettings;
import io.parley.solver.infra.metrics.Meters;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the configured solvers where the role is on. A solver that does not start leaves the others alone. */
@Singleton
@Startup
public final class SolverRole {

    private static final Logger LOG = Logger.getLogger(SolverRole.class);

    private final SolverSettings settings;
    private final BidPublisher publisher;
    private final Meters meters;
    private @Nullable SolverHost host;

    SolverRole(Config config, BidPublisher publisher, Meters meters) {
        this.settings = new SolverSettings(config);
        this.publisher = publisher;
        this.meters = meters;
    }

    @PostConstruct
    void start() {
        if (!settings.roleIsOn()) {
            return;
        }
        var domain = settings.domain();
        var state = new ClearedState();
        var solvers = new ArrayList<HostedSolver>();
        for (var plan : settings.plans()) {
            try {
                solvers.add(hosted(plan, state));
                LOG.infof(
                        "solver %s (%s) bids for %s, accounts %s",
                        plan.name(), plan.factory(), plan.owner(), plan.accounts());
            } catch (IllegalArgumentException e) {
                // A setting: the message says which, and a trace would not say more.
                LOG.errorf("solver %s does not start: %s", plan.name(), e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "solver %s does not start", plan.name());
            }
        }
        if (solvers.isEmpty()) {
            LOG.warn(
                    "The role solver is on and no solver runs: none is configured under parley.solvers, or none starts.");
        }
        host = new SolverHost(
                domain,
                state,
                new OutcomeBook(domain),
                new Sealing(domain, salts()),
                settings.routes().map(routes -> new RouteBook(domain, routes, state)),
                solvers,
                publisher,
                InstantSource.system(),
                settings.timing());
        meters.register(host);
    }

    private static HostedSolver hosted(SolverPlan plan, ClearedState state) {
        var factories = known().stream()
                .filter(f -> f.getClass().getName().equals(plan.factory())
                        || f.name().equals(plan.factory()))
                .toList();
        if (factories.size() != 1) {
            throw new IllegalArgumentException("""
                    %s solver factories are named (%s).
                    Known are %s: they are found by META-INF/services/%s.""".formatted(
                            factories.isEmpty() ? "No" : factories.size(),
                            plan.factory(),
                            known().stream().map(SolverFactory::name).toList(),
                            SolverFactory.class.getName()));
        }
        var context =
                new SolverContext(plan.settings(), plan.owner(), state.listings(), state.symbols(), plan.signer());
        return new HostedSolver(plan, factories.getFirst().create(context));
    }

    /** Those that the loader of the SPI sees: the caller's context may belong to another application. */
    private static List<SolverFactory> known() {
        return ServiceLoader.load(SolverFactory.class, SolverFactory.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static Supplier<Bytes32> salts() {
        var random = new SecureRandom();
        return () -> {
            var salt = new byte[32];
            random.nextBytes(salt);
            return Bytes32.of(salt);
        };
    }

    /** @throws IllegalStateException where the role is off */
    public SolverHost host() {
        if (host == null) {
            throw new IllegalStateException("The role solver is off.");
        }
        return host;
    }

    /** The solvers that run; none where the role is off. */
    public List<HostedSolver> solvers() {
        return host == null ? List.of() : host.solvers();
    }

    void stop(@Observes ShutdownEvent event) {
        if (host != null) {
            host.close();
        }
    }
}
