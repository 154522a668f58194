package io.parley.protocol.wire;

import io.parley.protocol.Blob;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;

/**
 * The record of {@link Topic#DEAD_LETTERS}: a record that a role could not read or take, and why.
 *
 * @param topic where it stood
 * @param partition its partition, 0 to 2^31 - 1
 * @param offset its offset
 * @param code the code of a {@link io.parley.protocol.Reason}
 * @param detail readable
 * @param at unix milliseconds
 * @param key its key, empty if it had none
 * @param value its value, empty if it had none
 */
public record DeadLetter(
        String topic, int partition, long offset, int code, String detail, long at, Blob key, Blob value) {

    /** Shortens the detail to what the wire can carry. */
    public DeadLetter {
        topic = Detail.fit(topic);
        detail = Detail.fit(detail);
    }

    /** {@return the record's bytes} */
    public byte[] encode() {
        return new WireWriter(128 + key.size() + value.size())
                .version()
                .str(topic)
                .u32(partition)
                .u63(offset)
                .u16(code)
                .str(detail)
                .u63(at)
                .blob(key)
                .blob(value)
                .toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static DeadLetter decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("dead letter");
            return new DeadLetter(
                    in.str("topic"),
                    in.u31("partition"),
                    in.u63("offset"),
                    in.u16("code"),
                    in.str("detail"),
                    in.u63("at"),
                    in.blob("key"),
                    in.blob("value"));
        });
    }
}
