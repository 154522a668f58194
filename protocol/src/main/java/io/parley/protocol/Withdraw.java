package io.parley.protocol;

/**
 * What an owner signs to take cash or spot out of the vault.
 *
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param asset what to withdraw: the cash or a spot asset
 * @param amount units of 1e-8, 0 to 2^63 - 1
 * @param to who receives it on chain
 * @param validUntil unix seconds until which it may be applied, inclusive
 * @param nonce all 64 bits: the upper two choose the lane
 */
public record Withdraw(
        Address owner, long account, AssetId asset, long amount, Address to, long validUntil, long nonce) {

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Withdraw {
        Range.u32(account, "account");
        Range.u63(amount, "amount");
        Range.u63(validUntil, "validUntil");
    }
}
