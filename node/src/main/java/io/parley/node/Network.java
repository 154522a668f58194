package io.parley.node;

import io.parley.clearing.MarginParameters;
import io.parley.contracts.chain.Chain;
import io.parley.devnet.Devnet;
import io.parley.devnet.Topics;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.protocol.wire.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;

/** Broker, database and chain with a deployed market on it: what the roles of a dev network meet. */
public final class Network implements AutoCloseable {

    private final Devnet devnet;
    private final Deployment deployment;
    private final DevKeys keys;
    private boolean closed;

    private Network(Devnet devnet, Deployment deployment, DevKeys keys) {
        this.devnet = devnet;
        this.deployment = deployment;
        this.keys = keys;
    }

    public static Network start(Layout layout, Terminal terminal) {
        long began = System.nanoTime();
        var devnet = Devnet.start(layout.devnet());
        try {
            terminal.stage("broker", "Kafka at %s", devnet.kafka().bootstrapServers());
            terminal.stage(
                    "database", "PostgreSQL at 127.0.0.1:%d", devnet.postgres().port());
            terminal.stage(
                    "chain", "anvil at %s (all three in %.1f s)", devnet.anvil().rpcUrl(), seconds(began));
            topics(devnet.kafka().bootstrapServers());
            var keys = new DevKeys(layout.keys());
            return new Network(devnet, deployment(layout, devnet, keys, terminal), keys);
        } catch (RuntimeException e) {
            devnet.close();
            throw e;
        }
    }

    /** Creates the protocol's topics where they are missing. */
    public static void topics(String bootstrapServers) {
        var topics = new ArrayList<io.parley.devnet.Topic>();
        for (var topic : Topic.values()) {
            topics.add(new io.parley.devnet.Topic(
                    topic.topicName(),
                    topic.partitions(),
                    Map.of(
                            "retention.ms",
                            Long.toString(
                                    topic.retention().map(r -> r.toMillis()).orElse(-1L)),
                            "max.message.bytes",
                            Integer.toString(32 << 20))));
        }
        Topics.create(bootstrapServers, topics);
    }

    private static Deployment deployment(Layout layout, Devnet devnet, DevKeys keys, Terminal terminal) {
        var chain = new Chain(URI.create(devnet.anvil().rpcUrl()));
        var known = Deployment.read(layout.deployment());
        if (known.isPresent() && chain.hasCode(known.get().vault())) {
            terminal.stage(
                    "contracts", "vault %s, as before", known.get().vault().hex());
            return known.get();
        }
        if (known.isPresent()) {
            // The chain was forgotten, or killed before it had written the deployment: the rest of the state is of
            // another vault.
            throw new IllegalStateException("""
                    The chain does not know the vault %s of an earlier run.
                    Run ./parley down --reset to start over.""".formatted(known.get().vault().hex()));
        }
        long began = System.nanoTime();
        var deployment =
                MarketDeployment.deploy(chain, keys, MarginParameters.demo().encode());
        deployment.write(layout.deployment());
        terminal.stage(
                "contracts",
                "vault %s and %d Uniswap V2 pools deployed and funded in %.1f s",
                deployment.vault().hex(),
                deployment.pools().size(),
                seconds(began));
        return deployment;
    }

    public Devnet devnet() {
        return devnet;
    }

    public Deployment deployment() {
        return deployment;
    }

    public DevKeys keys() {
        return keys;
    }

    /** Forgets everything: state, keys and chain. */
    public static void reset(Layout layout) {
        Devnet.reset(layout.devnet());
        for (var path : new Path[] {layout.devnet(), layout.keys(), layout.ledger(), layout.deployment()}) {
            delete(path);
        }
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("(%s) cannot be deleted.".formatted(path), e);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Once; a second call waits for the first. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            devnet.close();
        }
    }
}
