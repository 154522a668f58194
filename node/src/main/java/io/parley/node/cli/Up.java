package io.parley.node.cli;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.Layout;
import io.parley.node.Network;
import io.parley.node.NodeApplication;
import io.parley.node.Terminal;
import io.parley.node.demo.Door;
import io.parley.node.demo.FirstSet;
import java.net.URI;
import java.util.concurrent.Callable;
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
        return LocalNode.run(
                new Terminal(System.out), port, settings -> settings.set("parley.relayer.settle", settle), node -> {
                    int code = ready(node.layout(), node.terminal(), node.network(), node.api());
                    return once ? code : NodeApplication.untilStopped();
                });
    }

    private int ready(Layout layout, Terminal terminal, Network network, URI api) throws Exception {
        terminal.stage("roles", "api auction solver risk feeder relayer watcher; log in %s", layout.log());
        int code = Parley.DONE;
        if (!noDemo) {
            try {
                var door = new Door(api);
                arbitrage(network, door);
                var set = new FirstSet(terminal, door, network.keys(), LocalNode.faucet(network));
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
    static void arbitrage(Network network, Door door) throws InterruptedException {
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
}
