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
import io.parley.node.demo.FirstSet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Broker, database, chain and all roles, in this checkout and this process.
 *
 * @param api where the door is
 */
record LocalNode(Layout layout, Terminal terminal, Network network, URI api) {

    private static final int USUAL_PORT = 8080;

    /** What is done once all of it is ready. */
    interface Work {

        /** @return the exit code */
        int run(LocalNode node) throws Exception;
    }

    /**
     * Starts everything, does the work and stops everything again, in order.
     *
     * @param port of the API; 0 for 8080 if it is free, else a free one
     * @param more settings beyond the usual ones
     */
    static int run(Terminal terminal, int port, UnaryOperator<NodeSettings> more, Work work) {
        var layout = Layout.here();
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
            more.apply(NodeSettings.of(Role.all())
                            .devnet(layout, network.devnet(), network.deployment(), network.keys())
                            .set("quarkus.http.host", "127.0.0.1")
                            .set("quarkus.http.port", http)
                            .logTo(layout.log()))
                    .apply();
            return NodeApplication.run(() -> {
                Running.here(
                                api,
                                network.devnet().kafka().bootstrapServers(),
                                network.devnet().anvil().rpcUrl())
                        .write(layout.running());
                return work.run(new LocalNode(layout, terminal, network, api));
            });
        } finally {
            stopped.countDown();
            network.close();
            delete(layout);
        }
    }

    Chain chain() {
        return new Chain(URI.create(network.devnet().anvil().rpcUrl()));
    }

    static FirstSet.Faucet faucet(Network network) {
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
