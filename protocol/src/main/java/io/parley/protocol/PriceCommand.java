package io.parley.protocol;

import java.util.List;

/**
 * The state of the market, signed by feeders. The content is carried as bytes, because it is refused with a code of
 * its own (512) where it is malformed, and because the feeders sign its hash.
 *
 * @param time unix seconds
 * @param sequence the number of the price, 0 to 2^63 - 1
 * @param marksRoot the root over the marks
 * @param signatures of feeders over the {@link #price}, ascending by the feeder's address, at most 255
 * @param content a {@link PriceContent}
 */
public record PriceCommand(long time, long sequence, Bytes32 marksRoot, List<Signature> signatures, Blob content)
        implements Command {

    /** The command's kind. */
    public static final int KIND = 32;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range or there are more than 255 signatures
     */
    public PriceCommand {
        signatures = List.copyOf(signatures);
        Range.u63(time, "time");
        Range.u63(sequence, "sequence");
        Range.count(signatures.size(), 255, "signatures");
    }

    /** {@return what the feeders signed} */
    public Price price() {
        return new Price(time, sequence, content.hash(), marksRoot);
    }

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public void writeBody(WireWriter out) {
        out.u63(time).u63(sequence).b32(marksRoot).u8(signatures.size());
        for (Signature signature : signatures) {
            out.signature(signature);
        }
        out.blob(content);
    }

    static PriceCommand readBody(WireReader in) {
        return new PriceCommand(
                in.u63("time"),
                in.u63("sequence"),
                in.b32("marksRoot"),
                in.list(in.u8("nSigs"), "signatures", reader -> reader.signature("price signature")),
                in.blob("content"));
    }
}
