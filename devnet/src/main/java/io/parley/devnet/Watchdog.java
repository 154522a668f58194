package io.parley.devnet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program that must not outlive this process. A shell between the two holds a pipe from us: when the pipe ends,
 * because we closed it or because we were killed, the shell signals the program and, if that does not help, kills it.
 *
 * <p>Both run in a session of their own, so that Ctrl-C in a terminal reaches only us and the order of stopping stays
 * ours.
 */
final class Watchdog {

    private static final Duration STOP = Duration.ofSeconds(15);

    // $1 is the signal, $2 the file for the pid, the rest the program.
    private static final String SCRIPT = """
            signal=$1; pidfile=$2; shift 2
            exec 3<&0 </dev/null
            "$@" 3<&- &
            child=$!
            echo "$child" >"$pidfile"
            {
              while read -r _ <&3; do :; done
              kill -s "$signal" "$child" 2>/dev/null
              n=0
              while kill -0 "$child" 2>/dev/null && [ "$n" -lt 100 ]; do n=$((n + 1)); sleep 0.1; done
              kill -s KILL "$child" 2>/dev/null
            } >/dev/null 2>&1 &
            guard=$!
            exec 3<&-
            wait "$child"
            code=$?
            kill "$guard" 2>/dev/null
            exit "$code"
            """;

    private static final boolean HAS_SETSID =
            Files.isExecutable(Path.of("/usr/bin/setsid")) || Files.isExecutable(Path.of("/bin/setsid"));

    private final String name;
    private final Process shell;
    private final Path log;

    private Watchdog(String name, Process shell, Path log) {
        this.name = name;
        this.shell = shell;
        this.log = log;
    }

    /**
     * How to run a program.
     *
     * @param readiness is asked again and again with all that the program has said so far; a value means that it serves
     */
    record Program(
            String name, List<String> command, String stopSignal, Function<String, Optional<String>> readiness) {}

    static Watchdog start(DataDirectory directory, Program program) {
        var command = new ArrayList<String>();
        if (HAS_SETSID) {
            command.add("setsid");
        }
        command.addAll(List.of(
                "sh",
                "-c",
                SCRIPT,
                "parley-watchdog",
                program.stopSignal(),
                directory.pidFile().toString()));
        command.addAll(program.command());
        try {
            Files.deleteIfExists(directory.pidFile());
            var log = directory.path().resolve("output.log");
            // To a file and not to us: a program whose pipe has no reader any more may die before it has saved its
            // data.
            var shell = new ProcessBuilder(command)
                    .directory(directory.path().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new Watchdog(program.name(), shell, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until the program serves.
     *
     * @return what {@code readiness} found
     * @throws DevnetException with the last lines of its output, if it ends or stays silent; it is stopped then
     */
    String awaitReady(DataDirectory directory, Program program, Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        String what;
        while (true) {
            var alive = shell.isAlive();
            var found = program.readiness().apply(output());
            if (found.isPresent() && alive) {
                runningPid(directory).flatMap(ProcessHandle::of).ifPresent(directory::record);
                return found.get();
            }
            if (!alive) {
                what = "ended before it was ready";
                break;
            }
            if (System.nanoTime() > end) {
                what = "was not ready after %d s".formatted(patience.toSeconds());
                break;
            }
            DataDirectory.pause();
        }
        close();
        throw new DevnetException("%s %s. Its last lines (all are in %s):%n%s".formatted(name, what, log, tail()));
    }

    private String output() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String tail() {
        var lines = output().lines().toList();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    boolean said(String text) {
        return output().contains(text);
    }

    private static Optional<Long> runningPid(DataDirectory directory) {
        try {
            return Optional.of(
                    Long.parseLong(Files.readString(directory.pidFile()).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    boolean isAlive() {
        return shell.isAlive();
    }

    /** Ends the pipe, and returns when the program is gone. */
    void close() {
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            // Already closed: the program ended by itself.
        }
        try {
            if (!shell.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                shell.descendants().forEach(ProcessHandle::destroyForcibly);
                shell.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    static @Nullable String find(String program) {
        for (var folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            var file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return file.toString();
            }
        }
        return null;
    }
}
