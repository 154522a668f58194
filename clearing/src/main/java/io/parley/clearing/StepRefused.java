package io.parley.clearing;

import io.parley.protocol.Reason;

/** Ends a step at its first failing check. Never leaves this package: callers see {@link StepResult.Refused}. */
final class StepRefused extends RuntimeException {
    private final Reason reason;
    private final String detail;

    StepRefused(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    Reason reason() {
        return reason;
    }

    String detail() {
        return detail;
    }
}
