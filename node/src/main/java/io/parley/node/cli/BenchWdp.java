package io.parley.node.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Solves instances of winner determination, each by every way there is. */
@Command(
        name = "wdp",
        mixinStandardHelpOptions = true,
        description =
                "Chooses winners in instances: value, bound, gap, proof, nodes and time, beside greedy and OptaPlanner.",
        footer = {
            "%nInstances are read from files, or drawn as the CATS suite describes its families. One record a line:",
            "  c comment",
            "  p wdp <goods> <bids> <real goods> <dummy goods>",
            "  b <bid id> <price> <k> <good> ...",
            "",
            "CP-SAT with one worker stands beside it after: mvn -f bench/cp-sat package",
            "",
            "Exit code: 0; 1 if a bound was contradicted; 2 if an instance is none."
        })
final class BenchWdp implements Callable<Integer> {

    @Parameters(paramLabel = "<file or folder>", description = "Instances; drawn ones without.")
    private List<Path> paths = List.of();

    @Option(
            names = "--family",
            paramLabel = "<name>",
            description = "paths, regions, arbitrary, matching, scheduling, tokens or all (default).")
    private @Nullable String family;

    @Option(names = "--bids", paramLabel = "<n>", description = "Bids of a drawn instance (default 200).")
    private @Nullable Integer bids;

    @Option(names = "--goods", paramLabel = "<n>", description = "Real goods (default a quarter of the bids).")
    private @Nullable Integer goods;

    @Option(names = "--seed", paramLabel = "<n>", description = "The first seed (default 1).")
    private @Nullable Integer seed;

    @Option(names = "--count", paramLabel = "<n>", description = "Instances of each family (default 5).")
    private @Nullable Integer count;

    @Option(
            names = "--millis",
            paramLabel = "<ms>",
            description = "Processor time after which the exact search is cut short (default 1000).")
    private @Nullable Long millis;

    @Option(names = "--rival-millis", paramLabel = "<ms>", description = "The same for CP-SAT (default as --millis).")
    private @Nullable Long rivalMillis;

    @Option(names = "--write", paramLabel = "<folder>", description = "Only writes the instances as files.")
    private @Nullable Path write;

    @Override
    public Integer call() throws Exception {
        var args = new ArrayList<>(List.of("wdp"));
        add(args, "family", family);
        add(args, "bids", bids);
        add(args, "goods", goods);
        add(args, "seed", seed);
        add(args, "count", count);
        add(args, "millis", millis);
        add(args, "rival-millis", rivalMillis);
        add(args, "write", write);
        paths.forEach(path -> args.add(path.toString()));
        return Bench.run(args);
    }

    private static void add(List<String> args, String name, @Nullable Object value) {
        if (value != null) {
            args.add("--" + name + "=" + value);
        }
    }
}
