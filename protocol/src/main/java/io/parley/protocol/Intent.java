package io.parley.protocol;

import java.util.List;

/**
 * What an owner signs: quantities to receive and give, the worst cash for them, and for how long. Its EIP-712 digest
 * is its id. Construction checks what the wire can carry; whether it is well-formed is decided by {@link IntentForm}.
 *
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param legs what changes hands besides cash; well-formed are 1 to 16, ascending by asset id
 * @param cash the worst change of the owner's cash for the whole, fee excluded, in units of 1e-8: -85.00 pays at most
 *     85 dollars, +85.00 receives at least 85
 * @param maxFee the most fee for the whole, in cash units of 1e-8, 0 to 2^63 - 1
 * @param parts into how many equal parts it can be split, 0 to 2^32 - 1; 1 is all or none
 * @param minParts the least parts of one fill, unless fewer are left
 * @param validFrom unix seconds from which it may be filled, inclusive
 * @param validUntil unix seconds until which it may be filled, inclusive
 * @param nonce all 64 bits: the upper two choose the lane
 * @param verifiedOnly whether it may be filled only against proven state
 * @param conditions when it may be filled
 */
public record Intent(
        Address owner,
        long account,
        List<Leg> legs,
        long cash,
        long maxFee,
        long parts,
        long minParts,
        long validFrom,
        long validUntil,
        long nonce,
        boolean verifiedOnly,
        Conditions conditions) {

    /** The most legs of a well-formed intent. */
    public static final int MAX_LEGS = 16;

    private static final int FIXED = 1 + 20 + 4 + 8 + 8 + 4 + 4 + 8 + 8 + 8 + 1 + 1;
    private static final int VERIFIED_ONLY = 1;
    private static final int CONDITIONS = 2;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range or there are more than 255 legs
     */
    public Intent {
        legs = List.copyOf(legs);
        Range.u32(account, "account");
        Range.count(legs.size(), 255, "legs");
        Range.u63(maxFee, "maxFee");
        Range.u32(parts, "parts");
        Range.u32(minParts, "minParts");
        Range.u63(validFrom, "validFrom");
        Range.u63(validUntil, "validUntil");
    }

    /** {@return the lane of the nonce, 0 to 3} */
    public int lane() {
        return (int) (nonce >>> 62);
    }

    int encodedSize() {
        return FIXED + 16 * legs.size() + (conditions.isNone() ? 0 : 30);
    }

    void writeTo(WireWriter out) {
        boolean conditional = !conditions.isNone();
        out.version()
                .address(owner)
                .u32(account)
                .i64(cash)
                .u63(maxFee)
                .u32(parts)
                .u32(minParts)
                .u63(validFrom)
                .u63(validUntil)
                .u64(nonce)
                .u8((verifiedOnly ? VERIFIED_ONLY : 0) | (conditional ? CONDITIONS : 0))
                .u8(legs.size());
        for (Leg leg : legs) {
            leg.writeTo(out);
        }
        if (conditional) {
            conditions.writeTo(out);
        }
    }

    static Intent readFrom(WireReader in) {
        in.version("intent");
        Address owner = in.address("owner");
        long account = in.u32("account");
        long cash = in.i64("cash");
        long maxFee = in.u63("maxFee");
        long parts = in.u32("parts");
        long minParts = in.u32("minParts");
        long validFrom = in.u63("validFrom");
        long validUntil = in.u63("validUntil");
        long nonce = in.u64("nonce");
        int flags = in.u8("flags");
        if (flags > (VERIFIED_ONLY | CONDITIONS)) {
            throw new Undecodable(in.position() - 1, "flags are %d, not 0 to 3".formatted(flags));
        }
        List<Leg> legs = in.list(in.u8("nLegs"), "legs", Leg::readFrom);
        Conditions conditions = (flags & CONDITIONS) != 0 ? Conditions.readFrom(in) : Conditions.NONE;
        return new Intent(
                owner,
                account,
                legs,
                cash,
                maxFee,
                parts,
                minParts,
                validFrom,
                validUntil,
                nonce,
                (flags & VERIFIED_ONLY) != 0,
                conditions);
    }
}
