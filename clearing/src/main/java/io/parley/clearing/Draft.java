package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A working copy of one account. A step changes drafts only; when all its checks have passed they become leaves, and
 * otherwise they are forgotten. Drafts are used again from step to step and hold no objects per position.
 */
final class Draft implements Holdings {
    /** What a step can add to a full account before the limits are looked at: 64 legs, and 15 partial fills. */
    private static final int POSITION_ROOM = Account.MAX_POSITIONS + 64;

    private static final int PARTIAL_ROOM = Account.MAX_PARTIALS + 15;

    private static final int QUANTITY = 8;
    private static final int NONCE = 32;
    private static final int VALID_UNTIL = 40;
    private static final int LAST_FILL = 48;
    private static final int PARTS_DONE = 56;

    private int index;
    private byte @Nullable [] before;
    private final byte[] head = new byte[Account.CASH];
    private long cash;
    private final long[] lanes = new long[2 * NonceLanes.LANES];
    private long lastAuction;
    private long liquidationStart;
    private long liveUntil;
    private int positions;
    private final byte[] positionBytes = new byte[POSITION_ROOM * Account.POSITION];
    private int partials;
    private final byte[] partialBytes = new byte[PARTIAL_ROOM * Account.PARTIAL];

    /** Starts from a leaf, or from nothing. */
    void load(int at, byte @Nullable [] leaf) {
        index = at;
        before = leaf;
        if (leaf == null) {
            Arrays.fill(head, (byte) 0);
            cash = 0;
            Arrays.fill(lanes, 0);
            lastAuction = 0;
            liquidationStart = 0;
            liveUntil = 0;
            positions = 0;
            partials = 0;
            return;
        }
        System.arraycopy(leaf, 0, head, 0, head.length);
        cash = BigEndian.u64(leaf, Account.CASH);
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = BigEndian.u64(leaf, Account.LANES + 8 * i);
        }
        lastAuction = BigEndian.u64(leaf, Account.LAST_AUCTION);
        liquidationStart = Integer.toUnsignedLong(BigEndian.u32(leaf, Account.LIQUIDATION_START));
        liveUntil = Integer.toUnsignedLong(BigEndian.u32(leaf, Account.LIVE_UNTIL));
        positions = BigEndian.u8(leaf, Account.POSITION_COUNT);
        partials = BigEndian.u8(leaf, Account.PARTIAL_COUNT);
        int positionEnd = Account.FIXED + positions * Account.POSITION;
        System.arraycopy(leaf, Account.FIXED, positionBytes, 0, positionEnd - Account.FIXED);
        System.arraycopy(leaf, positionEnd, partialBytes, 0, partials * Account.PARTIAL);
    }

    /** Gives an empty draft its owner. */
    void create(Address owner, long account) {
        head[0] = Account.VERSION;
        owner.write(head, Account.OWNER);
        BigEndian.u32(head, Account.ACCOUNT, (int) account);
    }

    int index() {
        return index;
    }

    /** The leaf that it started from; null where there was none. */
    byte @Nullable [] before() {
        return before;
    }

    boolean exists() {
        return head[0] != 0;
    }

    boolean isOf(Address owner, long account) {
        return exists()
                && BigEndian.u32(head, Account.ACCOUNT) == (int) account
                && Address.of(head, Account.OWNER).equals(owner);
    }

    byte[] encode() {
        byte[] leaf = new byte[Account.FIXED + positions * Account.POSITION + partials * Account.PARTIAL];
        System.arraycopy(head, 0, leaf, 0, head.length);
        leaf[Account.POSITION_COUNT] = (byte) positions;
        leaf[Account.PARTIAL_COUNT] = (byte) partials;
        BigEndian.u64(leaf, Account.CASH, cash);
        for (int i = 0; i < lanes.length; i++) {
            BigEndian.u64(leaf, Account.LANES + 8 * i, lanes[i]);
        }
        BigEndian.u64(leaf, Account.LAST_AUCTION, lastAuction);
        BigEndian.u32(leaf, Account.LIQUIDATION_START, (int) liquidationStart);
        BigEndian.u32(leaf, Account.LIVE_UNTIL, (int) liveUntil);
        int positionEnd = Account.FIXED + positions * Account.POSITION;
        System.arraycopy(positionBytes, 0, leaf, Account.FIXED, positionEnd - Account.FIXED);
        System.arraycopy(partialBytes, 0, leaf, positionEnd, partials * Account.PARTIAL);
        return leaf;
    }

    long[] lanes() {
        return lanes;
    }

    long lastAuction() {
        return lastAuction;
    }

    void setLastAuction(long auction) {
        lastAuction = auction;
    }

    /** Until when the owner's open intents stand without another heartbeat; 0 if none is asked for. */
    long liveUntil() {
        return liveUntil;
    }

    void setLiveUntil(long until) {
        liveUntil = until;
    }

    /** Whether nothing that was signed before is to be filled any more. */
    boolean isLapsed(long time) {
        return liveUntil != 0 && time > liveUntil;
    }

    @Override
    public int mode() {
        return BigEndian.u8(head, Account.MODE);
    }

    void setMode(int mode) {
        head[Account.MODE] = (byte) mode;
    }

    @Override
    public long cash() {
        return cash;
    }

    void setCash(long amount) {
        cash = amount;
    }

    @Override
    public int positionCount() {
        return positions;
    }

    @Override
    public long assetAt(int position) {
        return BigEndian.u64(positionBytes, position * Account.POSITION);
    }

    @Override
    public long quantityAt(int position) {
        return BigEndian.u64(positionBytes, position * Account.POSITION + QUANTITY);
    }

    /** Units held of an asset other than cash. */
    long quantity(long asset) {
        int position = find(asset);
        return position < 0 ? 0 : quantityAt(position);
    }

    /**
     * Adds to a position, which comes and goes with its quantity.
     *
     * @throws ArithmeticException if the sum leaves int64; nothing is changed then
     */
    void add(long asset, long change) {
        int position = find(asset);
        if (position >= 0) {
            long sum = Math.addExact(quantityAt(position), change);
            if (sum == 0) {
                positions--;
                int at = position * Account.POSITION;
                System.arraycopy(
                        positionBytes,
                        at + Account.POSITION,
                        positionBytes,
                        at,
                        (positions - position) * Account.POSITION);
            } else {
                BigEndian.u64(positionBytes, position * Account.POSITION + QUANTITY, sum);
            }
        } else if (change != 0) {
            int at = ~position * Account.POSITION;
            System.arraycopy(
                    positionBytes, at, positionBytes, at + Account.POSITION, positions * Account.POSITION - at);
            BigEndian.u64(positionBytes, at, asset);
            BigEndian.u64(positionBytes, at + QUANTITY, change);
            BigEndian.u64(positionBytes, at + 16, 0);
            BigEndian.u64(positionBytes, at + 24, 0);
            positions++;
        }
    }

    /** Where the asset's position is, or the complement of where it would be. */
    private int find(long asset) {
        int low = 0;
        int high = positions - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int order = Long.compareUnsigned(assetAt(middle), asset);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return ~low;
    }

    int partialCount() {
        return partials;
    }

    /** Where an intent's partial fill stands, or -1. */
    int partial(Bytes32 intent) {
        for (int i = 0; i < partials; i++) {
            if (Bytes32.of(partialBytes, i * Account.PARTIAL).equals(intent)) {
                return i;
            }
        }
        return -1;
    }

    long partsDone(int partial) {
        return BigEndian.u32(partialBytes, partial * Account.PARTIAL + PARTS_DONE) & 0xffff_ffffL;
    }

    void openPartial(Bytes32 intent, long nonce, long validUntil, long time, long parts) {
        int at = partials * Account.PARTIAL;
        intent.write(partialBytes, at);
        BigEndian.u64(partialBytes, at + NONCE, nonce);
        BigEndian.u64(partialBytes, at + VALID_UNTIL, validUntil);
        BigEndian.u64(partialBytes, at + LAST_FILL, time);
        BigEndian.u32(partialBytes, at + PARTS_DONE, (int) parts);
        partials++;
    }

    void fillPartial(int partial, long time, long partsDone) {
        BigEndian.u64(partialBytes, partial * Account.PARTIAL + LAST_FILL, time);
        BigEndian.u32(partialBytes, partial * Account.PARTIAL + PARTS_DONE, (int) partsDone);
    }

    void removePartial(int partial) {
        partials--;
        int at = partial * Account.PARTIAL;
        System.arraycopy(partialBytes, at + Account.PARTIAL, partialBytes, at, (partials - partial) * Account.PARTIAL);
    }

    void removeAllPartials() {
        partials = 0;
    }

    /** Closes what can no longer be filled. */
    void dropExpiredPartials(long time) {
        for (int i = partials - 1; i >= 0; i--) {
            if (BigEndian.u64(partialBytes, i * Account.PARTIAL + VALID_UNTIL) < time) {
                removePartial(i);
            }
        }
    }

    /** Closes every partial fill bound to this nonce, and says whether there was one. */
    boolean removePartialsOfNonce(long nonce) {
        int open = partials;
        for (int i = partials - 1; i >= 0; i--) {
            if (partialNonce(i) == nonce) {
                removePartial(i);
            }
        }
        return partials < open;
    }

    /** Closes every partial fill of the nonce's lane with a number below it. */
    void removePartialsBelow(long nonce) {
        for (int i = partials - 1; i >= 0; i--) {
            long other = partialNonce(i);
            if (NonceLanes.lane(other) == NonceLanes.lane(nonce)
                    && NonceLanes.number(other) < NonceLanes.number(nonce)) {
                removePartial(i);
            }
        }
    }

    private long partialNonce(int partial) {
        return BigEndian.u64(partialBytes, partial * Account.PARTIAL + NONCE);
    }
}
