package io.parley.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;

/**
 * How to reach the node that runs on a data folder.
 *
 * @param started when the process began; with the pid it tells the process from a later one of the same number
 */
public record Running(long pid, Instant started, URI api, String kafka, String rpc) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** This process. */
    public static Running here(URI api, String kafka, String rpc) {
        var me = ProcessHandle.current();
        return new Running(me.pid(), startOf(me), api, kafka, rpc);
    }

    /** The living process that the file names. */
    public static Optional<Running> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var node = JSON.readTree(file.toFile());
            var running = new Running(
                    node.path("pid").asLong(),
                    Instant.parse(node.path("started").asText()),
                    URI.create(node.path("api").asText()),
                    node.path("kafka").asText(),
                    node.path("rpc").asText());
            return running.process().isPresent() ? Optional.of(running) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("(%s) cannot be read.".formatted(file), e);
        }
    }

    public void write(Path file) {
        var node = JSON.createObjectNode()
                .put("pid", pid)
                .put("started", started.toString())
                .put("api", api.toString())
                .put("kafka", kafka)
                .put("rpc", rpc);
        try {
            var half = file.resolveSibling(file.getFileName() + ".new");
            JSON.writeValue(half.toFile(), node);
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("(%s) cannot be written.".formatted(file), e);
        }
    }

    public Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(p -> p.isAlive() && startOf(p).equals(started));
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }
}
