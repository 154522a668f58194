package io.parley.relayer.domain;

import io.parley.clearing.BatchData;
import io.parley.protocol.Command;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.BatchRecord;
import java.math.BigInteger;

/**
 * How a batch becomes final: proven at once, or by the passing of its window, which costs less gas and more time.
 *
 * @param mode for which batches it is asked at all
 * @param proveAbove cash units of 1e-8 that move in a batch's trades from which on it is proven
 * @param proveBelow wei per gas up to which proving is cheap enough for every batch
 */
public record Policy(Mode mode, long proveAbove, BigInteger proveBelow) {

    public enum Mode {
        /** Every batch is proven. */
        VERIFIED,
        /** Only what has to be is proven. */
        OPTIMISTIC,
        /** By value, urgency and gas. */
        AUTO
    }

    /**
     * Whether a batch is to be proven: an owner asks for it; or by the mode; in {@link Mode#AUTO} where somebody waits for a withdrawal, where
     * much money moves, or where gas is cheap.
     */
    public boolean proves(BatchRecord batch, BigInteger baseFee) {
        return switch (mode) {
            case VERIFIED -> true;
            case OPTIMISTIC -> batch.header().verifiedOnly();
            case AUTO ->
                batch.header().verifiedOnly()
                        || !batch.withdrawals().isEmpty()
                        || baseFee.compareTo(proveBelow) <= 0
                        || value(batch).compareTo(BigInteger.valueOf(proveAbove)) >= 0;
        };
    }

    private static BigInteger value(BatchRecord batch) {
        var value = BigInteger.ZERO;
        for (var record : BatchData.decode(batch.data().bytes()).records()) {
            if (Command.decode(record) instanceof TradeCommand trade) {
                for (var fill : trade.bid().bid().fills()) {
                    value = value.add(BigInteger.valueOf(fill.cash()).abs());
                }
            }
        }
        return value;
    }
}
