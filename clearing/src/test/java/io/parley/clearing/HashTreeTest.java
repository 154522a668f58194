package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HashTreeTest {
    /** The root by definition: from the leaves up, every node by hand. */
    private static Bytes32 naiveRoot(int depth, Map<Long, Bytes32> leaves) {
        Map<Long, Bytes32> level = new TreeMap<>(leaves);
        for (int i = 0; i < depth; i++) {
            Map<Long, Bytes32> above = new TreeMap<>();
            for (long position : level.keySet()) {
                long left = position & ~1L;
                above.put(
                        position >>> 1,
                        Keccak256.node(
                                level.getOrDefault(left, Bytes32.ZERO), level.getOrDefault(left + 1, Bytes32.ZERO)));
            }
            level = above;
        }
        return level.getOrDefault(0L, Bytes32.ZERO);
    }

    private static Bytes32 leaf(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Bytes32.of(bytes);
    }

    @Test
    void emptyTree_hasRootZero_andSoHasOneThatWasEmptied() {
        HashTree tree = new HashTree(32);
        assertThat(tree.root()).isEqualTo(Bytes32.ZERO);
        tree.set(5, leaf(new Random(1)));
        assertThat(tree.root()).isNotEqualTo(Bytes32.ZERO);
        tree.set(5, Bytes32.ZERO);
        assertThat(tree.root()).isEqualTo(Bytes32.ZERO);
        assertThat(tree.bitmap(4)).isZero();
    }

    @Test
    void randomLeaves_haveTheRootByDefinition_andProofsThatLeadToIt() {
        long seed = Seeds.next("HashTreeTest");
        Random random = new Random(seed);
        for (int depth : new int[] {16, 32}) {
            HashTree tree = new HashTree(depth);
            Map<Long, Bytes32> leaves = new TreeMap<>();
            for (int i = 0; i < 300; i++) {
                long position = random.nextInt(random.nextBoolean() ? 20 : 20_000);
                Bytes32 leaf = random.nextInt(8) == 0 ? Bytes32.ZERO : leaf(random);
                tree.set(position, leaf);
                leaves.put(position, leaf);
                if (i % 10 == 0) {
                    assertThat(tree.root()).as("seed %d", seed).isEqualTo(naiveRoot(depth, leaves));
                }
                assertThat(prove(tree, depth, position, leaf))
                        .as("seed %d", seed)
                        .isEqualTo(tree.root());
            }
            long absent = 30_001;
            assertThat(prove(tree, depth, absent, Bytes32.ZERO)).isEqualTo(tree.root());

            HashTree again = new HashTree(depth);
            leaves.forEach(again::setLeafOnly);
            again.rehashAll(20_000);
            assertThat(again.root()).isEqualTo(tree.root());
        }
    }

    private static Bytes32 prove(HashTree tree, int depth, long position, Bytes32 leaf) {
        int bitmap = tree.bitmap(position);
        WireWriter out = new WireWriter();
        tree.writeSiblings(position, bitmap, out);
        WireReader in = new WireReader(out.toBytes());
        Bytes32[] siblings = new Bytes32[Integer.bitCount(bitmap)];
        for (int i = 0; i < siblings.length; i++) {
            siblings[i] = in.b32("sibling");
        }
        in.end();
        return HashTree.fold(depth, position, leaf, bitmap, siblings);
    }

    @Test
    void pathsThatMeet_areMadeOnce_withTheSameRoot() {
        long seed = Seeds.next("HashTreeTest.paths");
        Random random = new Random(seed);
        HashTree whole = new HashTree(32);
        HashTree joined = new HashTree(32);
        for (int round = 0; round < 100; round++) {
            TreeMap<Integer, Bytes32> step = new TreeMap<>();
            int accounts = 1 + random.nextInt(16);
            while (step.size() < accounts) {
                step.put(1 + random.nextInt(5_000), leaf(random));
            }
            Integer last = null;
            for (var leaf : step.entrySet()) {
                if (last != null) {
                    joined.rehash(last, 1, 31 - Integer.numberOfLeadingZeros(last ^ leaf.getKey()));
                }
                assertThat(joined.bitmap(leaf.getKey())).isEqualTo(whole.bitmap(leaf.getKey()));
                for (int level = 0; level < 32; level++) {
                    long sibling = leaf.getKey() >>> level ^ 1;
                    assertThat(joined.node(level, sibling))
                            .as("seed %d, level %d", seed, level)
                            .isEqualTo(whole.node(level, sibling));
                }
                whole.set(leaf.getKey(), leaf.getValue());
                joined.setLeafOnly(leaf.getKey(), leaf.getValue());
                last = leaf.getKey();
            }
            joined.rehash(last, 1, 32);
            assertThat(joined.root()).isEqualTo(whole.root());
        }
    }

    @Test
    void leavesProvenTogether_leadToBothRoots_andGiveNoSiblingThatOneOfThemMakes() {
        long seed = Seeds.next("HashTreeTest.together");
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            HashTree tree = new HashTree(32);
            int bound = 1 << 2 + random.nextInt(28);
            for (int i = random.nextInt(40); i > 0; i--) {
                tree.set(random.nextInt(bound), leaf(random));
            }
            int[] positions = random.ints(0, bound)
                    .distinct()
                    .limit(random.nextInt(4) + 1)
                    .sorted()
                    .toArray();
            var leaves = new HashTree.Change[positions.length];
            for (int i = 0; i < positions.length; i++) {
                Bytes32 before = random.nextInt(5) == 0 ? Bytes32.ZERO : leaf(random);
                leaves[i] = new HashTree.Change(before, leaf(random));
                tree.set(positions[i], before);
            }
            int[] bitmaps = new int[positions.length];
            Bytes32[][] siblings = new Bytes32[positions.length][];
            for (int i = 0; i < positions.length; i++) {
                int own = i + 1 < positions.length ? (1 << HashTree.joinLevel(positions[i], positions[i + 1])) - 1 : -1;
                for (int earlier = 0; earlier < i; earlier++) {
                    own &= ~(1 << HashTree.joinLevel(positions[i], positions[earlier]));
                }
                bitmaps[i] = tree.bitmap(positions[i]) & own;
                siblings[i] = siblings(tree, positions[i], bitmaps[i]);
            }
            Bytes32 before = tree.root();
            for (int i = 0; i < positions.length; i++) {
                tree.set(positions[i], leaves[i].after());
            }

            assertThat(HashTree.fold(32, positions, leaves, bitmaps, siblings))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(new HashTree.Change(before, tree.root()));
            if (positions.length > 1) {
                int join = HashTree.joinLevel(positions[0], positions[1]);
                int which = random.nextInt(2);
                bitmaps[which] |= 1 << join;
                siblings[which] = Arrays.copyOf(siblings[which], siblings[which].length + 1);
                assertThatThrownBy(() -> HashTree.fold(32, positions, leaves, bitmaps, siblings))
                        .hasMessageContaining("a sibling that another of the leaves makes");
            }
        }
    }

    private static Bytes32[] siblings(HashTree tree, int position, int bitmap) {
        WireWriter out = new WireWriter();
        tree.writeSiblings(position, bitmap, out);
        WireReader in = new WireReader(out.toBytes());
        Bytes32[] siblings = new Bytes32[Integer.bitCount(bitmap)];
        for (int i = 0; i < siblings.length; i++) {
            siblings[i] = in.b32("sibling");
        }
        return siblings;
    }

    @Test
    void memory_isSome64BytesPerLeaf() {
        HashTree tree = new HashTree(32);
        Bytes32 leaf = leaf(new Random(1));
        int leaves = 1 << 16;
        for (int i = 0; i < leaves; i++) {
            tree.setLeafOnly(i, leaf);
        }
        tree.rehashAll(leaves);
        assertThat(tree.bytes() / (double) leaves).isBetween(64.0, 70.0);
    }
}
