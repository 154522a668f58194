package io.parley.risk.domain;

import io.parley.protocol.Reason;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.ClearedRecord;
import java.util.Optional;

/**
 * What one record of the log led to.
 *
 * @param cleared its outcome; empty for a record that is no command
 * @param batch the batch that it closed
 * @param poison why the record is for the dead letters
 */
public record Folded(Optional<ClearedRecord> cleared, Optional<BatchRecord> batch, Optional<Poison> poison) {

    /** @param detail where reading stopped, and why */
    public record Poison(Reason reason, String detail) {}
}
