package io.parley.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a fill costs on the chain, beside CoW Protocol's settlement contract: a table that the contracts' own test prints. */
final class Gas {

    private Gas() {}

    /**
     * Runs the test and prints its table.
     *
     * @param home the folder of the project
     * @throws IllegalStateException with the test's output if it fails
     */
    static void print(PrintStream out, Path home) throws IOException, InterruptedException {
        var contracts = home.resolve("contracts");
        var forge = contracts.resolve("node_modules/.bin/forge");
        var process = new ProcessBuilder(forge.toString(), "test", "--mc", "GasTableTest", "-vv")
                .directory(contracts.toFile())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("forge test --mc GasTableTest failed:\n" + output);
        }
        out.printf("Gas of a fill, as a transaction%n%n");
        output.lines().map(String::strip).filter(line -> line.startsWith("|")).forEach(out::println);
        out.println();
    }
}
