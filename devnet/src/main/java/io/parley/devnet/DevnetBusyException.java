package io.parley.devnet;

import java.nio.file.Path;

/** A living process already runs a development network on this directory. */
public final class DevnetBusyException extends DevnetException {

    private static final long serialVersionUID = 1;

    DevnetBusyException(Path directory, String holder) {
        super("""
                The directory (%s) is in use by process (%s). Stop that one first, or name another directory.""".formatted(directory, holder));
    }
}
