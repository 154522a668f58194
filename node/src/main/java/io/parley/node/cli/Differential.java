package io.parley.node.cli;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs drawn steps through the ledger and through the contracts, on a chain of its own. */
@Command(
        name = "differential",
        mixinStandardHelpOptions = true,
        description = {
            "Runs drawn steps through the ledger and through the contracts and compares every root and reason code.",
            "The exit code is 1 where they differ."
        })
final class Differential implements Callable<Integer> {

    private static final long EVERY = Duration.ofSeconds(1).toNanos();

    @Option(names = "--steps", paramLabel = "n", defaultValue = "100000", description = "How many (100000).")
    private int steps;

    @Option(names = "--seed", paramLabel = "n", description = "Which ones; else others each time.")
    private long seed = System.currentTimeMillis();

    private long told;

    @Override
    public Integer call() throws IOException {
        System.out.printf("seed        %d%n", seed);
        var folder = Files.createTempDirectory("parley-differential");
        try (var anvil = Anvil.start(folder)) {
            var chain = new Chain(URI.create(anvil.rpcUrl()));
            long began = System.nanoTime();
            var tally = new io.parley.node.differential.Differential(chain).run(seed, steps, now -> {
                if (System.nanoTime() - told > EVERY) {
                    told = System.nanoTime();
                    System.err.printf(
                            "\r%,d of %,d steps, %,d differences, %.0f s ",
                            now.steps(), steps, now.differences(), (told - began) / 1e9);
                }
            });
            System.err.println();
            tally.print(System.out);
            System.out.printf("seconds     %9.0f%n", (System.nanoTime() - began) / 1e9);
            return tally.differences() == 0 ? Parley.DONE : Parley.OUTCOME;
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(f -> f.delete());
            }
        }
    }
}
