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
        description =
                "Measures signature checks, decoding and the way of an intent, beside what one would use instead.",
        footer = {
            "%nParts:",
            "  signatures   who signed an intent: ours, with the native curve and without, beside web3j",
            "  decode       an intent from and to bytes, beside Jackson",
            "  clearing     a trade on the ledger, beside maps and BigDecimal",
            "  margin       columns, accounts and a bid under portfolio margin, beside Strata",
            "  selection    the winners of an auction: greedy, and OptaPlanner after it",
            "  gas          a fill on the chain, verified and optimistic, beside CoW's GPv2Settlement",
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
                target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*",
                "io.parley.bench.Bench"));
        command.addAll(what);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
