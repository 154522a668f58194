package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.SetMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One account as it stands in the state: its leaf (docs/protocol.md, section 5) and a reading of it. Immutable. The
 * bytes are the account: they are what is hashed, proven and sent, and nothing beside them is kept.
 */
public final class Account implements Holdings {
    /** Standard margin, which an account begins with. */
    public static final int MODE_STANDARD = SetMode.STANDARD;

    /** Most positions in one account, cash apart. */
    public static final int MAX_POSITIONS = 64;

    /** Most intents of one account that may be filled in part and open at once. */
    public static final int MAX_PARTIALS = 16;

    static final int VERSION = 1;
    static final int FIXED = 116;
    static final int POSITION = 32;
    static final int PARTIAL = 60;
    static final int OWNER = 1;
    static final int ACCOUNT = 21;
    static final int MODE = 25;
    static final int POSITION_COUNT = 26;
    static final int PARTIAL_COUNT = 27;
    static final int CASH = 28;
    static final int LANES = 36;
    static final int LAST_AUCTION = 100;
    static final int LIQUIDATION_START = 108;
    static final int LIVE_UNTIL = 112;

    private final byte[] leaf;

    private Account(byte[] leaf) {
        this.leaf = leaf;
    }

    /** Takes a leaf that the ledger made; it must not change afterwards. */
    static Account ofOwn(byte[] leaf) {
        return new Account(leaf);
    }

    /** An account with nothing in it. */
    public static Account empty(Address owner, long account) {
        byte[] leaf = new byte[FIXED];
        leaf[0] = VERSION;
        owner.write(leaf, OWNER);
        BigEndian.u32(leaf, ACCOUNT, (int) account);
        return new Account(leaf);
    }

    /**
     * Reads a leaf.
     *
     * @throws IllegalArgumentException if these are not the canonical bytes of an account
     */
    public static Account decode(byte[] leaf) {
        require(leaf.length >= FIXED, "a leaf has at least 116 bytes, not %d", leaf.length);
        require(leaf[0] == VERSION, "its version is 1, not %d", leaf[0]);
        int positions = BigEndian.u8(leaf, POSITION_COUNT);
        int partials = BigEndian.u8(leaf, PARTIAL_COUNT);
        require(positions <= MAX_POSITIONS, "it has at most 64 positions, not %d", positions);
        require(partials <= MAX_PARTIALS, "it has at most 16 partial fills, not %d", partials);
        int length = FIXED + positions * POSITION + partials * PARTIAL;
        require(leaf.length == length, "its counts make %d bytes", length);
        Account account = new Account(leaf.clone());
        long before = 0;
        for (int i = 0; i < positions; i++) {
            long asset = new AssetId(account.assetAt(i)).id();
            require(Long.compareUnsigned(before, asset) < 0, "positions ascend by asset, position %d does not", i);
            require(account.quantityAt(i) != 0, "position %d has a quantity", i);
            before = asset;
        }
        return account;
    }

    private static void require(boolean holds, String rule, int found) {
        if (!holds) {
            throw new IllegalArgumentException("The bytes are not an account's leaf: " + rule.formatted(found) + ".");
        }
    }

    /** The canonical bytes, a copy. */
    public byte[] encode() {
        return leaf.clone();
    }

    byte[] leaf() {
        return leaf;
    }

    /** H of the bytes: what stands in the accounts tree. */
    public Bytes32 hash() {
        return Keccak256.hash(leaf);
    }

    /** Who may sign for this account, and to whom its funds belong. */
    public Address owner() {
        return Address.of(leaf, OWNER);
    }

    /** The owner's number for it, 0 to 2^32 - 1. */
    public long account() {
        return BigEndian.u32(leaf, ACCOUNT) & 0xffff_ffffL;
    }

    /** How it is margined: 0 standard. */
    @Override
    public int mode() {
        return BigEndian.u8(leaf, MODE);
    }

    /** US dollars in units of 1e-8; negative is a debt. */
    @Override
    public long cash() {
        return BigEndian.u64(leaf, CASH);
    }

    /** Which nonces are used. */
    public NonceLanes nonces() {
        long[] words = new long[2 * NonceLanes.LANES];
        for (int i = 0; i < words.length; i++) {
            words[i] = BigEndian.u64(leaf, LANES + 8 * i);
        }
        return NonceLanes.of(words);
    }

    /** The last auction in which this account filled as solver; the next must be higher. */
    public long lastAuction() {
        return BigEndian.u64(leaf, LAST_AUCTION);
    }

    /** Unix seconds since when it is in liquidation; 0 for not, and until liquidation has a meaning. */
    public long liquidationStart() {
        return Integer.toUnsignedLong(BigEndian.u32(leaf, LIQUIDATION_START));
    }

    /** Unix seconds until which its open intents stand without another heartbeat; 0 if the owner asked for none. */
    public long liveUntil() {
        return Integer.toUnsignedLong(BigEndian.u32(leaf, LIVE_UNTIL));
    }

    /** Everything held beside cash, ascending by asset. */
    public List<Position> positions() {
        List<Position> positions = new ArrayList<>(positionCount());
        for (int i = 0; i < positionCount(); i++) {
            int at = positionAt(i);
            positions.add(new Position(
                    new AssetId(assetAt(i)),
                    quantityAt(i),
                    BigEndian.u64(leaf, at + 16),
                    BigEndian.u64(leaf, at + 24)));
        }
        return List.copyOf(positions);
    }

    /** The intents that are filled in part and open, in order of first fill. */
    public List<PartialFill> partials() {
        List<PartialFill> partials = new ArrayList<>(partialCount());
        for (int i = 0; i < partialCount(); i++) {
            int at = FIXED + positionCount() * POSITION + i * PARTIAL;
            partials.add(new PartialFill(
                    Bytes32.of(leaf, at),
                    BigEndian.u64(leaf, at + 32),
                    BigEndian.u64(leaf, at + 40),
                    BigEndian.u64(leaf, at + 48),
                    BigEndian.u32(leaf, at + 56) & 0xffff_ffffL));
        }
        return List.copyOf(partials);
    }

    /** The open partial fill of an intent. */
    public Optional<PartialFill> partial(Bytes32 intent) {
        return partials().stream().filter(open -> open.intent().equals(intent)).findFirst();
    }

    /** Units of 1e-8 held of an asset, the cash included; 0 where there is no position. */
    public long quantity(AssetId asset) {
        if (asset.isCash()) {
            return cash();
        }
        for (int i = 0; i < positionCount(); i++) {
            if (assetAt(i) == asset.id()) {
                return quantityAt(i);
            }
        }
        return 0;
    }

    @Override
    public int positionCount() {
        return BigEndian.u8(leaf, POSITION_COUNT);
    }

    int partialCount() {
        return BigEndian.u8(leaf, PARTIAL_COUNT);
    }

    @Override
    public long assetAt(int position) {
        return BigEndian.u64(leaf, positionAt(position));
    }

    @Override
    public long quantityAt(int position) {
        return BigEndian.u64(leaf, positionAt(position) + 8);
    }

    private static int positionAt(int position) {
        return FIXED + position * POSITION;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Account account && Arrays.equals(leaf, account.leaf);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(leaf);
    }

    @Override
    public String toString() {
        return "%s/%d: %s USD, %s%s"
                .formatted(
                        owner(),
                        account(),
                        Fixed8.format(cash()),
                        positions(),
                        partialCount() == 0 ? "" : ", " + partialCount() + " intents open in part");
    }
}
