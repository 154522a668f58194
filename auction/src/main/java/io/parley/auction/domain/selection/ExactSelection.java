package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The best choice with a certificate, as far as the budget goes: parts that share no good are solved one by one, each
 * first made smaller, then by {@link BranchAndBound}. Starts from the greedy choice and never falls below it.
 */
public final class ExactSelection implements WinnerSelection {

    /** Beyond, the conflicts alone would take 50 MB. */
    private static final int MOST_BIDS = 20_000;

    private final Supplier<Budget> budgets;

    /**
     * Prepares.
     *
     * @param budgets gives each selection its budget
     */
    public ExactSelection(Supplier<Budget> budgets) {
        this.budgets = budgets;
    }

    @Override
    public Selection select(Collection<ScreenedBid> bids, Bytes32 seed) {
        Packing packing = Packing.of(bids, seed);
        BitSet start = GreedySelection.choose(packing);
        long[] scores =
                IntStream.range(0, packing.size()).mapToLong(packing::score).toArray();
        boolean fits =
                IntStream.range(0, packing.size()).mapToLong(packing::score).reduce(0, Packing::saturatingAdd)
                        < 1L << 60;
        if (!fits || packing.size() > MOST_BIDS || packing.bound() == packing.value(start)) {
            return packing.selection("greedy", start);
        }
        Budget budget = budgets.get();
        Conflicts all = new Conflicts(
                scores,
                IntStream.range(0, packing.goodCount())
                        .mapToObj(packing::claimants)
                        .toArray(int[][]::new));
        BitSet chosen = new BitSet();
        BitSet left = all.reduce(chosen);
        long bound = packing.value(chosen);
        long nodes = 0;
        List<BitSet> components = all.components(left);
        for (BitSet component : components) {
            int[] members = component.stream().toArray();
            BitSet known = new BitSet();
            for (int i = 0; i < members.length; i++) {
                known.set(i, start.get(members[i]));
            }
            BranchAndBound search = new BranchAndBound(all.among(members), known, budget);
            search.run();
            search.best().stream().forEach(i -> chosen.set(members[i]));
            bound += search.bound();
            nodes += search.nodes();
        }
        BitSet full = packing.fill(IntStream.concat(
                        chosen.stream(), IntStream.range(0, packing.size()).filter(bid -> !chosen.get(bid)))
                .boxed()
                .toList());
        boolean better = packing.value(full) > packing.value(start);
        return packing.selection(better ? "exact" : "greedy", better ? full : start, bound, nodes);
    }
}
