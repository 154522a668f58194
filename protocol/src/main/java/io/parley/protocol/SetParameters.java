package io.parley.protocol;

/**
 * The margin parameters or the feeder set were replaced.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param what {@link #MARGIN} or {@link #FEEDERS}
 * @param content at most 65535 bytes: the margin parameters of docs/margin.md, or a {@link FeederSet}. The state holds
 *     {@code H(content)}
 */
public record SetParameters(long queueIndex, int what, Blob content) implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 4;

    /** The content is the margin parameters. */
    public static final int MARGIN = 1;
    /** The content is the feeder set. */
    public static final int FEEDERS = 2;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public SetParameters {
        Range.u63(queueIndex, "queueIndex");
        if (what != MARGIN && what != FEEDERS) {
            throw new IllegalArgumentException("What is set (%d) must be 1 or 2.".formatted(what));
        }
        Range.count(content.size(), 65_535, "content bytes");
    }

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public void writeBody(WireWriter out) {
        out.u63(queueIndex).u8(what).u16(content.size()).raw(content);
    }

    static SetParameters readBody(WireReader in) {
        return new SetParameters(in.u63("queueIndex"), in.u8("what"), in.raw(in.u16("length"), "content"));
    }
}
