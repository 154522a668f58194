package io.parley.auction.domain.selection;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The bids as weighted set packing: each bid wants goods (its intents, and its solver's account, which can win once),
 * each good goes to one bid. Bids are numbered in the order of {@code H(seed ‖ id)}, so nothing below this class can
 * see in which order they arrived.
 */
final class Packing {

    private final List<ScreenedBid> bids;
    private final long[] scores;
    private final int[][] goods;
    private final int[][] claimants;

    private Packing(List<ScreenedBid> bids, int[][] goods, int goodCount) {
        this.bids = bids;
        this.goods = goods;
        this.scores = bids.stream().mapToLong(ScreenedBid::score).toArray();
        int[] sizes = new int[goodCount];
        for (int[] wanted : goods) {
            for (int good : wanted) {
                sizes[good]++;
            }
        }
        this.claimants = new int[goodCount][];
        Arrays.setAll(claimants, good -> new int[sizes[good]]);
        for (int bid = goods.length - 1; bid >= 0; bid--) {
            for (int good : goods[bid]) {
                claimants[good][--sizes[good]] = bid;
            }
        }
    }

    static Packing of(Collection<ScreenedBid> bids, Bytes32 seed) {
        record Ranked(Bytes32 rank, ScreenedBid bid) {}
        Set<Bytes32> seen = new HashSet<>();
        List<ScreenedBid> ordered = bids.stream()
                .filter(bid -> seen.add(bid.id()))
                .map(bid -> new Ranked(Keccak256.hash(seed, bid.id()), bid))
                .sorted(Comparator.comparing(Ranked::rank)
                        .thenComparing(ranked -> ranked.bid().id()))
                .map(Ranked::bid)
                .toList();
        record Account(Address solver, long number) {}
        Map<Object, Integer> numbers = new HashMap<>();
        int[][] goods = new int[ordered.size()][];
        for (int i = 0; i < goods.length; i++) {
            ScreenedBid bid = ordered.get(i);
            Set<Integer> wanted = new HashSet<>();
            for (Bytes32 intent : bid.intents()) {
                wanted.add(number(numbers, intent));
            }
            for (Bytes32 nonce : bid.alternatives()) {
                wanted.add(number(numbers, nonce));
            }
            wanted.add(number(numbers, new Account(bid.solver(), bid.account())));
            goods[i] = wanted.stream().mapToInt(Integer::intValue).sorted().toArray();
        }
        return new Packing(ordered, goods, numbers.size());
    }

    private static int number(Map<Object, Integer> numbers, Object good) {
        Integer known = numbers.putIfAbsent(good, numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }

    int size() {
        return scores.length;
    }

    long score(int bid) {
        return scores[bid];
    }

    /** The goods of a bid, ascending. Callers must not write to it. */
    int[] goods(int bid) {
        return goods[bid];
    }

    /** The bids that want a good, ascending. Callers must not write to it. */
    int[] claimants(int good) {
        return claimants[good];
    }

    int goodCount() {
        return claimants.length;
    }

    /** Takes bids in the given order of preference wherever their goods are still free. */
    BitSet fill(Collection<Integer> preference) {
        BitSet chosen = new BitSet(size());
        BitSet taken = new BitSet(goodCount());
        for (int bid : preference) {
            if (Arrays.stream(goods[bid]).noneMatch(taken::get)) {
                chosen.set(bid);
                Arrays.stream(goods[bid]).forEach(taken::set);
            }
        }
        return chosen;
    }

    boolean feasible(BitSet chosen) {
        BitSet taken = new BitSet(goodCount());
        return chosen.stream()
                .allMatch(bid -> Arrays.stream(goods[bid]).allMatch(good -> {
                    boolean free = !taken.get(good);
                    taken.set(good);
                    return free;
                }));
    }

    long value(BitSet chosen) {
        return chosen.stream().mapToLong(bid -> scores[bid]).reduce(0, Packing::saturatingAdd);
    }

    int intentsFilled(BitSet chosen) {
        return chosen.stream().map(bid -> bids.get(bid).intents().size()).sum();
    }

    /**
     * An upper bound on the value of any choice. Each component of bids that are linked by goods adds the least of: its
     * scores together; its best score, if one good is wanted by all of it; and what its goods could fetch at most, each
     * bid's score being shared evenly among its goods.
     */
    long bound() {
        int[] component = components();
        long[] sum = new long[size()];
        long[] best = new long[size()];
        int[] members = new int[size()];
        for (int bid = 0; bid < size(); bid++) {
            int root = component[bid];
            sum[root] = saturatingAdd(sum[root], scores[bid]);
            best[root] = Math.max(best[root], scores[bid]);
            members[root]++;
        }
        long[] shares = new long[size()];
        boolean[] contested = new boolean[size()];
        for (int[] claimant : claimants) {
            int root = component[claimant[0]];
            contested[root] |= claimant.length == members[root];
            long share = 0;
            for (int bid : claimant) {
                share = Math.max(share, Math.ceilDiv(scores[bid], goods[bid].length));
            }
            shares[root] = saturatingAdd(shares[root], share);
        }
        long bound = 0;
        for (int root = 0; root < size(); root++) {
            long least = Math.min(sum[root], shares[root]);
            bound = saturatingAdd(bound, contested[root] ? Math.min(least, best[root]) : least);
        }
        return bound;
    }

    /** For each bid, the lowest-numbered bid that it is linked with through shared goods. */
    private int[] components() {
        int[] component = new int[size()];
        Arrays.fill(component, -1);
        int[] open = new int[size()];
        for (int start = 0; start < size(); start++) {
            if (component[start] >= 0) {
                continue;
            }
            int depth = 0;
            open[depth++] = start;
            component[start] = start;
            while (depth > 0) {
                for (int good : goods[open[--depth]]) {
                    for (int bid : claimants[good]) {
                        if (component[bid] < 0) {
                            component[bid] = start;
                            open[depth++] = bid;
                        }
                    }
                }
            }
        }
        return component;
    }

    Selection selection(String selector, BitSet chosen) {
        return selection(selector, chosen, Long.MAX_VALUE, 0);
    }

    /** The choice as a record; the bound is the better of the one given and {@link #bound}. */
    Selection selection(String selector, BitSet chosen, long upperBound, long nodes) {
        List<ScreenedBid> winners = new ArrayList<>();
        List<Selection.Lost> lost = new ArrayList<>();
        int[] holder = new int[goodCount()];
        Arrays.fill(holder, -1);
        chosen.stream().forEach(bid -> Arrays.stream(goods[bid]).forEach(good -> holder[good] = bid));
        for (int bid = 0; bid < size(); bid++) {
            if (chosen.get(bid)) {
                winners.add(bids.get(bid));
            } else {
                lost.add(lost(bid, holder));
            }
        }
        winners.sort(Comparator.comparing(ScreenedBid::id));
        lost.sort(Comparator.comparing(loser -> loser.bid().id()));
        long value = value(chosen);
        return new Selection(
                selector, winners, lost, List.of(), value, Math.max(value, Math.min(upperBound, bound())), nodes);
    }

    private Selection.Lost lost(int bid, int[] holder) {
        List<ScreenedBid> winners = Arrays.stream(goods[bid])
                .map(good -> holder[good])
                .filter(winner -> winner >= 0)
                .distinct()
                .mapToObj(bids::get)
                .sorted(Comparator.comparing(ScreenedBid::id))
                .toList();
        long theirs = winners.stream().mapToLong(ScreenedBid::score).reduce(0, Packing::saturatingAdd);
        return new Selection.Lost(
                bids.get(bid),
                winners.stream().map(ScreenedBid::id).toList(),
                winners.isEmpty()
                        ? "scored %d and was left out of a choice worth more without it".formatted(scores[bid])
                        : "scored %d; what it wanted went to %s scoring %d"
                                .formatted(
                                        scores[bid],
                                        winners.size() == 1
                                                ? "bid " + winners.getFirst().id()
                                                : winners.size() + " bids",
                                        theirs));
    }

    static long saturatingAdd(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
