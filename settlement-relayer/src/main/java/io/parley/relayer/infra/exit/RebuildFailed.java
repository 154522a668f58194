package io.parley.relayer.infra.exit;

/** The chain's data and the vault's roots do not fit together, or the node does not have all of them. */
public final class RebuildFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    RebuildFailed(String message) {
        super(message);
    }
}
