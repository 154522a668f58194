package io.parley.node.cli;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.Layout;
import io.parley.node.Network;
import io.parley.node.NodeApplication;
import io.parley.node.NodeSettings;
import io.parley.node.Role;
import io.parley.node.Running;
import io.parley.node.Terminal;
import io.parley.node.demo.Door;
import io.parley.node.demo.FirstSet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everything on this machine: services, roles, house solvers, and a first set of real intents. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Starts broker, database, chain, all roles and house solvers, and settles a first set of intents.")
final class Up implements Callable<Integer> {

    private static final Logger LOG = Logger.getLogger(Up.class);
    private static final int USUAL_PORT = 8080;
    private static final long ARBITRAGE_MILLIS = 5_000;

    @Option(names = "--once", description = "Exit once the first set has settled: 0 if all of it did, 1 otherwise.")
    private boolean once;

    @Option(names = "--no-demo", description = "Settle nothing; only start.")
    private boolean noDemo;

    @Option(
            names = "--settle",
            paramLabel = "<how>",
            defaultValue = "verified",
            description = "How batches become final: ${COMPLETION-CANDIDATES}; by default ${DEFAULT-VALUE}.")
    private Settle settle = Settle.verified;

    /** Lower case, as they are typed. */
    private enum Settle {
        verified,
        optimistic,
        auto
    }

    @Option(names = "--port", description = "Port of the API; without it 8080 if it is free, else a free one.")
    private int port;

    @Override
    public Integer call() {
        var layout = Layout.here();
        var terminal = new Terminal(System.out);
        terminal.line("Parley");
        var network = Network.start(layout, terminal);
        var stopped = new CountDownLatch(1);
        // Ctrl-C: Quarkus stops the roles in a hook of its own; broker, database and chain go after them.
        var hook = new Thread(() -> {
            await(stopped);
            network.close();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            int http = port != 0 ? port : freePort();
            var api = URI.create("http://127.0.0.1:" + http);
            NodeSettings.of(Role.all())
                    .devnet(layout, network.devnet(), network.deployment(), network.keys())
                    .set("quarkus.http.host", "127.0.0.1")
                    .set("quarkus.http.port", http)
                    .set("parley.relayer.settle", settle)
                    .logTo(layout.log())
                    .apply();
            return NodeApplication.run(() -> {
                Running.here(
                                api,
                                network.devnet().kafka().bootstrapServers(),
                                network.devnet().anvil().rpcUrl())
                        .write(layout.running());
                int code = ready(layout, terminal, network, api);
                return once ? code : NodeApplication.untilStopped();
            });
        } finally {
            stopped.countDown();
            network.close();
            delete(layout);
        }
    }

    private int ready(Layout layout, Terminal terminal, Network network, URI api) throws Exception {
        terminal.stage("roles", "api auction solver risk feeder relayer watcher; log in %s", layout.log());
        int code = Parley.DONE;
        if (!noDemo) {
            try {
                var door = new Door(api);
                arbitrage(network, door);
                var set = new FirstSet(terminal, door, network.keys(), faucet(network));
                code = set.run() ? Parley.DONE : Parley.OUTCOME;
            } catch (RuntimeException e) {
                terminal.line("%n  The first set was not settled: %s", e.toString());
                LOG.error("The first set was not settled", e);
                code = Parley.OUTCOME;
            }
        }
        terminal.line("");
        terminal.stage("API", "%s/q/swagger-ui", api);
        terminal.stage("live view", "%s/", api);
        terminal.stage("chain", "%s", network.devnet().anvil().rpcUrl());
        if (!once) {
            terminal.line("%n  Ctrl-C stops everything. ./parley down --reset forgets it.");
        }
        return code;
    }

    /** Keeps the pools at the market while this runs, as arbitrageurs do where there are any. */
    private static void arbitrage(Network network, Door door) throws InterruptedException {
        var chain = new Chain(URI.create(network.devnet().anvil().rpcUrl()));
        var once =
                (Runnable) () -> MarketDeployment.alignPools(chain, network.keys(), network.deployment(), door.marks());
        for (int i = 0; i < 600 && door.marks().isEmpty(); i++) {
            Thread.sleep(50);
        }
        once.run();
        Thread.ofVirtual().name("arbitrage").start(() -> {
            try {
                while (true) {
                    Thread.sleep(ARBITRAGE_MILLIS);
                    once.run();
                }
            } catch (InterruptedException | RuntimeException e) {
                LOG.debug("The pools are no longer kept at the market", e);
            }
        });
    }

    private static FirstSet.Faucet faucet(Network network) {
        var chain = new Chain(URI.create(network.devnet().anvil().rpcUrl()));
        return (owner, account, asset, name, whole) -> MarketDeployment.deposit(
                chain, network.keys(), network.deployment(), owner, account, asset, name, whole);
    }

    private static int freePort() {
        for (int candidate : new int[] {USUAL_PORT, 0}) {
            try (var socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("There is no free port on the loopback interface.");
    }

    private static void await(CountDownLatch stopped) {
        try {
            stopped.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Layout layout) {
        try {
            Files.deleteIfExists(layout.running());
        } catch (IOException e) {
            // It names a process that is gone; who reads it sees that.
        }
    }
}
