package io.parley.devnet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory that one living process owns. The lock is the operating system's, so it ends with its holder however
 * that dies; a child recorded here that outlived its owner is stopped when the directory is claimed again.
 */
final class DataDirectory implements AutoCloseable {

    /** How far apart two readings of one process's start may be: the boot time is derived from a moving clock. */
    private static final Duration SAME_START = Duration.ofSeconds(2);

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws DevnetBusyException if a living process holds it */
    static DataDirectory claim(Path directory) {
        var path = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            var file = path.resolve("lock");
            var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            var lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new DevnetBusyException(path, Files.readString(file).strip());
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            var claimed = new DataDirectory(path, channel, lock);
            claimed.stopLeftovers();
            return claimed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    Path path() {
        return path;
    }

    /** Where {@link Watchdog} writes the pid of the process that it runs, so that a later owner can stop it. */
    Path pidFile() {
        return path.resolve("pid");
    }

    /** Completes the watchdog's record with the start time: a pid alone may be another process by tomorrow. */
    void record(ProcessHandle process) {
        try {
            Files.writeString(
                    pidFile(),
                    process.pid() + " "
                            + process.info()
                                    .startInstant()
                                    .map(Instant::toString)
                                    .orElse(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stopLeftovers() throws IOException {
        var leftover = recorded();
        if (leftover.isPresent()) {
            stop(leftover.get());
        }
        Files.deleteIfExists(pidFile());
    }

    private Optional<ProcessHandle> recorded() throws IOException {
        String[] record;
        try {
            record = Files.readString(pidFile()).strip().split(" ", -1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (record.length != 2 || record[1].isEmpty() || !record[0].chars().allMatch(Character::isDigit)) {
            // Cut off in writing: its owner died within a moment of the start, and the watchdog has stopped it.
            return Optional.empty();
        }
        var start = Instant.parse(record[1]);
        return ProcessHandle.of(Long.parseLong(record[0])).filter(p -> startedAt(p, start, SAME_START));
    }

    static boolean startedAt(ProcessHandle process, Instant start, Duration tolerance) {
        return process.info()
                .startInstant()
                .filter(actual -> Duration.between(start, actual).abs().compareTo(tolerance) <= 0)
                .isPresent();
    }

    /** Asks a process and what it started to end, insists after a while, and returns when all are gone. */
    static void stop(ProcessHandle process) {
        var all = new ArrayList<ProcessHandle>(process.descendants().toList());
        all.add(process);
        process.destroy();
        if (!awaitExit(all, GRACE)) {
            all.forEach(ProcessHandle::destroyForcibly);
            if (!awaitExit(all, GRACE)) {
                throw new DevnetException(
                        "The leftover process (%d) of an earlier run cannot be stopped. Stop it by hand."
                                .formatted(process.pid()));
            }
        }
    }

    private static boolean awaitExit(List<ProcessHandle> processes, Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        for (var process : processes) {
            // Not onExit(): it reaps only our own children at once and polls the others.
            while (process.isAlive()) {
                if (System.nanoTime() > end) {
                    return false;
                }
                pause();
            }
        }
        return true;
    }

    static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DevnetException("Interrupted", e);
        }
    }

    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (var all = Files.walk(directory)) {
            for (var p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
