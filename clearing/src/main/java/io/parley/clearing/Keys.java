package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys that owners registered, with their Merkle tree of depth 32. */
final class Keys {
    static final int DEPTH = 32;

    /** Whose key it is: the contract assigns one place to each of these. */
    private record Holder(Address owner, long account, Address key) {}

    private final HashTree tree = new HashTree(DEPTH);
    private final Map<Holder, Grant> grants = new HashMap<>();
    private final TreeMap<Integer, Holder> byIndex = new TreeMap<>();

    Bytes32 root() {
        return tree.root();
    }

    @Nullable
    Grant find(Address owner, long account, Address key) {
        return grants.get(new Holder(owner, account, key));
    }

    /** Refuses a place that is another key's, or another place than the key has. */
    void requirePlace(Address owner, long account, Address key, int index) {
        Holder holder = new Holder(owner, account, key);
        Grant grant = grants.get(holder);
        Holder there = byIndex.get(index);
        if (grant != null && grant.index() != index || there != null && !there.equals(holder)) {
            throw new StepRefused(
                    Reason.QUEUE_ORDER, "the key %s of %s cannot have place %d".formatted(key, owner, index));
        }
    }

    void put(Address owner, long account, Address key, Grant grant) {
        Holder holder = new Holder(owner, account, key);
        grants.put(holder, grant);
        byIndex.put(grant.index(), holder);
        tree.set(grant.index(), grant.leaf(owner, account, key));
    }

    /** {@code b32 oldLeaf | u32 bitmap | siblings}. */
    void writePlace(int index, WireWriter out) {
        out.b32(tree.node(0, index));
        writeProof(index, out);
    }

    /** {@code u32 bitmap | siblings}. */
    void writeProof(int index, WireWriter out) {
        int bitmap = tree.bitmap(index);
        out.u32(Integer.toUnsignedLong(bitmap));
        tree.writeSiblings(index, bitmap, out);
    }

    void writeTo(WireWriter out) {
        out.u32(grants.size());
        byIndex.forEach((index, holder) -> {
            Grant grant = grants.get(holder);
            if (grant != null) {
                out.u32(index)
                        .address(holder.owner())
                        .u32(holder.account())
                        .address(holder.key())
                        .u8(grant.scope())
                        .u63(grant.expiry());
            }
        });
    }

    static Keys readFrom(WireReader in) {
        Keys keys = new Keys();
        int count = in.u31("keys");
        for (int i = 0; i < count; i++) {
            int index = in.u31("key index");
            Address owner = in.address("owner");
            long account = in.u32("account");
            Address key = in.address("key");
            keys.put(owner, account, key, new Grant(index, in.u8("scope"), in.u63("expiry")));
        }
        return keys;
    }
}
