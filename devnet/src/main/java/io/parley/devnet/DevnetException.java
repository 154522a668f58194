package io.parley.devnet;

import org.jspecify.annotations.Nullable;

/** A part of the development network could not be started or stopped; the message says what to do. */
public class DevnetException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public DevnetException(String message) {
        super(message);
    }

    public DevnetException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
