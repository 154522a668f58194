package io.parley.protocol;

/**
 * An owner says that it is still there.
 *
 * @param heartbeat what was signed
 * @param signature by the owner or a registered key of the owner
 */
public record HeartbeatCommand(Heartbeat heartbeat, Signature signature) implements OwnerCommand {

    /** The command's kind. */
    public static final int KIND = 19;

    @Override
    public int kind() {
        return KIND;
    }

    @Override
    public Address owner() {
        return heartbeat.owner();
    }

    @Override
    public long account() {
        return heartbeat.account();
    }

    @Override
    public Bytes32 digest(Domain domain, AssetNames names) {
        return Eip712.digest(domain, heartbeat);
    }

    @Override
    public void writeBody(WireWriter out) {
        out.address(heartbeat.owner())
                .u32(heartbeat.account())
                .u63(heartbeat.until())
                .u63(heartbeat.validUntil())
                .u64(heartbeat.nonce())
                .signature(signature);
    }

    static HeartbeatCommand readBody(WireReader in) {
        Heartbeat heartbeat = new Heartbeat(
                in.address("owner"), in.u32("account"), in.u63("until"), in.u63("validUntil"), in.u64("nonce"));
        return new HeartbeatCommand(heartbeat, in.signature("signature"));
    }
}
