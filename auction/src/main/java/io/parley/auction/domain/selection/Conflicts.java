package io.parley.auction.domain.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Which bids of a packing exclude one another, as rows of bits, with what can be left out without losing the best choice. */
final class Conflicts {

    final long[] weights;

    /** Of each bid those that it excludes. */
    final BitSet[] rivals;

    /** Sets of bids of which at most one can be taken; every conflict lies in one of them. */
    final int[][] cliques;

    Conflicts(long[] weights, int[][] cliques) {
        this.weights = weights;
        this.cliques = cliques;
        this.rivals = new BitSet[weights.length];
        for (int bid = 0; bid < weights.length; bid++) {
            rivals[bid] = new BitSet(weights.length);
        }
        for (int[] clique : cliques) {
            BitSet all = new BitSet(weights.length);
            for (int bid : clique) {
                all.set(bid);
            }
            for (int bid : clique) {
                rivals[bid].or(all);
            }
        }
        for (int bid = 0; bid < weights.length; bid++) {
            rivals[bid].clear(bid);
        }
    }

    private Conflicts(long[] weights, BitSet[] rivals, int[][] cliques) {
        this.weights = weights;
        this.rivals = rivals;
        this.cliques = cliques;
    }

    int size() {
        return weights.length;
    }

    /**
     * What remains when a best choice is sought: bids worth nothing leave; a bid leaves if a rival of it is worth no less
     * and excludes nothing else than it does; a bid that outweighs all its rivals together is taken.
     *
     * @param taken receives the bids that are taken
     * @return the bids still to be decided on
     */
    BitSet reduce(BitSet taken) {
        BitSet left = new BitSet(size());
        for (int bid = 0; bid < size(); bid++) {
            left.set(bid, weights[bid] > 0);
        }
        long[][] near = new long[size()][];
        for (int bid = 0; bid < size(); bid++) {
            near[bid] = Arrays.copyOf(rivals[bid].toLongArray(), (size() + 63) >> 6);
        }
        long[] bits = Arrays.copyOf(left.toLongArray(), (size() + 63) >> 6);
        BitSet look = (BitSet) left.clone();
        while (!look.isEmpty()) {
            int bid = look.nextSetBit(0);
            look.clear(bid);
            if ((bits[bid >> 6] & 1L << bid) == 0) {
                continue;
            }
            long together = 0;
            for (int w = 0; w < bits.length; w++) {
                for (long rest = near[bid][w] & bits[w]; rest != 0; rest &= rest - 1) {
                    together = Packing.saturatingAdd(together, weights[(w << 6) + Long.numberOfTrailingZeros(rest)]);
                }
            }
            if (weights[bid] >= together) {
                taken.set(bid);
                bits[bid >> 6] &= ~(1L << bid);
                for (int w = 0; w < bits.length; w++) {
                    long gone = near[bid][w] & bits[w];
                    bits[w] &= ~gone;
                    for (; gone != 0; gone &= gone - 1) {
                        look.or(rivals[(w << 6) + Long.numberOfTrailingZeros(gone)]);
                    }
                }
                continue;
            }
            for (int w = 0; w < bits.length; w++) {
                for (long rest = near[bid][w] & bits[w]; rest != 0; rest &= rest - 1) {
                    int rival = (w << 6) + Long.numberOfTrailingZeros(rest);
                    boolean isWorthMore =
                            weights[bid] < weights[rival] || weights[bid] == weights[rival] && bid > rival;
                    if (!isWorthMore && excludesAll(near[rival], rival, near[bid], bits)) {
                        bits[w] &= ~(1L << rival);
                        look.or(rivals[rival]);
                    }
                }
            }
        }
        left.clear();
        left.or(BitSet.valueOf(bits));
        return left;
    }

    /** Whether a bid excludes, besides itself, all those of some others that are left. */
    private static boolean excludesAll(long[] excluded, int itself, long[] others, long[] left) {
        for (int w = 0; w < left.length; w++) {
            long rest = others[w] & left[w] & ~excluded[w];
            if (w == itself >> 6) {
                rest &= ~(1L << itself);
            }
            if (rest != 0) {
                return false;
            }
        }
        return true;
    }

    /** The parts of a set of bids that exclude nothing of each other, ascending by their lowest bid. */
    List<BitSet> components(BitSet bids) {
        List<BitSet> components = new ArrayList<>();
        BitSet left = (BitSet) bids.clone();
        while (!left.isEmpty()) {
            BitSet component = new BitSet(size());
            BitSet open = new BitSet(size());
            open.set(left.nextSetBit(0));
            while (!open.isEmpty()) {
                int bid = open.nextSetBit(0);
                component.set(bid);
                open.or(rivals[bid]);
                open.and(left);
                open.andNot(component);
            }
            left.andNot(component);
            components.add(component);
        }
        return components;
    }

    /** The same conflicts among some bids only, which are numbered anew in their order. */
    Conflicts among(int[] bids) {
        return among(bids, cliques);
    }

    /** As {@link #among(int[])}, with other cliques of this graph that hold every conflict. */
    Conflicts among(int[] bids, int[][] known) {
        int[] numbers = new int[size()];
        Arrays.fill(numbers, -1);
        long[] theirs = new long[bids.length];
        for (int i = 0; i < bids.length; i++) {
            numbers[bids[i]] = i;
            theirs[i] = weights[bids[i]];
        }
        BitSet[] near = new BitSet[bids.length];
        for (int i = 0; i < bids.length; i++) {
            near[i] = new BitSet(bids.length);
            BitSet all = rivals[bids[i]];
            for (int bid = all.nextSetBit(0); bid >= 0; bid = all.nextSetBit(bid + 1)) {
                if (numbers[bid] >= 0) {
                    near[i].set(numbers[bid]);
                }
            }
        }
        List<int[]> rows = new ArrayList<>();
        int[] row = new int[bids.length];
        for (int[] clique : known) {
            int count = 0;
            for (int bid : clique) {
                if (numbers[bid] >= 0) {
                    row[count++] = numbers[bid];
                }
            }
            if (count > 1) {
                rows.add(Arrays.copyOf(row, count));
            }
        }
        return new Conflicts(theirs, near, rows.toArray(int[][]::new));
    }

    /** The cliques, each grown until no bid excludes all of it, and none that lies in another. */
    int[][] maximalCliques() {
        List<BitSet> grown = new ArrayList<>();
        int[][] bySize = cliques.clone();
        Arrays.sort(bySize, (a, b) -> b.length - a.length);
        for (int[] clique : bySize) {
            BitSet members = new BitSet(size());
            for (int bid : clique) {
                members.set(bid);
            }
            if (grown.stream().noneMatch(other -> isSubset(members, other))) {
                grow(members);
                grown.add(members);
            }
        }
        return grown.stream().map(members -> members.stream().toArray()).toArray(int[][]::new);
    }

    /** Adds bids that exclude every member, heaviest first is not worth its cost: in their order. */
    void grow(BitSet clique) {
        BitSet common = new BitSet(size());
        common.set(0, size());
        for (int bid = clique.nextSetBit(0); bid >= 0; bid = clique.nextSetBit(bid + 1)) {
            common.and(rivals[bid]);
        }
        for (int bid = common.nextSetBit(0); bid >= 0; bid = common.nextSetBit(bid + 1)) {
            clique.set(bid);
            common.and(rivals[bid]);
        }
    }

    private static boolean isSubset(BitSet a, BitSet of) {
        BitSet rest = (BitSet) a.clone();
        rest.andNot(of);
        return rest.isEmpty();
    }
}
