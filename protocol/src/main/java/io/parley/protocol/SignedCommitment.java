package io.parley.protocol;

/**
 * A commitment with its signature: the Commitment record of the protocol. Signed, so that nobody can tie up another
 * solver's margin.
 *
 * @param commitment what was signed
 * @param signature by the solver or a registered key of the solver
 */
public record SignedCommitment(Commitment commitment, Signature signature) {

    private static final int SIZE = 1 + 20 + 4 + 8 + 32 + 8 + 65;

    /** {@return the record's bytes} */
    public byte[] encode() {
        WireWriter out = new WireWriter(SIZE);
        writeTo(out);
        return out.toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static SignedCommitment decode(byte[] record) {
        return WireReader.whole(record, SignedCommitment::readFrom);
    }

    /**
     * Writes the record.
     *
     * @param out where to
     */
    public void writeTo(WireWriter out) {
        out.version()
                .address(commitment.solver())
                .u32(commitment.account())
                .u63(commitment.auction())
                .b32(commitment.bid())
                .u63(commitment.cap())
                .signature(signature);
    }

    /**
     * {@return the record at the reader}
     *
     * @param in where from
     * @throws Undecodable if there is none
     */
    public static SignedCommitment readFrom(WireReader in) {
        in.version("commitment");
        Commitment commitment = new Commitment(
                in.address("solver"), in.u32("account"), in.u63("auction"), in.b32("bid"), in.u63("cap"));
        return new SignedCommitment(commitment, in.signature("commitment signature"));
    }
}
