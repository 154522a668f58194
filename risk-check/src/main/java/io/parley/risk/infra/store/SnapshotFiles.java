package io.parley.risk.infra.store;

import io.parley.protocol.Undecodable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Snapshots as files, the newest few kept. A file appears whole or not at all (written aside, forced to disk, renamed,
 * folder forced). Its content proves itself (hash and root); what does not read is skipped with a warning, never trusted.
 */
public final class SnapshotFiles {

    private static final Logger LOG = Logger.getLogger(SnapshotFiles.class);
    private static final String SUFFIX = ".snapshot";
    private static final int KEPT = 3;

    private final Path folder;
    private final String prefix;

    /**
     * @param log identity of the log that is folded: a snapshot of another one says nothing about it, and is left alone
     */
    public SnapshotFiles(Path folder, String log) {
        this.folder = folder;
        this.prefix = "ledger-" + log + "-";
    }

    /**
     * Returns when the snapshot is on disk; older ones beyond the kept number are gone then.
     *
     * @param nextOffset offset of the first command that is not in it
     */
    public void write(long nextOffset, byte[] content) {
        try {
            Files.createDirectories(folder);
            Path target = folder.resolve("%s%020d%s".formatted(prefix, nextOffset, SUFFIX));
            Path aside = folder.resolve(target.getFileName() + ".part");
            try (var file = FileChannel.open(
                    aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
            List<Path> files = newestFirst();
            for (Path old : files.subList(Math.min(KEPT, files.size()), files.size())) {
                Files.deleteIfExists(old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The snapshot could not be written to (%s)".formatted(folder), e);
        }
    }

    /**
     * What the newest readable snapshot gives.
     *
     * @param read makes the ledger; throws IllegalArgumentException or Undecodable for content that it refuses
     * @return empty if there is none: the whole log has to be folded
     */
    public <T> Optional<T> newest(Function<byte[], T> read) {
        for (Path file : newestFirst()) {
            try {
                return Optional.of(read.apply(Files.readAllBytes(file)));
            } catch (IllegalArgumentException | Undecodable | IOException e) {
                LOG.warnf("Snapshot skipped (%s): %s", file, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private List<Path> newestFirst() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix)
                            && f.getFileName().toString().endsWith(SUFFIX))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The snapshots (%s) could not be listed".formatted(folder), e);
        }
    }
}
