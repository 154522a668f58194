package io.parley.node.cli;

import io.parley.node.Terminal;
import io.parley.node.demo.DisputeDemo;
import io.parley.node.demo.Door;
import io.parley.node.demo.FirstSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows what happens when something goes wrong, with everything real. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Shows one thing at work, on this checkout's own broker, database and chain.",
        subcommands = Demo.Dispute.class)
final class Demo {

    /** A wrong batch and what becomes of it. */
    @Command(
            name = "dispute",
            mixinStandardHelpOptions = true,
            description =
                    "Posts a wrong batch in the operator's name: it is challenged, cut off, and all intents settle in the end.")
    static final class Dispute implements Callable<Integer> {

        @Override
        public Integer call() {
            return LocalNode.run(
                    new Terminal(System.out),
                    0,
                    settings -> settings.set("parley.relayer.settle", "optimistic"),
                    node -> {
                        var door = new Door(node.api());
                        Up.arbitrage(node.network(), door);
                        var set = new FirstSet(
                                node.terminal(), door, node.network().keys(), LocalNode.faucet(node.network()));
                        var dispute = new DisputeDemo(
                                node.terminal(),
                                node.chain(),
                                node.network().deployment(),
                                node.network().keys());
                        return dispute.run(set) ? Parley.DONE : Parley.OUTCOME;
                    });
        }
    }
}
