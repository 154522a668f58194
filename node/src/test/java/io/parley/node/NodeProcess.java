package io.parley.node;

import static org.awaitility.Awaitility.await;

import io.parley.devnet.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged node in a process of its own, as an operator runs it. */
final class NodeProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final Process process;
    private final Path output;

    private NodeProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts it; what it prints goes to a file in the folder. */
    static NodeProcess start(Path folder, Map<String, String> environment, List<String> arguments) {
        var home = Checkout.home();
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dparley.home=" + home,
                "-jar",
                home.resolve("node/target/quarkus-app/quarkus-run.jar").toString()));
        command.addAll(arguments);
        try {
            Files.createDirectories(folder);
            var output =
                    Files.createTempFile(folder, String.join("-", arguments).replaceAll("[^a-z,-]", "") + "-", ".log");
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            return new NodeProcess(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NodeProcess awaitLine(String text) {
        await().alias("“%s” in %s".formatted(text, output))
                .atMost(PATIENCE)
                .until(() -> output().contains(text) || !process.isAlive());
        if (!output().contains(text)) {
            throw new AssertionError("It ended without “%s”:%n%s".formatted(text, output()));
        }
        return this;
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return its exit code */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("It does not end:%n%s".formatted(output()));
        }
        return process.exitValue();
    }

    /** As kill -9 does. */
    void kill() {
        process.destroyForcibly();
        await().atMost(Duration.ofSeconds(20)).until(() -> !process.isAlive());
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends its standard input, which ends it, and waits. */
    @Override
    public void close() throws InterruptedException, IOException {
        process.getOutputStream().close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
