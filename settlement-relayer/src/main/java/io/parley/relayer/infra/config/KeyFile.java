package io.parley.relayer.infra.config;

import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A key on disk: 32 bytes in hex. Its content never gets into a message. */
public final class KeyFile {

    private KeyFile() {}

    /** @throws IllegalArgumentException if the file does not hold one key */
    public static Signer read(String file) {
        try {
            return PrivateKeySigner.parse(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("The key file (%s) cannot be read.".formatted(file), e);
        } catch (IllegalArgumentException e) {
            // Without its cause, which would quote what stands in the file.
            throw new IllegalArgumentException("The key file (%s) must hold 32 bytes in hex.".formatted(file));
        }
    }
}
