package io.parley.bench.load;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.Layout;
import io.parley.node.Network;
import io.parley.node.NodeSettings;
import io.parley.node.Role;
import io.parley.node.Terminal;
import io.parley.protocol.Domain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A folder of its own with broker, database, chain, a deployed market, funded owners, and one node with all roles: real
 * processes, all of which end with this one.
 */
final class Site implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path folder;
    private final Network network;
    private final Process node;
    private final URI api;
    private boolean closed;

    private Site(Path folder, Network network, Process node, URI api) {
        this.folder = folder;
        this.network = network;
        this.node = node;
        this.api = api;
    }

    static Site start(Path home, Owners owners, Terminal terminal) throws IOException, InterruptedException {
        var app = home.resolve("node/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(app)) {
            throw new IllegalStateException("(%s) is missing; run ./parley build.".formatted(app));
        }
        var folder = Files.createTempDirectory("parley-bench-");
        Network network = null;
        try {
            var layout = new Layout(home, folder);
            network = Network.start(layout, terminal);
            long began = System.nanoTime();
            owners.fund(
                    new Chain(URI.create(network.devnet().anvil().rpcUrl())),
                    network.keys().signer(MarketDeployment.GOVERNOR),
                    network.deployment().vault());
            terminal.stage("owners", "%d funded in %.1f s", owners.count(), (System.nanoTime() - began) / 1e9);
            int port = freePort();
            NodeSettings.of(Role.all())
                    .devnet(layout, network.devnet(), network.deployment(), network.keys())
                    .set("quarkus.http.host", "127.0.0.1")
                    .set("quarkus.http.port", port)
                    .logTo(layout.log())
                    .apply();
            var node = node(layout, app);
            terminal.stage("node", "all roles in one process");
            return new Site(folder, network, node, URI.create("http://127.0.0.1:" + port));
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (network != null) {
                network.close();
            }
            delete(folder);
            throw e;
        }
    }

    private static Process node(Layout layout, Path app) throws IOException, InterruptedException {
        var settings = layout.data().resolve("node.properties");
        var chosen = new Properties();
        for (var name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("parley.") || name.startsWith("quarkus.") || name.startsWith("kafka.")) {
                chosen.setProperty(name, System.getProperty(name));
            }
        }
        try (var out = Files.newBufferedWriter(settings)) {
            chosen.store(out, null);
        }
        var node = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dparley.home=" + layout.home(),
                        "-jar",
                        app.toString(),
                        "node",
                        "--roles",
                        Role.all().stream().map(Role::label).collect(Collectors.joining(",")),
                        "--settings",
                        settings.toString(),
                        "--with-parent")
                .redirectErrorStream(true)
                .start();
        var ready = new CountDownLatch(1);
        var said = new StringBuffer();
        Thread.ofVirtual().start(() -> {
            try (var lines = node.inputReader()) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("READY")) {
                        ready.countDown();
                    }
                    if (said.length() < 4_000) {
                        said.append(line).append('\n');
                    }
                }
            } catch (IOException e) {
                // It is gone, which is seen below.
            }
        });
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.await(100, TimeUnit.MILLISECONDS)) {
            if (!node.isAlive() || System.nanoTime() > deadline) {
                node.destroyForcibly();
                throw new IllegalStateException("The node did not start:%n%s%s".formatted(said, logTail(layout.log())));
            }
        }
        return node;
    }

    private static String logTail(Path log) {
        try {
            var lines = Files.exists(log) ? Files.readAllLines(log) : List.<String>of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    URI api() {
        return api;
    }

    Chain chain() {
        return new Chain(URI.create(network.devnet().anvil().rpcUrl()));
    }

    String bootstrapServers() {
        return network.devnet().kafka().bootstrapServers();
    }

    Domain domain() {
        return new Domain(network.deployment().chainId(), network.deployment().vault());
    }

    /** The node's process. */
    ProcessHandle node() {
        return node.toHandle();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        node.destroy();
        try {
            if (!node.waitFor(15, TimeUnit.SECONDS)) {
                node.destroyForcibly();
            }
        } catch (InterruptedException e) {
            node.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        network.close();
        delete(folder);
    }

    /** Whoever wrote into it has just ended; a file may go while it is looked at, so it is tried more than once. */
    private static void delete(Path folder) {
        for (int attempt = 1; Files.exists(folder); attempt++) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException e) {
                if (attempt == 5) {
                    System.err.printf("(%s) could not be deleted: %s%n", folder, e.getMessage());
                    return;
                }
            }
        }
    }
}
