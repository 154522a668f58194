package io.parley.node;

import io.parley.devnet.Devnet;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.MarketDeployment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of one process, as the names that its roles read. They become system properties of this process only; a key
 * is named by its file.
 */
public final class NodeSettings {

    private final Map<String, String> values = new TreeMap<>();

    private NodeSettings() {}

    public static NodeSettings of(Set<Role> roles) {
        var settings = new NodeSettings();
        for (var role : Role.values()) {
            settings.set("parley.role." + role.label(), roles.contains(role));
        }
        boolean database = roles.stream().anyMatch(Role::needsDatabase);
        settings.set("quarkus.datasource.active", database);
        settings.set("quarkus.hibernate-orm.active", database);
        settings.set("quarkus.flyway.active", database);
        settings.set("quarkus.flyway.migrate-at-start", database);
        return settings;
    }

    public NodeSettings set(String name, Object value) {
        values.put(name, value.toString());
        return this;
    }

    /** Everything that the roles need on a dev network with its demo market. */
    public NodeSettings devnet(Layout layout, Devnet devnet, Deployment deployment, DevKeys keys) {
        set("kafka.bootstrap.servers", devnet.kafka().bootstrapServers());
        var database = "127.0.0.1:%d/postgres".formatted(devnet.postgres().port());
        set("quarkus.datasource.reactive.url", "postgresql://" + database);
        set("quarkus.datasource.jdbc.url", "jdbc:postgresql://" + database);
        set("parley.chain.id", deployment.chainId());
        set("parley.chain.vault", deployment.vault().hex());
        set("parley.chain.routes", deployment.routes().hex());
        set("parley.chain.rpc", devnet.anvil().rpcUrl());
        set("parley.data", layout.ledger());
        set("parley.relayer.key-file", keys.file(MarketDeployment.RELAYER));
        set("parley.watcher.key-file", keys.file(MarketDeployment.WATCHER));
        set("parley.feeders.key-files", files(keys, MarketDeployment.FEEDERS));
        solvers(devnet, deployment, keys);
        return this;
    }

    private void solvers(Devnet devnet, Deployment deployment, DevKeys keys) {
        for (var solver : MarketDeployment.SOLVERS) {
            set("parley.solvers." + solver + ".factory", solver);
            set("parley.solvers." + solver + ".key-file", keys.file(solver));
            set("parley.solvers." + solver + ".accounts", "0,1,2,3");
        }
        set("parley.solvers.amm.settings.rpc", devnet.anvil().rpcUrl());
        set("parley.solvers.amm.settings.adapter", deployment.adapter());
        // A hundredth of a pool at once: what is larger is filled in parts, over several auctions.
        set("parley.solvers.amm.settings.depth-share", "0.01");
        set(
                "parley.solvers.amm.settings.pools",
                deployment.pools().stream().map(Deployment.Pool::setting).collect(Collectors.joining(",")));
    }

    /** Logs to a file, so that the terminal holds only what a person reads. */
    public NodeSettings logTo(Path file) {
        set("quarkus.log.console.enabled", false);
        set("quarkus.log.file.enabled", true);
        return set("quarkus.log.file.path", file);
    }

    private static String files(DevKeys keys, List<String> names) {
        return names.stream().map(keys::file).map(Path::toString).collect(Collectors.joining(","));
    }

    /** The settings by name. */
    public Map<String, String> values() {
        return Map.copyOf(values);
    }

    public void apply() {
        values.forEach(System::setProperty);
    }
}
