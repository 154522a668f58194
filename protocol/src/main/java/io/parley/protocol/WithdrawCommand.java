package io.parley.protocol;

/**
 * An owner takes cash or spot out of the vault.
 *
 * @param withdraw what was signed
 * @param signature by the owner or a registered key of the owner
 */
public record WithdrawCommand(Withdraw withdraw, Signature signature) implements OwnerCommand {

    /** The command's kind. */
    public static final int KIND = 16;

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public Address owner() {
        return withdraw.owner();
    }

    @Override
    public long account() {
        return withdraw.account();
    }

    @Override
    public Bytes32 digest(Domain domain, AssetNames names) {
        return Eip712.digest(domain, withdraw, names);
    }

    @Override
    public void writeBody(WireWriter out) {
        out.address(withdraw.owner())
                .u32(withdraw.account())
                .asset(withdraw.asset())
                .u63(withdraw.amount())
                .address(withdraw.to())
                .u63(withdraw.validUntil())
                .u64(withdraw.nonce())
                .signature(signature);
    }

    static WithdrawCommand readBody(WireReader in) {
        Withdraw withdraw = new Withdraw(
                in.address("owner"),
                in.u32("account"),
                in.asset("asset"),
                in.u63("amount"),
                in.address("to"),
                in.u63("validUntil"),
                in.u64("nonce"));
        return new WithdrawCommand(withdraw, in.signature("withdraw signature"));
    }
}
