package io.parley.node.cli;

import io.parley.devnet.DevnetBusyException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the grammar. */
@Command(
        name = "parley",
        mixinStandardHelpOptions = true,
        version = "parley 0.1.0",
        description = "An open market where solvers compete to execute signed intents.",
        footer = "%nparley test runs every test; parley build only builds.",
        subcommands = {
            Up.class,
            Down.class,
            Node.class,
            Intents.class,
            Why.class,
            State.class,
            Show.class,
            Replay.class,
            Margin.class,
            Views.class,
            Force.class,
            Exit.class,
            Demo.class,
            Doctor.class,
            Bench.class,
            Differential.class
        })
public final class Parley {

    static final int DONE = 0;
    static final int OUTCOME = 1;
    static final int USAGE = 2;
    static final int MISSING = 3;
    static final int BUSY = 4;

    private Parley() {}

    /** @return the exit code */
    public static int run(String... args) {
        return new CommandLine(new Parley())
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    // Somebody reads this in a terminal: the sentence, and the trace only where there is none.
                    if (failure.getMessage() == null || System.getenv("PARLEY_TRACE") != null) {
                        failure.printStackTrace(line.getErr());
                    } else {
                        line.getErr().println(failure.getMessage());
                    }
                    return failure instanceof DevnetBusyException ? BUSY : OUTCOME;
                })
                .execute(args.length == 0 ? new String[] {"--help"} : args);
    }
}
