package io.parley.protocol;

/**
 * An owner registered a key on chain, or changed what it may do.
 *
 * @param queueIndex its place in the contract's queue, 0 to 2^63 - 1
 * @param keyIndex the key's leaf, assigned by the contract from 0
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param key the address of the key
 * @param scope what it may sign, a sum of {@link #INTENTS}, {@link #BIDS}, {@link #CANCEL}, {@link #WITHDRAW}; 0 to 255
 * @param expiry unix seconds until which it counts, inclusive, compared with state time
 */
public record RegisterKey(
        long queueIndex, int keyIndex, Address owner, long account, Address key, int scope, long expiry)
        implements QueueCommand {

    /** The command's kind. */
    public static final int KIND = 2;

    /** Scope: intents. */
    public static final int INTENTS = 1;
    /** Scope: bids and commitments. */
    public static final int BIDS = 2;
    /** Scope: cancels. */
    public static final int CANCEL = 4;
    /** Scope: withdrawals. */
    public static final int WITHDRAW = 8;

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public RegisterKey {
        Range.u63(queueIndex, "queueIndex");
        Range.u31(keyIndex, "keyIndex");
        Range.u32(account, "account");
        Range.u8(scope, "scope");
        Range.u63(expiry, "expiry");
    }

    /** {@return the leaf of the keys tree, H(owner ‖ account ‖ key ‖ scope ‖ expiry)} */
    public Bytes32 leaf() {
        return leaf(owner, account, key, scope, expiry);
    }

    /**
     * {@return a leaf of the keys tree, H(owner ‖ account ‖ key ‖ scope ‖ expiry)}
     *
     * @param owner the address whose account it is
     * @param account the number of the owner's account
     * @param key the address of the key
     * @param scope what it may sign
     * @param expiry unix seconds until which it counts
     */
    public static Bytes32 leaf(Address owner, long account, Address key, int scope, long expiry) {
        return Keccak256.hash(new WireWriter(53)
                .address(owner)
                .u32(account)
                .address(key)
                .u8(scope)
                .u63(expiry)
                .toBytes());
    }

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public void writeBody(WireWriter out) {
        out.u63(queueIndex)
                .u32(keyIndex)
                .address(owner)
                .u32(account)
                .address(key)
                .u8(scope)
                .u63(expiry);
    }

    static RegisterKey readBody(WireReader in) {
        return new RegisterKey(
                in.u63("queueIndex"),
                in.u31("keyIndex"),
                in.address("owner"),
                in.u32("account"),
                in.address("key"),
                in.u8("scope"),
                in.u63("expiry"));
    }
}
