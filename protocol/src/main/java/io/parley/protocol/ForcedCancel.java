package io.parley.protocol;

/**
 * An owner makes nonces unusable through the contract's queue: the cancel that nobody can keep back.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param accountIndex the account's leaf
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param cancelKind {@link Cancel#ONE}, {@link Cancel#BELOW} or {@link Cancel#ALL}
 * @param nonce as for {@link Cancel}
 */
public record ForcedCancel(long queueIndex, int accountIndex, Address owner, long account, int cancelKind, long nonce)
        implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 8;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public ForcedCancel {
        Range.u63(queueIndex, "queueIndex");
        Range.u31(accountIndex, "accountIndex");
        Range.u32(account, "account");
        Range.u8(cancelKind, "cancelKind");
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
                .u8(cancelKind)
                .u64(nonce);
    }

    static ForcedCancel readBody(WireReader in) {
        return new ForcedCancel(
                in.u63("queueIndex"),
                in.u31("accountIndex"),
                in.address("owner"),
                in.u32("account"),
                in.u8("cancelKind"),
                in.u64("nonce"));
    }
}
