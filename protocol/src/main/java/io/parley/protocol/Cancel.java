package io.parley.protocol;

/**
 * What an owner signs to make nonces unusable.
 *
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param kind {@link #ONE}, {@link #BELOW} or {@link #ALL}; other values can be carried and are refused
 * @param nonce the nonce; for {@link #BELOW} the lane's new base, for {@link #ALL} an unused one that is thereby used
 * @param validUntil unix seconds until which it may be applied, inclusive
 */
public record Cancel(Address owner, long account, int kind, long nonce, long validUntil) {

    /** Cancels one nonce. */
    public static final int ONE = 0;
    /** Cancels all nonces of the nonce's lane below it. */
    public static final int BELOW = 1;
    /** Cancels every nonce signed so far, in every lane. */
    public static final int ALL = 2;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Cancel {
        Range.u32(account, "account");
        Range.u8(kind, "kind");
        Range.u63(validUntil, "validUntil");
    }
}
