package io.parley.intents.domain;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Refusal;

/** What the door says. */
public sealed interface Entry {

    /**
     * It may be written to its topic, and must be reported to the door as written or failed.
     *
     * @param id an intent's digest, or the hash of a command
     */
    record Admitted(Bytes32 id) implements Entry {}

    /** It may not, for a reason that trying again does not change. */
    record Refused(Refusal refusal) implements Entry {}

    /**
     * Not now.
     *
     * @param seconds after which to try again
     */
    record Busy(Refusal refusal, int seconds) implements Entry {}
}
