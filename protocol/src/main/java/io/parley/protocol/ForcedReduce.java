package io.parley.protocol;

/**
 * An owner leaves a perp or an option, or a part of it, through the contract's queue: the counterparty, which is the insurance
 * account, takes it over at the mark less what docs/clearing.md says it costs. Nothing happens if either account may not be
 * left so.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param accountIndex the account's leaf
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param asset the perp or the option
 * @param quantity how much to leave at most, units of 1e-8, 0 to 2^63 - 1, whichever side is held
 * @param counterIndex the counterparty's leaf
 * @param counterOwner the address whose account that is
 * @param counterAccount the number of that account, 0 to 2^32 - 1
 */
public record ForcedReduce(
        long queueIndex,
        int accountIndex,
        Address owner,
        long account,
        AssetId asset,
        long quantity,
        int counterIndex,
        Address counterOwner,
        long counterAccount)
        implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 7;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public ForcedReduce {
        Range.u63(queueIndex, "queueIndex");
        Range.u31(accountIndex, "accountIndex");
        Range.u32(account, "account");
        Range.u63(quantity, "quantity");
        Range.u31(counterIndex, "counterIndex");
        Range.u32(counterAccount, "counterAccount");
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
                .u63(quantity)
                .u32(counterIndex)
                .address(counterOwner)
                .u32(counterAccount);
    }

    static ForcedReduce readBody(WireReader in) {
        return new ForcedReduce(
                in.u63("queueIndex"),
                in.u31("accountIndex"),
                in.address("owner"),
                in.u32("account"),
                in.asset("asset"),
                in.u63("quantity"),
                in.u31("counterIndex"),
                in.address("counterOwner"),
                in.u32("counterAccount"));
    }
}
