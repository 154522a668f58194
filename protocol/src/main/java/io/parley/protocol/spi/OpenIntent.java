package io.parley.protocol.spi;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import java.util.Optional;

/**
 * An intent that can be filled.
 *
 * @param id its digest, which a fill names
 * @param intent what was signed
 * @param partsLeft how many of its parts are not filled yet, 1 to {@code intent.parts()}
 * @param owner the account that would be filled, as the state has it; empty if there is none, so that a fill would be
 *     refused (403). A bid is refused as a whole if any owner would be left without margin
 */
public record OpenIntent(Bytes32 id, Intent intent, long partsLeft, Optional<SolverAccount> owner) {

    /** {@return the fewest parts that a fill may take} */
    public long fewestParts() {
        return Math.min(intent.minParts(), partsLeft);
    }

    /**
     * {@return the least change of the owner's cash for so many parts, in units of 1e-8: rounded up, for the owner}
     *
     * @param parts how many parts, 1 to {@code partsLeft}
     * @throws ArithmeticException if it leaves int64
     */
    public long cashLimit(long parts) {
        return Fixed8.mulDivCeil(intent.cash(), parts, intent.parts());
    }

    /**
     * {@return a fill that carries the least fee allowed}
     *
     * @param parts how many parts, {@link #fewestParts} to {@code partsLeft}
     * @param cash the change of the owner's cash in units of 1e-8, at least {@link #cashLimit}
     * @param feePerFill the auction's, in cash units of 1e-8
     * @throws ArithmeticException if the fee leaves int64
     */
    public Fill fill(long parts, long cash, long feePerFill) {
        long mostFee = Fixed8.mulDivFloor(intent.maxFee(), parts, intent.parts());
        return new Fill(id, parts, cash, Math.min(feePerFill, mostFee));
    }
}
