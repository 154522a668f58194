package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Reason;
import io.parley.protocol.Withdrawal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step in the making: drafts of the accounts that it touches and a copy of the global record. If a check fails it is
 * forgotten, and nothing has changed. One instance serves step after step.
 */
final class Step {
    static final int MAX_ACCOUNTS = 16;
    private static final byte[] NO_LEAF = {};
    static final int MAX_SIGNATURES = 16;

    private final Draft[] drafts = new Draft[MAX_ACCOUNTS];
    private int touched;

    /** Made once where they are asked for; no bytes until then. */
    private final byte[][] leaves = new byte[MAX_ACCOUNTS][];

    private byte[] global = GlobalRecord.genesis().encode();
    private List<Withdrawal> withdrawals = List.of();
    private boolean noop;

    /** The registered keys that signed, by number of the signature. */
    private final int[] keySignatures = new int[MAX_SIGNATURES];

    private final Grant[] keys = new Grant[MAX_SIGNATURES];
    private int keyCount;

    Step() {
        for (int i = 0; i < drafts.length; i++) {
            drafts[i] = new Draft();
        }
    }

    void begin(GlobalRecord before) {
        touched = 0;
        global = before.encode();
        withdrawals = List.of();
        noop = false;
        keyCount = 0;
        Arrays.fill(leaves, NO_LEAF);
    }

    /** The draft at this index, loaded once per step. */
    Draft draft(int index, byte @Nullable [] leaf) {
        for (int i = 0; i < touched; i++) {
            if (drafts[i].index() == index) {
                return drafts[i];
            }
        }
        Draft draft = drafts[touched];
        draft.load(index, leaf);
        int at = touched++;
        // Ascending by index: the order of checks, of proofs and of the witness.
        while (at > 0 && drafts[at - 1].index() > index) {
            drafts[at] = drafts[at - 1];
            at--;
        }
        drafts[at] = draft;
        return draft;
    }

    int touched() {
        return touched;
    }

    Draft touched(int slot) {
        return drafts[slot];
    }

    /** The leaf that the draft becomes. The step must not change it any more. */
    byte[] leaf(int slot) {
        byte[] leaf = leaves[slot];
        if (leaf.length == 0) {
            leaf = drafts[slot].encode();
            leaves[slot] = leaf;
        }
        return leaf;
    }

    /** The position of an account among those touched, ascending by index. */
    int slot(Draft draft) {
        int slot = 0;
        while (drafts[slot] != draft) {
            slot++;
        }
        return slot;
    }

    boolean noop() {
        return noop;
    }

    /** Only the queue moves: what else the entry would have done is left out. */
    void becomeNoop() {
        noop = true;
    }

    void usedKey(int signature, Grant key) {
        keySignatures[keyCount] = signature;
        keys[keyCount] = key;
        keyCount++;
    }

    int keyCount() {
        return keyCount;
    }

    int keySignature(int key) {
        return keySignatures[key];
    }

    Grant key(int key) {
        return keys[key];
    }

    List<Withdrawal> withdrawals() {
        return withdrawals;
    }

    void withdraw(AssetId asset, Address to, long amount) {
        Withdrawal withdrawal = new Withdrawal(asset, to, amount);
        setHash(GlobalRecord.WITHDRAWAL_HASH, withdrawal.appendTo(hash(GlobalRecord.WITHDRAWAL_HASH)));
        set(GlobalRecord.WITHDRAWALS, get(GlobalRecord.WITHDRAWALS) + 1);
        List<Withdrawal> more = new ArrayList<>(withdrawals);
        more.add(withdrawal);
        withdrawals = List.copyOf(more);
    }

    void advanceQueue(long queueIndex, byte[] record) {
        long cursor = get(GlobalRecord.QUEUE_CURSOR);
        if (queueIndex != cursor) {
            throw new StepRefused(
                    Reason.QUEUE_ORDER, "the queue's next entry is %d, not %d".formatted(cursor, queueIndex));
        }
        set(GlobalRecord.QUEUE_CURSOR, cursor + 1);
        setHash(GlobalRecord.QUEUE_HASH, Keccak256.hash(hash(GlobalRecord.QUEUE_HASH), Keccak256.hash(record)));
    }

    long time() {
        return get(GlobalRecord.TIME);
    }

    long get(int field) {
        return BigEndian.u64(global, field);
    }

    void set(int field, long value) {
        BigEndian.u64(global, field, value);
    }

    Bytes32 hash(int field) {
        return Bytes32.of(global, field);
    }

    void setHash(int field, Bytes32 value) {
        value.write(global, field);
    }

    /** Listings so far, u32. */
    int listingCount() {
        return BigEndian.u32(global, GlobalRecord.LISTING_COUNT);
    }

    void setListingCount(int count) {
        BigEndian.u32(global, GlobalRecord.LISTING_COUNT, count);
    }

    /** The record after the step; the step must not write to it any more. */
    GlobalRecord global() {
        return GlobalRecord.ofOwn(global);
    }
}
