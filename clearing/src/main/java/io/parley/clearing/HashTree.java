package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.WireWriter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * An N-tree of fixed depth whose leaves are replaced one at a time. Nodes live in pages of plain bytes, 32 each, so a
 * tree of n leaves takes little more than 64 n bytes and no object per node. A node and its sibling lie side by side:
 * what is hashed is read where it stands.
 */
final class HashTree {
    private static final int NODE = 32;
    private static final int PAIR = 64;
    private static final int PAGE_BITS = 12;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final byte[] EMPTY = new byte[NODE];
    private static final byte[] EMPTY_PAGE = new byte[0];

    private final int depth;

    /** levels[0] holds the leaves, levels[depth] the root; pages are made when first written to. */
    private final byte[][][] levels;

    HashTree(int depth) {
        this.depth = depth;
        this.levels = new byte[depth + 1][][];
        Arrays.fill(levels, new byte[0][]);
    }

    int depth() {
        return depth;
    }

    Bytes32 root() {
        return node(depth, 0);
    }

    /** Zero for an empty subtree, whether or not it has been written to. */
    Bytes32 node(int level, long position) {
        byte[] page = page(level, position);
        int at = offset(position);
        return page.length <= at ? Bytes32.ZERO : Bytes32.of(page, at);
    }

    void set(long position, Bytes32 leaf) {
        put(0, position, leaf);
        rehash(position, 1, depth);
    }

    /** Replaces a leaf and leaves the path above it stale: call {@link #rehash} before reading any of it. */
    void setLeafOnly(long position, Bytes32 leaf) {
        put(0, position, leaf);
    }

    /** Makes the nodes above a leaf again, from one level to another, both included. */
    void rehash(long position, int fromLevel, int toLevel) {
        for (int level = fromLevel; level <= toLevel; level++) {
            long parent = position >>> level;
            byte[] page = page(level - 1, parent << 1);
            int at = offset(parent << 1);
            boolean empty = page.length <= at || isEmpty(page, at);
            put(level, parent, empty ? Bytes32.ZERO : Keccak256.hash(page, at, PAIR));
        }
    }

    /** Makes every inner node again, after leaves were set by {@link #setLeafOnly} below {@code size}. */
    void rehashAll(long size) {
        long last = size - 1;
        for (int level = 1; level <= depth && size > 0; level++) {
            for (long parent = 0; parent <= last >>> level; parent++) {
                rehash(parent << level, level, level);
            }
        }
    }

    /** The bits of the levels whose sibling on the way from this leaf is not zero. */
    int bitmap(long position) {
        int bitmap = 0;
        for (int level = 0; level < depth; level++) {
            if (!isEmptyNode(level, position >>> level ^ 1)) {
                bitmap |= 1 << level;
            }
        }
        return bitmap;
    }

    /** Writes the siblings that the bitmap names, lowest level first. */
    void writeSiblings(long position, int bitmap, WireWriter out) {
        for (int level = 0; level < depth; level++) {
            if ((bitmap >>> level & 1) != 0) {
                out.b32(node(level, position >>> level ^ 1));
            }
        }
    }

    /** The root that a leaf and its siblings lead to. */
    static Bytes32 fold(int depth, long position, Bytes32 leaf, int bitmap, Bytes32[] siblings) {
        Bytes32 node = leaf;
        int next = 0;
        for (int level = 0; level < depth; level++) {
            Bytes32 sibling = (bitmap >>> level & 1) == 0 ? Bytes32.ZERO : siblings[next++];
            node = (position >>> level & 1) == 0 ? Keccak256.node(node, sibling) : Keccak256.node(sibling, node);
        }
        return node;
    }

    /** What a node was and what it becomes. */
    record Change(Bytes32 before, Bytes32 after) {}

    /** A node that is the left side of a pair whose right side is not made yet. */
    private record Waiting(int level, Change node) {}

    /** The level at which the ways of two leaves are left and right of one pair. */
    static int joinLevel(int position, int other) {
        return 31 - Integer.numberOfLeadingZeros(position ^ other);
    }

    /**
     * The root before and after several leaves change at once. Each climbs to where the way of the next joins its own and
     * waits there; the last climbs to the root.
     *
     * @param positions ascending
     * @param leaves what is at each of them
     * @param bitmaps of each leaf the levels whose sibling is given: none above the join, and none in which another of the
     *     leaves lies
     * @throws IllegalArgumentException if a sibling is given that one of the leaves makes
     */
    static Change fold(int depth, int[] positions, Change[] leaves, int[] bitmaps, Bytes32[][] siblings) {
        Deque<Waiting> waiting = new ArrayDeque<>();
        for (int i = 0; i < positions.length; i++) {
            int levels = i + 1 < positions.length ? joinLevel(positions[i], positions[i + 1]) : depth;
            Change node = leaves[i];
            int given = 0;
            for (int level = 0; level < levels; level++) {
                boolean isGiven = (bitmaps[i] >>> level & 1) != 0;
                if (!waiting.isEmpty() && waiting.peek().level() == level) {
                    require(!isGiven, positions[i]);
                    Change left = waiting.pop().node();
                    node = new Change(
                            Keccak256.node(left.before(), node.before()), Keccak256.node(left.after(), node.after()));
                } else {
                    Bytes32 sibling = isGiven ? siblings[i][given++] : Bytes32.ZERO;
                    node = (positions[i] >>> level & 1) == 0
                            ? new Change(Keccak256.node(node.before(), sibling), Keccak256.node(node.after(), sibling))
                            : new Change(Keccak256.node(sibling, node.before()), Keccak256.node(sibling, node.after()));
                }
            }
            require(given == siblings[i].length, positions[i]);
            waiting.push(new Waiting(levels, node));
        }
        return waiting.pop().node();
    }

    private static void require(boolean holds, int position) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "Leaf %d gives a sibling that another of the leaves makes.".formatted(position));
        }
    }

    /** Bytes that the pages take, for the accounting of memory. */
    long bytes() {
        long bytes = 0;
        for (byte[][] level : levels) {
            for (byte[] page : level) {
                bytes += page.length;
            }
        }
        return bytes;
    }

    private boolean isEmptyNode(int level, long position) {
        byte[] page = page(level, position);
        int at = offset(position);
        return page.length <= at || Arrays.equals(page, at, at + NODE, EMPTY, 0, NODE);
    }

    private static boolean isEmpty(byte[] page, int at) {
        return Arrays.equals(page, at, at + NODE, EMPTY, 0, NODE)
                && Arrays.equals(page, at + NODE, at + PAIR, EMPTY, 0, NODE);
    }

    private void put(int level, long position, Bytes32 hash) {
        byte[] page = page(level, position);
        int at = offset(position);
        if (page.length <= at) {
            page = grow(level, position);
        }
        hash.write(page, at);
    }

    private byte[] page(int level, long position) {
        byte[][] pages = levels[level];
        int page = (int) (position >>> PAGE_BITS);
        return page < pages.length ? pages[page] : EMPTY_PAGE;
    }

    private static int offset(long position) {
        return (int) (position & PAGE - 1) * NODE;
    }

    /** The first page of a level grows with what is in it, so that the upper levels stay small; later ones are whole. */
    private byte[] grow(int level, long position) {
        int index = (int) (position >>> PAGE_BITS);
        byte[][] pages = levels[level];
        if (index >= pages.length) {
            int before = pages.length;
            pages = Arrays.copyOf(pages, Math.max(index + 1, before + (before >> 1)));
            Arrays.fill(pages, before, pages.length, EMPTY_PAGE);
            levels[level] = pages;
        }
        int nodes = index > 0 ? PAGE : Math.max(2, Integer.highestOneBit((int) position) << 1);
        pages[index] = Arrays.copyOf(pages[index], nodes * NODE);
        return pages[index];
    }
}
