package io.parley.devnet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * All that Parley needs around it, as children of this process: a Kafka broker, a PostgreSQL server and a chain. They
 * keep their data over restarts, and stop when this process ends, however it ends.
 *
 * <p>Thread safe. Only one living process can run a network on one directory.
 */
public final class Devnet implements AutoCloseable {

    private final DataDirectory directory;
    private final EmbeddedKafka kafka;
    private final EmbeddedPostgres postgres;
    private final Anvil anvil;

    private Devnet(DataDirectory directory, EmbeddedKafka kafka, EmbeddedPostgres postgres, Anvil anvil) {
        this.directory = directory;
        this.kafka = kafka;
        this.postgres = postgres;
        this.anvil = anvil;
    }

    /**
     * Where the data is, and the ports to listen on (0 for a free one).
     *
     * @param directory a folder of its own; everything in it is forgotten by {@link Devnet#reset}
     */
    public record Settings(Path directory, int kafkaPort, int postgresPort, int anvilPort) {

        /** On free ports. */
        public static Settings in(Path directory) {
            return new Settings(directory, 0, 0, 0);
        }

        public Settings withPorts(int kafka, int postgres, int anvil) {
            return new Settings(directory, kafka, postgres, anvil);
        }
    }

    /** On free ports. */
    public static Devnet start(Path directory) {
        return start(Settings.in(directory));
    }

    /**
     * Starts all three side by side and returns when all of them serve. If one fails, none is left running.
     *
     * @throws DevnetBusyException if a living process runs a network on this directory
     */
    public static Devnet start(Settings settings) {
        var directory = DataDirectory.claim(settings.directory());
        var started = new ArrayList<CompletableFuture<? extends AutoCloseable>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var root = directory.path();
            var kafka = start(
                    threads::execute, started, () -> EmbeddedKafka.start(root.resolve("kafka"), settings.kafkaPort()));
            var postgres = start(
                    threads::execute,
                    started,
                    () -> EmbeddedPostgres.start(root.resolve("postgres"), settings.postgresPort()));
            var anvil =
                    start(threads::execute, started, () -> Anvil.start(root.resolve("anvil"), settings.anvilPort()));
            CompletableFuture.allOf(kafka, postgres, anvil).join();
            return new Devnet(directory, kafka.join(), postgres.join(), anvil.join());
        } catch (CompletionException e) {
            started.forEach(Devnet::closeIfStarted);
            directory.close();
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static <T extends AutoCloseable> CompletableFuture<T> start(
            java.util.concurrent.Executor threads,
            List<CompletableFuture<? extends AutoCloseable>> started,
            Supplier<T> start) {
        var future = CompletableFuture.supplyAsync(start, threads);
        started.add(future);
        return future;
    }

    private static void closeIfStarted(CompletableFuture<? extends AutoCloseable> part) {
        part.thenAccept(running -> {
            try {
                running.close();
            } catch (Exception e) {
                throw new DevnetException("A part of the network could not be stopped", e);
            }
        });
    }

    /**
     * Stops what an earlier run left and deletes all its data. Does nothing if there is none.
     *
     * @throws DevnetBusyException if a living process runs a network on this directory
     */
    public static void reset(Path directory) {
        try (var claimed = DataDirectory.claim(directory)) {
            for (var part : List.of("kafka", "postgres", "anvil")) {
                var path = claimed.path().resolve(part);
                DataDirectory.claim(path).close();
                DataDirectory.delete(path);
            }
        }
    }

    public EmbeddedKafka kafka() {
        return kafka;
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    public Anvil anvil() {
        return anvil;
    }

    /** The folder that holds the data. */
    public Path directory() {
        return directory.path();
    }

    /** Stops all three in order and waits for them. */
    @Override
    public void close() {
        try (directory;
                anvil;
                postgres;
                kafka) {
            // Closed in reverse order: the log first, so that nothing is appended to it that the others miss.
        }
    }
}
