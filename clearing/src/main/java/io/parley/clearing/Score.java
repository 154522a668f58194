package io.parley.clearing;

import io.parley.protocol.Bid;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.SignedIntent;
import java.util.List;

/** The surplus of a bid over what was signed, fee included: what auctions compare. */
public final class Score {
    private Score() {}

    /**
     * Σ (fill.cash − ⌈cash·k/parts⌉) + Σ (⌊maxFee·k/parts⌋ − fill.fee) + pays, in cash units.
     *
     * @param intents those that the bid fills, one for each fill and in their order
     * @throws ArithmeticException if it leaves int64
     */
    public static long of(Bid bid, List<SignedIntent> intents) {
        long score = bid.pays();
        for (int i = 0; i < intents.size(); i++) {
            Fill fill = bid.fills().get(i);
            Intent intent = intents.get(i).intent();
            long least = Fixed8.mulDivCeil(intent.cash(), fill.parts(), intent.parts());
            long mostFee = Fixed8.mulDivFloor(intent.maxFee(), fill.parts(), intent.parts());
            score = Math.addExact(score, Math.subtractExact(fill.cash(), least));
            score = Math.addExact(score, Math.subtractExact(mostFee, fill.fee()));
        }
        return score;
    }
}
