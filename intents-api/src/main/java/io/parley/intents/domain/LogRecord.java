package io.parley.intents.domain;

/**
 * A record as it stands in the log.
 *
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 * @param at its time in milliseconds, as its writer gave it
 * @param key empty for none
 * @param value its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes of the log, which nobody compares or changes.
public record LogRecord(String topic, int partition, long offset, long at, byte[] key, byte[] value) {

    @Override
    public String toString() {
        return "%s-%d@%d (%d bytes)".formatted(topic, partition, offset, value.length);
    }
}
