package io.parley.protocol;

/**
 * The header of a batch of steps, as it is posted on chain: 158 bytes.
 *
 * @param sequence the number of the batch, from 1
 * @param parentRoot the state root before its first step
 * @param root the state root after its last step
 * @param stepsRoot the root over its steps
 * @param dataHash {@code H} of its data
 * @param steps the number of steps, 0 to 2^31 - 1
 * @param queueFrom the queue cursor before its first step
 * @param queueTo the queue cursor after its last step
 * @param verifiedOnly whether an owner of one of its trades wants it final by proof and never by the passing of a window
 */
public record BatchHeader(
        long sequence,
        Bytes32 parentRoot,
        Bytes32 root,
        Bytes32 stepsRoot,
        Bytes32 dataHash,
        int steps,
        long queueFrom,
        long queueTo,
        boolean verifiedOnly) {

    /** The size of the header in bytes. */
    public static final int SIZE = 158;

    /** Version 1 had no flags, and its data no roots. */
    private static final int VERSION = 2;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public BatchHeader {
        Range.u63(sequence, "sequence");
        Range.u31(steps, "steps");
        Range.u63(queueFrom, "queueFrom");
        Range.u63(queueTo, "queueTo");
    }

    /** {@return the header's bytes} */
    public byte[] encode() {
        return new WireWriter(SIZE)
                .u8(VERSION)
                .u63(sequence)
                .b32(parentRoot)
                .b32(root)
                .b32(stepsRoot)
                .b32(dataHash)
                .u32(steps)
                .u63(queueFrom)
                .u63(queueTo)
                .bool(verifiedOnly)
                .toBytes();
    }

    /**
     * {@return the header of the bytes}
     *
     * @param record exactly one header
     * @throws Undecodable if it is none
     */
    public static BatchHeader decode(byte[] record) {
        return WireReader.whole(record, BatchHeader::readFrom);
    }

    private static BatchHeader readFrom(WireReader in) {
        in.version(VERSION, "batch header");
        return new BatchHeader(
                in.u63("sequence"),
                in.b32("parentRoot"),
                in.b32("root"),
                in.b32("stepsRoot"),
                in.b32("dataHash"),
                in.u31("steps"),
                in.u63("queueFrom"),
                in.u63("queueTo"),
                in.bool("verifiedOnly"));
    }
}
