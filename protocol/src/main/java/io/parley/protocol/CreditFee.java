package io.parley.protocol;

/**
 * Collected fees are credited to an account, as a rule the proving relayer's.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param accountIndex the account's leaf
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param amount cash units of 1e-8, 0 to 2^63 - 1
 */
public record CreditFee(long queueIndex, int accountIndex, Address owner, long account, long amount)
        implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 5;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public CreditFee {
        Range.u63(queueIndex, "queueIndex");
        Range.u31(accountIndex, "accountIndex");
        Range.u32(account, "account");
        Range.u63(amount, "amount");
    }

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public void writeBody(WireWriter out) {
        out.u63(queueIndex).u32(accountIndex).address(owner).u32(account).u63(amount);
    }

    static CreditFee readBody(WireReader in) {
        return new CreditFee(
                in.u63("queueIndex"), in.u31("accountIndex"), in.address("owner"), in.u32("account"), in.u63("amount"));
    }
}
