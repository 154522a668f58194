package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.WireWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All accounts, by index and by owner, with their Merkle tree of depth 32. An account costs its leaf, about 64 bytes
 * of tree nodes and 12 bytes of index (docs/clearing.md): a million accounts fit into a gigabyte with room. Not safe
 * for several threads.
 */
public final class AccountTree {
    /** Levels between a leaf and the root. */
    public static final int DEPTH = 32;

    private static final int PAGE_BITS = 12;
    private static final int PAGE = 1 << PAGE_BITS;

    private final HashTree tree = new HashTree(DEPTH);
    private byte[][][] pages = new byte[0][][];
    private int size;
    private int count;

    /** Open addressing by owner and account; 0 is a free slot, as index 0 is never an account. */
    private int[] slots = new int[64];

    AccountTree() {}

    /** The accounts root; zero without accounts. */
    public Bytes32 root() {
        return tree.root();
    }

    /** Accounts that exist. */
    public long count() {
        return count;
    }

    /** One above the highest index in use. */
    int size() {
        return size;
    }

    /** The account with this index, or null. */
    public @Nullable Account account(int index) {
        byte[] leaf = leaf(index);
        return leaf == null ? null : Account.ofOwn(leaf);
    }

    byte @Nullable [] leaf(int index) {
        int page = index >>> PAGE_BITS;
        return index < 0 || page >= pages.length ? null : pages[page][index & PAGE - 1];
    }

    /** The index of an owner's account, or 0 if there is none. */
    public int index(Address owner, long account) {
        int mask = slots.length - 1;
        for (int slot = spread(owner, account) & mask; slots[slot] != 0; slot = slot + 1 & mask) {
            if (isOf(slots[slot], owner, account)) {
                return slots[slot];
            }
        }
        return 0;
    }

    /** The siblings that are not zero on the way from an account to the root: {@code u32 bitmap | siblings}. */
    public byte[] proof(int index) {
        WireWriter out = new WireWriter();
        int bitmap = tree.bitmap(index);
        out.u32(Integer.toUnsignedLong(bitmap));
        tree.writeSiblings(index, bitmap, out);
        return out.toBytes();
    }

    HashTree tree() {
        return tree;
    }

    /** Replaces or adds a leaf, and leaves the path above it stale until {@link HashTree#rehash}. */
    void put(int index, byte[] leaf) {
        if (leaf(index) == null) {
            add(index, leaf);
        }
        pages[index >>> PAGE_BITS][index & PAGE - 1] = leaf;
        tree.setLeafOnly(index, Keccak256.hash(leaf));
    }

    private void add(int index, byte[] leaf) {
        int page = index >>> PAGE_BITS;
        if (page >= pages.length) {
            int before = pages.length;
            pages = Arrays.copyOf(pages, Math.max(page + 1, before + (before >> 1)));
            for (int i = before; i < pages.length; i++) {
                pages[i] = new byte[PAGE][];
            }
        }
        count++;
        size = Math.max(size, index + 1);
        if (2 * count > slots.length) {
            int[] old = slots;
            slots = new int[2 * old.length];
            for (int taken : old) {
                if (taken != 0) {
                    byte[] other = pages[taken >>> PAGE_BITS][taken & PAGE - 1];
                    take(taken, Address.of(other, Account.OWNER), BigEndian.u32(other, Account.ACCOUNT));
                }
            }
        }
        take(index, Address.of(leaf, Account.OWNER), BigEndian.u32(leaf, Account.ACCOUNT));
    }

    private void take(int index, Address owner, long account) {
        int mask = slots.length - 1;
        int slot = spread(owner, account) & mask;
        while (slots[slot] != 0) {
            slot = slot + 1 & mask;
        }
        slots[slot] = index;
    }

    private boolean isOf(int index, Address owner, long account) {
        byte[] leaf = pages[index >>> PAGE_BITS][index & PAGE - 1];
        return BigEndian.u32(leaf, Account.ACCOUNT) == (int) account
                && Address.of(leaf, Account.OWNER).equals(owner);
    }

    private static int spread(Address owner, long account) {
        int hash = 31 * owner.hashCode() + (int) account;
        hash = (hash ^ hash >>> 16) * 0x85eb_ca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2_ae35;
        return hash ^ hash >>> 16;
    }
}
