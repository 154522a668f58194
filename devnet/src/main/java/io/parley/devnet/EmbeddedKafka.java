package io.parley.devnet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A Kafka broker (one node, KRaft) in a JVM of its own, with a class path of its own, because it is newer than the
 * client that the roles use. It listens on 127.0.0.1, keeps its log over restarts and creates no topic unasked.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final String READY = "READY ";

    private final DataDirectory directory;
    private final Watchdog broker;
    private final String bootstrapServers;

    private EmbeddedKafka(DataDirectory directory, Watchdog broker, String bootstrapServers) {
        this.directory = directory;
        this.broker = broker;
        this.bootstrapServers = bootstrapServers;
    }

    /** On a free port. */
    public static EmbeddedKafka start(Path directory) {
        return start(directory, 0);
    }

    /**
     * Returns when the broker takes connections.
     *
     * @param port 0 for a free one
     * @throws DevnetBusyException if a living process runs a broker on this directory
     */
    public static EmbeddedKafka start(Path directory, int port) {
        var jars = Checkout.home().resolve("devnet/broker/target/lib");
        if (!Files.isDirectory(jars)) {
            throw new DevnetException("""
                    The broker's class path (%s) is missing. Build it: mvn install -DskipTests -pl build,devnet/broker""".formatted(jars));
        }
        var claimed = DataDirectory.claim(directory);
        try {
            var program =
                    new Watchdog.Program("Kafka", command(claimed.path(), jars, port), "TERM", EmbeddedKafka::address);
            var broker = Watchdog.start(claimed, program);
            return new EmbeddedKafka(claimed, broker, broker.awaitReady(claimed, program, START));
        } catch (RuntimeException e) {
            claimed.close();
            throw e;
        }
    }

    private static List<String> command(Path data, Path jars, int port) {
        var classes = jars.resolveSibling("broker.jsa");
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // Its classes, parsed and linked, are kept from the first run on: half a second less to each start.
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + classes,
                "-Xlog:cds=error",
                "-Xlog:aot=error",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.util.logging.config.class=io.parley.devnet.broker.Logging",
                "-cp",
                jars + "/*",
                "io.parley.devnet.broker.BrokerMain",
                data.toString(),
                Integer.toString(port));
    }

    private static Optional<String> address(String output) {
        return output.lines()
                .filter(line -> line.startsWith(READY))
                .map(line -> line.substring(READY.length()))
                .findFirst();
    }

    /** As Kafka's setting {@code bootstrap.servers} wants it. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    public int port() {
        return Integer.parseInt(bootstrapServers.substring(bootstrapServers.lastIndexOf(':') + 1));
    }

    public boolean isAlive() {
        return broker.isAlive();
    }

    /** Stops the broker in order and waits for it; the log stays. */
    @Override
    public void close() {
        broker.close();
        directory.close();
    }
}
