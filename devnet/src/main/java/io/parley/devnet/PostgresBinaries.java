package io.parley.devnet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs: unpacked once from the Maven artifact into the checkout, or those that the user names. */
final class PostgresBinaries {

    private static final String HOME_VARIABLE = "PARLEY_POSTGRES";
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /** The folder with {@code bin/postgres}. */
    static synchronized Path home() {
        var named = System.getenv(HOME_VARIABLE);
        if (named != null) {
            return Path.of(named);
        }
        try (var archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE)) {
            if (archive == null || !System.getProperty("os.arch").equals("amd64")) {
                throw new DevnetException(
                        """
                        No PostgreSQL is bundled for this system (%s %s). Install PostgreSQL 18 and name its folder, the
                        one that has bin/postgres, by the environment variable %s.""".formatted(System.getProperty("os.name"), System.getProperty("os.arch"), HOME_VARIABLE));
            }
            return unpack(archive.readAllBytes(), Checkout.home().resolve(".parley/tools"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path unpack(byte[] archive, Path tools) throws IOException {
        var home = tools.resolve("postgres-" + shortHash(archive));
        if (Files.isDirectory(home)) {
            return home;
        }
        Files.createDirectories(tools);
        // Two processes may come here at once; the second one finds the work done.
        try (var channel =
                        FileChannel.open(tools.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            if (Files.isDirectory(home)) {
                return home;
            }
            var partial = tools.resolve("postgres.partial");
            DataDirectory.delete(partial);
            try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(new ByteArrayInputStream(archive)))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    var file = partial.resolve(entry.getName()).normalize();
                    if (!file.startsWith(partial)) {
                        throw new IOException("The archive's entry (%s) is outside of it".formatted(entry.getName()));
                    }
                    if (entry.isDirectory()) {
                        Files.createDirectories(file);
                        continue;
                    }
                    Files.createDirectories(file.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                    } else {
                        Files.copy(tar, file);
                        if ((entry.getMode() & 0100) != 0) {
                            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                        }
                    }
                }
            }
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
            return home;
        }
    }

    /** Names the folder by what is in the archive, so that another version is unpacked beside it. */
    private static String shortHash(byte[] archive) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
