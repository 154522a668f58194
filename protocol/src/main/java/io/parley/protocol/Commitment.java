package io.parley.protocol;

/**
 * What a solver posts in the commit phase: it binds a bid by its digest and has margin held up to the cap.
 *
 * @param solver the address whose account it is
 * @param account the number of the solver's account, 0 to 2^32 - 1
 * @param auction the auction it is for, 0 to 2^63 - 1
 * @param bid the digest of the bid
 * @param cap the most margin the bid may need, in cash units of 1e-8, 0 to 2^63 - 1
 */
public record Commitment(Address solver, long account, long auction, Bytes32 bid, long cap) {

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Commitment {
        Range.u32(account, "account");
        Range.u63(auction, "auction");
        Range.u63(cap, "cap");
    }
}
