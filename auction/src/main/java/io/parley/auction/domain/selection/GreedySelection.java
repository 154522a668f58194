package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Takes bids from the best down wherever their goods are free, three times over: by score, by score per good, and by
 * score over the root of the number of goods. The best of the three wins. Microseconds, and the floor below which no
 * other selection may fall.
 */
public final class GreedySelection implements WinnerSelection {

    /** A bid wants at most 15 intents, as many nonces and one account. */
    private static final int MOST_GOODS = 31;

    /** {@code floor(2^62 / sqrt(n))}: dividing by a root without leaving the integers. */
    private static final long[] INVERSE_ROOT = IntStream.rangeClosed(0, MOST_GOODS)
            .mapToLong(n -> n == 0
                    ? 0
                    : BigInteger.ONE
                            .shiftLeft(124)
                            .divide(BigInteger.valueOf(n))
                            .sqrt()
                            .longValueExact())
            .toArray();

    @Override
    public Selection select(Collection<ScreenedBid> bids, Bytes32 seed) {
        Packing packing = Packing.of(bids, seed);
        return packing.selection("greedy", choose(packing));
    }

    static BitSet choose(Packing packing) {
        List<IntToLongFunction> preferences = List.of(
                bid -> Math.multiplyHigh(
                        packing.score(bid), INVERSE_ROOT[Math.min(packing.goods(bid).length, MOST_GOODS)]),
                packing::score,
                bid -> packing.score(bid) / packing.goods(bid).length);
        BitSet best = new BitSet();
        long bestValue = -1;
        for (IntToLongFunction preference : preferences) {
            BitSet chosen = packing.fill(IntStream.range(0, packing.size())
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer bid) -> preference.applyAsLong(bid))
                            .thenComparing(packing::score)
                            .reversed()
                            .thenComparing(Comparator.naturalOrder()))
                    .toList());
            long value = packing.value(chosen);
            if (value > bestValue
                    || value == bestValue && packing.intentsFilled(chosen) > packing.intentsFilled(best)) {
                best = chosen;
                bestValue = value;
            }
        }
        return best;
    }
}
