package io.parley.solver.infra.config;

import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.solver.host.SolverHost;
import io.parley.solver.host.SolverPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;

/**
 * The settings of the role solver:
 *
 * <pre>
 * parley.role.solver                 true to play the role
 * parley.chain.id, parley.chain.vault  for which chain and vault bids are signed
 * parley.chain.routes                the contract that runs routes; without it bids with routes are not sent
 * parley.solvers.&lt;name&gt;.factory      name or class of a SolverFactory on the class path
 * parley.solvers.&lt;name&gt;.key-file     the key that signs its bids, mode 0600
 * parley.solvers.&lt;name&gt;.owner        whose accounts it bids from; by default the key's address
 * parley.solvers.&lt;name&gt;.accounts     numbers of these accounts; by default 0
 * parley.solvers.&lt;name&gt;.threads      on how many auctions it may work at once; by default 2
 * parley.solvers.&lt;name&gt;.settings.*   its own
 * parley.solver.safety-ms            how long before the end of the commit phase it must have answered; by default 15
 * parley.solver.reveal-ms            how long after that end bids are revealed; by default 2
 * parley.solver.catch-up-ms          how long an auction waits for the state it was opened on; by default 10
 * </pre>
 */
public final class SolverSettings {

    private static final String PREFIX = "parley.solvers.";

    private final Config config;

    public SolverSettings(Config config) {
        this.config = config;
    }

    public boolean roleIsOn() {
        return config.getOptionalValue("parley.role.solver", Boolean.class).orElse(false);
    }

    public Domain domain() {
        return new Domain(
                required("parley.chain.id", Long.class), Address.parse(required("parley.chain.vault", String.class)));
    }

    /** The contract that runs routes; without it none are made. */
    public Optional<Address> routes() {
        return config.getOptionalValue("parley.chain.routes", String.class).map(Address::parse);
    }

    public SolverHost.Timing timing() {
        return new SolverHost.Timing(millis("safety", 15), millis("reveal", 2), millis("catch-up", 10));
    }

    private Duration millis(String what, long otherwise) {
        return Duration.ofMillis(config.getOptionalValue("parley.solver." + what + "-ms", Long.class)
                .orElse(otherwise));
    }

    /** In the order of their names. */
    public List<SolverPlan> plans() {
        var names = new TreeSet<String>();
        for (var property : config.getPropertyNames()) {
            if (property.startsWith(PREFIX) && property.endsWith(".factory")) {
                names.add(property.substring(PREFIX.length(), property.length() - ".factory".length()));
            }
        }
        var plans = new ArrayList<SolverPlan>();
        for (var name : names) {
            plans.add(plan(name));
        }
        return plans;
    }

    private SolverPlan plan(String name) {
        var prefix = PREFIX + name + ".";
        var signer = KeyFile.read(Path.of(required(prefix + "key-file", String.class)));
        var settings = new HashMap<String, String>();
        for (var property : config.getPropertyNames()) {
            if (property.startsWith(prefix + "settings.")) {
                config.getOptionalValue(property, String.class)
                        .ifPresent(value -> settings.put(property.substring((prefix + "settings.").length()), value));
            }
        }
        return new SolverPlan(
                name,
                required(prefix + "factory", String.class),
                config.getOptionalValue(prefix + "owner", String.class)
                        .map(Address::parse)
                        .orElseGet(signer::address),
                config.getOptionalValues(prefix + "accounts", Long.class).orElse(List.of(0L)),
                signer,
                settings,
                config.getOptionalValue(prefix + "threads", Integer.class).orElse(2));
    }

    private <T> T required(String name, Class<T> type) {
        return config.getOptionalValue(name, type)
                .orElseThrow(
                        () -> new IllegalArgumentException("The role solver needs the setting (%s).".formatted(name)));
    }
}
