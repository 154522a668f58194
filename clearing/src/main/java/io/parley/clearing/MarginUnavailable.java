package io.parley.clearing;

import io.parley.protocol.Reason;

/** Thrown where an account has no margin that could be stated: a price is missing, a sum leaves int64, a mode is not supported. */
public final class MarginUnavailable extends RuntimeException {
    private final Reason reason;

    public MarginUnavailable(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    /** NO_PRICE, OVERFLOW or MODE_UNSUPPORTED. */
    public Reason reason() {
        return reason;
    }

    /** The numbers behind it. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
