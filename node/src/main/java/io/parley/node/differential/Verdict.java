package io.parley.node.differential;

import io.parley.protocol.Bytes32;

/**
 * What one side says of a step.
 *
 * @param code 0 if it applies, else the reason code; {@link #OTHER} if a contract failed in another way than by refusing
 * @param root the state root after it; zero unless it applies
 * @param revert what a contract reverted with that is no refusal, as 0x-hex; else empty
 */
record Verdict(int code, Bytes32 root, String revert) {

    static final int APPLIED = 0;
    static final int OTHER = -1;

    static Verdict applied(Bytes32 root) {
        return new Verdict(APPLIED, root, "");
    }

    static Verdict refused(int code) {
        return new Verdict(code, Bytes32.ZERO, "");
    }

    static Verdict reverted(String data) {
        return new Verdict(OTHER, Bytes32.ZERO, data);
    }

    boolean isApplied() {
        return code == APPLIED;
    }

    @Override
    public String toString() {
        return switch (code) {
            case APPLIED -> "root " + root.hex();
            case OTHER -> "revert " + revert;
            default -> "refused " + code;
        };
    }
}
