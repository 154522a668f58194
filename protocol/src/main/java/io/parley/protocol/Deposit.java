package io.parley.protocol;

/**
 * Something was paid into the vault.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param accountIndex the account's leaf, assigned by the contract from 1
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param asset the cash or a spot asset
 * @param amount units of 1e-8, 0 to 2^63 - 1
 * @param from who paid, and gets it back if it cannot be credited
 */
public record Deposit(
        long queueIndex, int accountIndex, Address owner, long account, AssetId asset, long amount, Address from)
        implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 1;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Deposit {
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
                .address(from);
    }

    static Deposit readBody(WireReader in) {
        return new Deposit(
                in.u63("queueIndex"),
                in.u31("accountIndex"),
                in.address("owner"),
                in.u32("account"),
                in.asset("asset"),
                in.u63("amount"),
                in.address("from"));
    }
}
