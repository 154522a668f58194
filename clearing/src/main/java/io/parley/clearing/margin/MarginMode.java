package io.parley.clearing.margin;

import io.parley.protocol.SetMode;

/** Which rules an account is margined by. */
public enum MarginMode {
    /** Fixed shares of notional, offsets within an expiry. */
    STANDARD,
    /** Standard, for an account that may hold one underlying. */
    ISOLATED,
    /** The worst scenario of each underlying. */
    PORTFOLIO;

    /** As an account's leaf holds it. */
    int code() {
        return switch (this) {
            case STANDARD -> SetMode.STANDARD;
            case ISOLATED -> SetMode.ISOLATED;
            case PORTFOLIO -> SetMode.PORTFOLIO;
        };
    }
}
