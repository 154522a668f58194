package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import io.parley.protocol.Withdrawal;
import java.util.List;

/** What became of a command. */
public sealed interface StepResult {
    /**
     * It is a step of the ledger.
     *
     * @param root the state root after it
     * @param touched the accounts that it changed, ascending by index
     * @param witness what a verifier needs who has nothing but the root before it: accounts root, global record, the
     *     pricing if the step needs it, then the step's part (docs/protocol.md, section 7); a batch keeps the first two of
     *     its first step, and one pricing
     * @param withdrawals what the vault is to pay because of it
     * @param noop an entry of the queue that was invalid: it only advanced the queue
     */
    record Applied(Bytes32 root, List<Touched> touched, byte[] witness, List<Withdrawal> withdrawals, boolean noop)
            implements StepResult {}

    /**
     * It changed nothing and is no step.
     *
     * @param reason the first check that failed, in the order of docs/protocol.md, section 6
     * @param detail the numbers compared
     */
    record Refused(Reason reason, String detail) implements StepResult {}
}
