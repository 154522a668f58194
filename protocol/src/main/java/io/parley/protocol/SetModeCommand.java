package io.parley.protocol;

/**
 * An owner chooses how an account is margined.
 *
 * @param setMode what was signed
 * @param signature by the owner or a registered key of the owner
 */
public record SetModeCommand(SetMode setMode, Signature signature) implements OwnerCommand {

    /** The command's kind. */
    public static final int KIND = 18;

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public Address owner() {
        return setMode.owner();
    }

    @Override
    public long account() {
        return setMode.account();
    }

    @Override
    public Bytes32 digest(Domain domain, AssetNames names) {
        return Eip712.digest(domain, setMode);
    }

    @Override
    public void writeBody(WireWriter out) {
        out.address(setMode.owner())
                .u32(setMode.account())
                .u8(setMode.mode())
                .u63(setMode.validUntil())
                .u64(setMode.nonce())
                .signature(signature);
    }

    static SetModeCommand readBody(WireReader in) {
        SetMode setMode = new SetMode(
                in.address("owner"), in.u32("account"), in.u8("mode"), in.u63("validUntil"), in.u64("nonce"));
        return new SetModeCommand(setMode, in.signature("signature"));
    }
}
