package io.parley.protocol;

/**
 * An owner makes nonces unusable.
 *
 * @param cancel what was signed
 * @param signature by the owner or a registered key of the owner
 */
public record CancelCommand(Cancel cancel, Signature signature) implements OwnerCommand {

    /** The command's kind. */
    public static final int KIND = 17;

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public Address owner() {
        return cancel.owner();
    }

    @Override
    public long account() {
        return cancel.account();
    }

    @Override
    public Bytes32 digest(Domain domain, AssetNames names) {
        return Eip712.digest(domain, cancel);
    }

    @Override
    public void writeBody(WireWriter out) {
        out.address(cancel.owner())
                .u32(cancel.account())
                .u8(cancel.kind())
                .u64(cancel.nonce())
                .u63(cancel.validUntil())
                .signature(signature);
    }

    static CancelCommand readBody(WireReader in) {
        Cancel cancel = new Cancel(
                in.address("owner"), in.u32("account"), in.u8("cancelKind"), in.u64("nonce"), in.u63("validUntil"));
        return new CancelCommand(cancel, in.signature("cancel signature"));
    }
}
