package io.parley.devnet.deployment;

import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/** Keys for a dev chain: made at random on first use, one file each, readable by the owner only. */
public final class DevKeys {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;

    public DevKeys(Path folder) {
        this.folder = folder;
    }

    /** The file of a key; it is made if it is not there. */
    public Path file(String name) {
        var file = folder.resolve(name + ".key");
        if (Files.exists(file)) {
            return file;
        }
        try {
            Files.createDirectories(folder);
            var key = new byte[32];
            RANDOM.nextBytes(key);
            // A key is a number from 1 to the group's order, which begins with sixteen ones: this stays below it.
            key[0] &= 0x7f;
            key[31] |= 1;
            var permissions = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var channel = Files.newByteChannel(
                    file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions)) {
                channel.write(
                        StandardCharsets.US_ASCII.encode("0x" + HexFormat.of().formatHex(key)));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("The key file (%s) cannot be written.".formatted(file), e);
        }
    }

    public Signer signer(String name) {
        try {
            return PrivateKeySigner.parse(Files.readString(file(name)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("The key file of (%s) cannot be read.".formatted(name), e);
        }
    }
}
