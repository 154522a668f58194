package io.parley.protocol;

/**
 * What an owner signs to choose how an account is margined. The account must have initial margin in the new mode.
 *
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param mode {@link #STANDARD}, {@link #ISOLATED} or {@link #PORTFOLIO}; other values can be carried and are refused
 * @param validUntil unix seconds until which it may be applied, inclusive
 * @param nonce all 64 bits: the upper two choose the lane
 */
public record SetMode(Address owner, long account, int mode, long validUntil, long nonce) {

    /** All underlyings in one account, each with its own requirement. */
    public static final int STANDARD = 0;
    /** Standard margin, and positions of one underlying only. */
    public static final int ISOLATED = 1;
    /** Margin by scenarios. */
    public static final int PORTFOLIO = 2;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public SetMode {
        Range.u32(account, "account");
        Range.u8(mode, "mode");
        Range.u63(validUntil, "validUntil");
    }
}
