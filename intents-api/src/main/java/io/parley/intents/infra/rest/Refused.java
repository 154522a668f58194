package io.parley.intents.infra.rest;

import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;

/** Ends a request with a refusal. */
final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;
    private final int retryAfter;

    Refused(Refusal refusal) {
        this(refusal, 0);
    }

    /** @param retryAfter seconds, 0 to say nothing about it */
    Refused(Refusal refusal, int retryAfter) {
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
        this.retryAfter = retryAfter;
    }

    Refused(Reason reason, String field, String value, String rule) {
        this(new Refusal(reason, field, value, rule));
    }

    Refusal refusal() {
        return refusal;
    }

    int retryAfter() {
        return retryAfter;
    }
}
