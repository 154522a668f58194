package io.parley.clearing.margin;

/** Which rules an account is margined by. */
public enum MarginMode {
    /** Fixed shares of notional, offsets within an expiry. */
    STANDARD,
    /** Standard, for an account that may hold one underlying. */
    ISOLATED,
    /** The worst scenario of each underlying. */
    PORTFOLIO
}
