package io.parley.protocol;

/**
 * An intent with its signature: the Intent record of the protocol. Neither form nor signature is checked by
 * construction.
 *
 * @param intent what was signed
 * @param signature by the owner or a registered key of the owner
 */
public record SignedIntent(Intent intent, Signature signature) {

    /** {@return the record's bytes} */
    public byte[] encode() {
        WireWriter out = new WireWriter(intent.encodedSize() + 65);
        writeTo(out);
        return out.toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static SignedIntent decode(byte[] record) {
        return WireReader.whole(record, SignedIntent::readFrom);
    }

    /**
     * Writes the record.
     *
     * @param out where to
     */
    public void writeTo(WireWriter out) {
        intent.writeTo(out);
        out.signature(signature);
    }

    /**
     * {@return the record at the reader}
     *
     * @param in where from
     * @throws Undecodable if there is none
     */
    public static SignedIntent readFrom(WireReader in) {
        return new SignedIntent(Intent.readFrom(in), in.signature("intent signature"));
    }
}
