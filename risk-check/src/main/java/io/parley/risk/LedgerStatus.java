package io.parley.risk;

import io.parley.protocol.Bytes32;
import jakarta.enterprise.context.ApplicationScoped;

/** Where the ledger of this process stands: for health, metrics and whoever waits for it. */
@ApplicationScoped
public class LedgerStatus {

    /** What the clearing house of this process is doing. */
    public enum Phase {
        /** The role is off, or has not begun. */
        OFF,
        /** Another instance owns the ledger; this one takes over when that one goes. */
        STANDBY,
        /** Restoring the ledger from a snapshot and the log. */
        RESTORING,
        /** Folding commands. */
        CLEARING,
        /** Gave up: an operator has to look. */
        HALTED
    }

    /**
     * @param nextOffset offset of the first command that is not folded and committed
     * @param root the state root before that command
     * @param batch sequence of the batch that is open
     * @param accounts accounts that exist
     * @param time log time, unix seconds of the last price
     * @param commits transactions since this process took over
     * @param detail why, where the phase alone does not say it
     */
    public record View(
            Phase phase,
            long nextOffset,
            Bytes32 root,
            long batch,
            long accounts,
            long time,
            long commits,
            String detail) {}

    private volatile View view = new View(Phase.OFF, 0, Bytes32.ZERO, 0, 0, 0, 0, "");

    public View now() {
        return view;
    }

    /** Whether commands are being folded here. */
    public boolean isClearing() {
        return view.phase() == Phase.CLEARING;
    }

    public void is(View next) {
        view = next;
    }

    public void is(Phase phase, String detail) {
        View last = view;
        view = new View(
                phase,
                last.nextOffset(),
                last.root(),
                last.batch(),
                last.accounts(),
                last.time(),
                last.commits(),
                detail);
    }
}
