package io.parley.node.differential;

import io.parley.protocol.Reason;

/**
 * What the contracts say otherwise than the ledger, and rightly: the part of a refusal that a verifier cannot reach with the
 * witness there is, or does not look for because another place does. Counted, each by its name.
 */
enum Beyond {
    /** No verifier takes such a record, so none can name a code. */
    NO_VERIFIER("unknown version or kind: the contract names it, without a code") {
        @Override
        boolean covers(Trial trial, Verdict contract) {
            return trial.ledger().code() == Reason.UNDECODABLE.code()
                    && contract.revert().startsWith(UNEXPECTED_COMMAND);
        }
    },
    /** An entry that the vault cannot have made: its queue hash is what refuses it, when a batch becomes final. */
    FORGED_ENTRY("forged queue entry: the vault's own queue hash refuses it, not a verifier") {
        @Override
        boolean covers(Trial trial, Verdict contract) {
            int code = trial.ledger().code();
            return trial.kind() >= 1
                    && trial.kind() <= 8
                    && (code == Reason.UNDECODABLE.code() || code == Reason.QUEUE_ORDER.code());
        }
    },
    /** A withdrawal shows the listing of its asset, or another's; before the first there is none. */
    NOTHING_LISTED("a withdrawal before the first listing: no listing can be shown") {
        @Override
        boolean covers(Trial trial, Verdict contract) {
            return trial.kind() == 16
                    && trial.ledger().code() == Reason.NOT_LISTED.code()
                    && contract.revert().startsWith(WITNESS_TOO_SHORT);
        }
    };

    private static final String UNEXPECTED_COMMAND = Contracts.selector("UnexpectedCommand(uint256,uint256)");
    private static final String WITNESS_TOO_SHORT = Contracts.selector("WitnessTooShort(uint256,uint256)");

    private final String why;

    Beyond(String why) {
        this.why = why;
    }

    String why() {
        return why;
    }

    /** Whether this is why the contract's verdict is another than the ledger's. */
    abstract boolean covers(Trial trial, Verdict contract);
}
