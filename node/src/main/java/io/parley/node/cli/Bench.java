package io.parley.node.cli;

import io.parley.node.Layout;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Measures, in a process of its own: what is measured should not share a heap with anything. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = BenchWdp.class,
        description =
                "Measures signature checks, decoding and the way of an intent, beside what one would use instead.",
        footer = {
            "%nParts:",
            "  signatures   who signed an intent: ours, with the native curve and without, beside web3j",
            "  decode       an intent from and to bytes, beside Jackson",
            "  clearing     a trade on the ledger, beside maps and BigDecimal",
            "  margin       columns, accounts and a bid under portfolio margin, beside Strata",
            "  selection    the winners of an auction: greedy, and as the auction does: exact, then OptaPlanner",
            "  gas          a fill on the chain, verified and optimistic, beside CoW's GPv2Settlement",
            "  wdp          winner determination on instances of your own or drawn ones; see parley bench wdp --help",
            "  load         a network and a node of their own, and signed intents at rising rates until it saturates",
            "",
            "Everything runs in processes and folders of its own and is gone afterwards. Whatever else the machine does is in the numbers:",
            "± is JMH's 99.9 %% interval of the mean over five seconds."
        })
final class Bench implements Callable<Integer> {

    @Parameters(
            paramLabel = "<part>",
            description = "What to measure; all of it without one, which takes some minutes.")
    private List<String> what = List.of();

    @Override
    public Integer call() throws Exception {
        return run(what);
    }

    static int run(List<String> args) throws Exception {
        var layout = Layout.here();
        var target = layout.home().resolve("bench/target");
        if (!Files.isDirectory(target.resolve("lib"))) {
            System.err.printf("(%s) is not built; run ./parley build.%n", target);
            return Parley.MISSING;
        }
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dparley.home=" + layout.home(),
                "-cp",
                target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*" + File.pathSeparator
                        // What is measured against; there only if it was built by hand.
                        + layout.home().resolve("bench/cp-sat/target/classes") + File.pathSeparator
                        + layout.home().resolve("bench/cp-sat/target/lib") + "/*",
                "io.parley.bench.Bench"));
        command.addAll(args);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
