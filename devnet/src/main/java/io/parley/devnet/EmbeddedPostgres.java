package io.parley.devnet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server on 127.0.0.1, which keeps its data over restarts and commits durably. Its only user is
 * {@value #USER}; whoever reaches the port is let in, so it is for development alone.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    public static final String USER = "postgres";
    public static final String DATABASE = "postgres";

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SAME_START = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 5;
    private static final String READY = "database system is ready to accept connections";

    private final DataDirectory directory;
    private final Watchdog server;
    private final int port;

    private EmbeddedPostgres(DataDirectory directory, Watchdog server, int port) {
        this.directory = directory;
        this.server = server;
        this.port = port;
    }

    /** On a free port. */
    public static EmbeddedPostgres start(Path directory) {
        return start(directory, 0);
    }

    /**
     * Returns when the server takes connections; makes the database first if the directory has none.
     *
     * @param port 0 for a free one
     * @throws DevnetBusyException if a living process runs a server on this directory
     */
    public static EmbeddedPostgres start(Path directory, int port) {
        var programs = PostgresBinaries.home().resolve("bin");
        var claimed = DataDirectory.claim(directory);
        try {
            var data = claimed.path().resolve("data");
            var account = Unprivileged.of(claimed.path());
            stopServerOf(data);
            initialize(programs, data, account, claimed.path().resolve("initdb.log"));
            for (int attempt = 1; ; attempt++) {
                // PostgreSQL takes no port 0. Between our choice and its use another process may take the port.
                var chosen = port == 0 ? FreePort.choose() : port;
                var program = new Watchdog.Program(
                        "PostgreSQL", account.run(command(programs, data, chosen)), "INT", EmbeddedPostgres::readiness);
                var server = Watchdog.start(claimed, program);
                try {
                    server.awaitReady(claimed, program, START);
                    return new EmbeddedPostgres(claimed, server, chosen);
                } catch (DevnetException e) {
                    // Backends of a server that was killed hold its shared memory until they notice.
                    var passing = (port == 0 && server.said("could not bind")) || server.said("shared memory block");
                    if (!passing || attempt == ATTEMPTS) {
                        throw e;
                    }
                    DataDirectory.pause();
                }
            }
        } catch (RuntimeException e) {
            claimed.close();
            throw e;
        }
    }

    private static List<String> command(Path programs, Path data, int port) {
        return List.of(
                programs.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=128MB",
                "-c",
                "max_wal_size=1GB");
    }

    private static Optional<String> readiness(String output) {
        return output.contains(READY) ? Optional.of(READY) : Optional.empty();
    }

    private static void initialize(Path programs, Path data, Unprivileged account, Path log) {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        // initdb removes what it made when it fails, but not when it is killed.
        DataDirectory.delete(data);
        try {
            Files.createDirectories(data);
            account.own(data);
            var process = new ProcessBuilder(account.run(List.of(
                            programs.resolve("initdb").toString(),
                            "-D",
                            data.toString(),
                            "-U",
                            USER,
                            "--auth=trust",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-sync",
                            "--no-instructions")))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new DevnetException("initdb did not end within %d s; see (%s)".formatted(START.toSeconds(), log));
            }
            if (process.exitValue() != 0) {
                throw new DevnetException(
                        "initdb failed with exit code %d:%n%s".formatted(process.exitValue(), Files.readString(log)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DevnetException("Interrupted while making the database", e);
        }
    }

    /**
     * Stops a server that still runs on these files, though nobody recorded it, and removes its pid file: the pid may
     * belong to another program by now, and PostgreSQL would refuse to start for it.
     */
    private static void stopServerOf(Path data) {
        var file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        try {
            var lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            // Line 1 is the pid, line 3 the start in epoch seconds.
            if (lines.size() >= 3) {
                var start = Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip()));
                ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                        .filter(p -> DataDirectory.startedAt(p, start, SAME_START))
                        .ifPresent(DataDirectory::stop);
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NumberFormatException e) {
            throw new DevnetException("(%s) is no pid file of PostgreSQL. Remove it.".formatted(file), e);
        }
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s".formatted(port, DATABASE, USER);
    }

    /** For the reactive client; the user is {@value #USER}. */
    public String reactiveUrl() {
        return "postgresql://127.0.0.1:%d/%s".formatted(port, DATABASE);
    }

    public int port() {
        return port;
    }

    public boolean isAlive() {
        return server.isAlive();
    }

    /** Ends the sessions, stops the server and waits for it. */
    @Override
    public void close() {
        server.close();
        directory.close();
    }

    /** PostgreSQL refuses to run as root. A user namespace makes root nobody in its eyes; else it runs as nobody. */
    private record Unprivileged(List<String> prefix, boolean ownsFiles) {

        private static final String NOBODY = "65534";

        static Unprivileged of(Path directory) {
            if (!isRoot(directory)) {
                return new Unprivileged(List.of(), true);
            }
            var unshare = Watchdog.find("unshare");
            if (unshare != null && succeeds(List.of(unshare, "-U", "true"))) {
                return new Unprivileged(List.of(unshare, "-U"), true);
            }
            var setpriv = Watchdog.find("setpriv");
            if (setpriv != null) {
                return new Unprivileged(
                        List.of(setpriv, "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"), false);
            }
            throw new DevnetException(
                    "PostgreSQL refuses to run as root, and neither unshare nor setpriv is here. Run as another user.");
        }

        private static boolean isRoot(Path directory) {
            try {
                return Files.getAttribute(directory, "unix:uid").equals(0)
                        && System.getProperty("user.name").equals("root");
            } catch (IOException | UnsupportedOperationException e) {
                return false;
            }
        }

        private static boolean succeeds(List<String> command) {
            try {
                var process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        List<String> run(List<String> command) {
            var all = new ArrayList<>(prefix);
            all.addAll(command);
            return all;
        }

        void own(Path data) throws IOException {
            if (!ownsFiles) {
                var users = FileSystems.getDefault().getUserPrincipalLookupService();
                Files.setOwner(data, users.lookupPrincipalByName(NOBODY));
            }
        }
    }
}
