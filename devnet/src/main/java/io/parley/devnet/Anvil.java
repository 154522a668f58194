package io.parley.devnet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A development chain (Foundry's anvil) on 127.0.0.1. Each transaction is mined at once; accounts are those of the
 * well-known test mnemonic. It keeps its state over restarts and writes it once a second and when it stops; only a
 * kill -9 of anvil itself loses transactions, those of the last second.
 */
public final class Anvil implements AutoCloseable {

    public static final long CHAIN_ID = 31_337;

    /** Names the binary where the npm package has none for the system. */
    private static final String BINARY_VARIABLE = "PARLEY_ANVIL";

    private static final Path BINARY = Path.of("contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
    private static final Duration START = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 5;

    private final DataDirectory directory;
    private final Watchdog process;
    private final int port;

    private Anvil(DataDirectory directory, Watchdog process, int port) {
        this.directory = directory;
        this.process = process;
        this.port = port;
    }

    /** On a free port. */
    public static Anvil start(Path directory) {
        return start(directory, 0);
    }

    /**
     * Returns when the chain answers.
     *
     * @param port 0 for a free one
     * @param options more of anvil's own options, such as {@code --block-time 2}
     * @throws DevnetBusyException if a living process runs a chain on this directory
     */
    public static Anvil start(Path directory, int port, String... options) {
        var claimed = DataDirectory.claim(directory);
        try {
            for (int attempt = 1; ; attempt++) {
                var chosen = port == 0 ? FreePort.choose() : port;
                var program = new Watchdog.Program(
                        "The chain (anvil)",
                        command(claimed.path().resolve("state.json"), chosen, options),
                        "TERM",
                        _ -> FreePort.answers(chosen) ? Optional.of("") : Optional.empty());
                var process = Watchdog.start(claimed, program);
                try {
                    process.awaitReady(claimed, program, START);
                    return new Anvil(claimed, process, chosen);
                } catch (DevnetException e) {
                    if (port != 0 || attempt == ATTEMPTS || !process.said("in use")) {
                        throw e;
                    }
                }
            }
        } catch (RuntimeException e) {
            claimed.close();
            throw e;
        }
    }

    private static List<String> command(Path state, int port, String... options) {
        var command = new ArrayList<>(List.of(
                binary(),
                // It would print a line for each request, and its own port 0 only says in print what it became.
                "--quiet",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--chain-id",
                Long.toString(CHAIN_ID),
                "--gas-limit",
                "60000000",
                "--state",
                state.toString(),
                "--state-interval",
                "1"));
        command.addAll(List.of(options));
        return command;
    }

    private static String binary() {
        var named = System.getenv(BINARY_VARIABLE);
        var file = named != null ? Path.of(named) : Checkout.home().resolve(BINARY);
        if (!Files.isExecutable(file)) {
            throw new DevnetException("""
                    There is no anvil at (%s). On Linux x86-64 it comes with: npm ci --prefix contracts
                    On other systems name a Foundry binary by the environment variable %s.""".formatted(file, BINARY_VARIABLE));
        }
        return file.toString();
    }

    public String rpcUrl() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Stops the chain, which writes its state first, and waits for it. */
    @Override
    public void close() {
        process.close();
        directory.close();
    }
}
