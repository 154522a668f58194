package io.parley.solver.infra.config;

import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Signer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;

/** Reads a private key from a file that only its owner may read. The key is never printed. */
final class KeyFile {

    private KeyFile() {}

    /** @throws IllegalArgumentException if the file cannot be read, others may read it, or it holds no key */
    static Signer read(Path file) {
        try {
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                var others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
                others.removeAll(EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE));
                if (!others.isEmpty()) {
                    throw new IllegalArgumentException("""
                            The key file (%s) may be used by others (%s).
                            Only its owner may read it: chmod 600.""".formatted(file, others));
                }
            }
            var hex = Files.readString(file).strip();
            return PrivateKeySigner.parse(hex.startsWith("0x") ? hex : "0x" + hex);
        } catch (IOException e) {
            throw new IllegalArgumentException("The key file (%s) cannot be read: %s".formatted(file, e), e);
        }
    }
}
