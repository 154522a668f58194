package io.parley.protocol;

/** Thrown when a digest needs the name of an asset that is not listed (code 113). */
public final class NotListed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    NotListed(AssetId asset) {
        super("The asset (%s) must be listed: what was signed is its name.".formatted(asset));
        this.refusal = new Refusal(Reason.NOT_LISTED, "asset", asset.toString(), "be listed");
    }

    /** {@return the refusal it amounts to} */
    public Refusal refusal() {
        return refusal;
    }
}
