package io.parley.protocol;

/**
 * A bid with its signature: the Bid record of the protocol. Neither counts nor signature are checked by construction.
 *
 * @param bid what was signed
 * @param signature by the solver or a registered key of the solver
 */
public record SignedBid(Bid bid, Signature signature) {

    /** {@return the record's bytes} */
    public byte[] encode() {
        WireWriter out = new WireWriter(bid.encodedSize() + 65);
        writeTo(out);
        return out.toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static SignedBid decode(byte[] record) {
        return WireReader.whole(record, SignedBid::readFrom);
    }

    /**
     * Writes the record.
     *
     * @param out where to
     */
    public void writeTo(WireWriter out) {
        bid.writeTo(out);
        out.signature(signature);
    }

    /**
     * {@return the record at the reader}
     *
     * @param in where from
     * @throws Undecodable if there is none
     */
    public static SignedBid readFrom(WireReader in) {
        return new SignedBid(Bid.readFrom(in), in.signature("bid signature"));
    }
}
