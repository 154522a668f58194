package io.parley.protocol;

/**
 * An owner takes cash or a base asset out through the contract's queue, without anybody's consent. As much as there is of it,
 * at most the amount; nothing if the account may not be left so.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param accountIndex the account's leaf
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param asset the cash or a spot asset
 * @param amount units of 1e-8, 0 to 2^63 - 1
 * @param to who receives it on chain
 */
public record ForcedWithdraw(
        long queueIndex, int accountIndex, Address owner, long account, AssetId asset, long amount, Address to)
        implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 6;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public ForcedWithdraw {
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
        out.u63(queueIndex)
                .u32(accountIndex)
                .address(owner)
                .u32(account)
                .asset(asset)
                .u63(amount)
                .address(to);
    }

    static ForcedWithdraw readBody(WireReader in) {
        return new ForcedWithdraw(
                in.u63("queueIndex"),
                in.u31("accountIndex"),
                in.address("owner"),
                in.u32("account"),
                in.asset("asset"),
                in.u63("amount"),
                in.address("to"));
    }
}
