package io.parley.protocol;

/**
 * What a bid gives one intent.
 *
 * @param intent the intent's id
 * @param parts how many of its parts, 0 to 2^32 - 1
 * @param cash the change of the owner's cash, fee excluded, in units of 1e-8; below zero the owner pays
 * @param fee what the owner pays for it to the protocol, in cash units of 1e-8, 0 to 2^63 - 1
 */
public record Fill(Bytes32 intent, long parts, long cash, long fee) {

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Fill {
        Range.u32(parts, "parts");
        Range.u63(fee, "fee");
    }

    void writeTo(WireWriter out) {
        out.b32(intent).u32(parts).i64(cash).u63(fee);
    }

    static Fill readFrom(WireReader in) {
        return new Fill(in.b32("fill intent"), in.u32("fill parts"), in.i64("fill cash"), in.u63("fill fee"));
    }
}
