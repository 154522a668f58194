package io.parley.protocol;

import java.util.ArrayList;
import java.util.List;

/** Roots of trees of {@link Keccak256#node nodes} over leaves in order; absent leaves are zero. */
public final class Merkle {

    private Merkle() {}

    /**
     * {@return the root of a tree}
     *
     * @param leaves the leaves from index 0, at most {@code 2^depth}
     * @param depth the number of levels between leaf and root, 0 to 32
     * @throws IllegalArgumentException if there are too many leaves
     */
    public static Bytes32 root(List<Bytes32> leaves, int depth) {
        if (depth < 0 || depth > 32 || leaves.size() > 1L << depth) {
            throw new IllegalArgumentException(
                    "A tree of depth %d cannot have %d leaves.".formatted(depth, leaves.size()));
        }
        if (leaves.isEmpty()) {
            return Bytes32.ZERO;
        }
        List<Bytes32> level = leaves;
        for (int i = 0; i < depth; i++) {
            List<Bytes32> above = new ArrayList<>((level.size() + 1) / 2);
            for (int left = 0; left < level.size(); left += 2) {
                Bytes32 right = left + 1 < level.size() ? level.get(left + 1) : Bytes32.ZERO;
                above.add(Keccak256.node(level.get(left), right));
            }
            level = above;
        }
        return level.getFirst();
    }

    /**
     * Folds a leaf up to the root along its siblings.
     *
     * @param leaf the leaf's hash
     * @param index the leaf's index, unsigned; bit i chooses its side at level i (0 is left)
     * @param siblings the sibling at each level from the leaf up
     * @return the root
     */
    public static Bytes32 fold(Bytes32 leaf, long index, List<Bytes32> siblings) {
        Bytes32 node = leaf;
        for (int level = 0; level < siblings.size(); level++) {
            Bytes32 sibling = siblings.get(level);
            node = (index >>> level & 1) == 0 ? Keccak256.node(node, sibling) : Keccak256.node(sibling, node);
        }
        return node;
    }
}
