package io.parley.protocol;

/** What an asset is. The code is the kind nibble of the {@link AssetId}. */
public enum AssetKind {
    /** US dollars: asset 0, the only asset of underlying 0. */
    CASH(0),
    /** The underlying itself. */
    SPOT(1),
    /** A perpetual future on the underlying. */
    PERP(2),
    /** A European call on the underlying. */
    CALL(3),
    /** A European put on the underlying. */
    PUT(4);

    private static final AssetKind[] BY_CODE = values();

    private final int code;

    AssetKind(int code) {
        this.code = code;
    }

    /** {@return the kind nibble} */
    public int code() {
        return code;
    }

    /** {@return whether it is a call or a put, so has expiry and strike} */
    public boolean isOption() {
        return this == CALL || this == PUT;
    }

    /** {@return whether it is a claim that is margined (perpetual or option) and not an asset that is held} */
    public boolean isDerivative() {
        return this == PERP || isOption();
    }

    static AssetKind of(int code) {
        if (code >= BY_CODE.length) {
            throw new IllegalArgumentException("The asset kind (%d) must be 0 to 4.".formatted(code));
        }
        return BY_CODE[code];
    }
}
