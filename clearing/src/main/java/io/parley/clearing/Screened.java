package io.parley.clearing;

import io.parley.protocol.Reason;

/** Whether a bid would be a step of the ledger as it stands. */
public sealed interface Screened {
    /**
     * It would.
     *
     * @param score the surplus over what was signed, in cash units (docs/protocol.md, section 8); 0 for a commitment
     * @param before the solver's margin now
     * @param after the solver's margin after it
     */
    record Passed(long score, Margin before, Margin after) implements Screened {
        /** Net initial margin that it takes up, to be compared with its commitment's cap; 0 if it frees some. */
        public long use() {
            return Math.max(0, before.netInitial() - after.netInitial());
        }
    }

    /**
     * It would not.
     *
     * @param reason the first check that failed
     * @param detail the numbers compared
     */
    record Refused(Reason reason, String detail) implements Screened {}
}
