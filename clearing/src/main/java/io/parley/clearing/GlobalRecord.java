package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import java.util.Arrays;

/**
 * What a step reads and changes beside accounts: the global record of docs/protocol.md, section 5, as its canonical
 * 421 bytes. Immutable.
 */
public final class GlobalRecord {
    /** Its length in bytes. */
    public static final int LENGTH = 421;

    static final int VERSION = 1;
    static final int TIME = 1;
    static final int PRICE_SEQUENCE = 9;
    static final int PRICE_HASH = 17;
    static final int PARAMS_HASH = 49;
    static final int FEEDER_SET_HASH = 81;
    static final int QUEUE_CURSOR = 113;
    static final int QUEUE_HASH = 121;
    static final int LISTING_COUNT = 153;
    static final int LISTINGS_ROOT = 157;
    static final int KEYS_ROOT = 189;
    static final int FUNDING_ROOT = 221;
    static final int OPEN_INTEREST_ROOT = 253;
    static final int SETTLEMENT_ROOT = 285;
    static final int HALTS = 317;
    static final int INSURANCE = 325;
    static final int FEES = 333;
    static final int FEES_TOTAL = 341;
    static final int WITHDRAWALS = 349;
    static final int WITHDRAWAL_HASH = 357;
    static final int AUCTION_SEED = 389;

    private final byte[] bytes;

    private GlobalRecord(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes bytes that the ledger made; they must not change afterwards. */
    static GlobalRecord ofOwn(byte[] bytes) {
        return new GlobalRecord(bytes);
    }

    /** The record before the first command: all zero but the version. */
    public static GlobalRecord genesis() {
        byte[] bytes = new byte[LENGTH];
        bytes[0] = VERSION;
        return new GlobalRecord(bytes);
    }

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException if it does not have 421 bytes or is of another version
     */
    public static GlobalRecord decode(byte[] bytes) {
        if (bytes.length != LENGTH || bytes[0] != VERSION) {
            throw new IllegalArgumentException(
                    "A global record has 421 bytes and version 1; these are %d bytes of version %d."
                            .formatted(bytes.length, bytes.length == 0 ? -1 : bytes[0]));
        }
        return new GlobalRecord(bytes.clone());
    }

    /** The canonical bytes, a copy. */
    public byte[] encode() {
        return bytes.clone();
    }

    byte[] bytes() {
        return bytes;
    }

    /** H of the bytes. */
    public Bytes32 hash() {
        return Keccak256.hash(bytes);
    }

    /** Unix seconds of the last price; 0 before the first. All validity is compared with it. */
    public long time() {
        return BigEndian.u64(bytes, TIME);
    }

    /** The sequence of the last price; the next must be higher. */
    public long priceSequence() {
        return BigEndian.u64(bytes, PRICE_SEQUENCE);
    }

    /** EIP-712 digest of the last price; zero before the first. */
    public Bytes32 priceHash() {
        return Bytes32.of(bytes, PRICE_HASH);
    }

    /** H of the margin parameters' bytes; zero before the first. */
    public Bytes32 paramsHash() {
        return Bytes32.of(bytes, PARAMS_HASH);
    }

    /** H of the feeder set's bytes; zero before the first. */
    public Bytes32 feederSetHash() {
        return Bytes32.of(bytes, FEEDER_SET_HASH);
    }

    /** How many entries of the contract's queue have been taken. */
    public long queueCursor() {
        return BigEndian.u64(bytes, QUEUE_CURSOR);
    }

    /** The running hash over those entries. */
    public Bytes32 queueHash() {
        return Bytes32.of(bytes, QUEUE_HASH);
    }

    /** Assets listed, u32. */
    public int listingCount() {
        return BigEndian.u32(bytes, LISTING_COUNT);
    }

    /** Root of the listings tree, depth 16. */
    public Bytes32 listingsRoot() {
        return Bytes32.of(bytes, LISTINGS_ROOT);
    }

    /** Root of the tree of registered keys, depth 32. */
    public Bytes32 keysRoot() {
        return Bytes32.of(bytes, KEYS_ROOT);
    }

    /** Zero until funding has a meaning. */
    public Bytes32 fundingRoot() {
        return Bytes32.of(bytes, FUNDING_ROOT);
    }

    /** Zero until open-interest caps have a meaning. */
    public Bytes32 openInterestRoot() {
        return Bytes32.of(bytes, OPEN_INTEREST_ROOT);
    }

    /** Zero until settlement averages have a meaning. */
    public Bytes32 settlementRoot() {
        return Bytes32.of(bytes, SETTLEMENT_ROOT);
    }

    /** Zero until halts have a meaning. */
    public long halts() {
        return BigEndian.u64(bytes, HALTS);
    }

    /** The insurance pot in cash units: what winning solvers paid. */
    public long insurance() {
        return BigEndian.u64(bytes, INSURANCE);
    }

    /** Fees collected and not yet credited, in cash units. */
    public long fees() {
        return BigEndian.u64(bytes, FEES);
    }

    /** All fees ever collected, in cash units. */
    public long feesTotal() {
        return BigEndian.u64(bytes, FEES_TOTAL);
    }

    /** Withdrawals ever made, refunds of invalid deposits included. */
    public long withdrawals() {
        return BigEndian.u64(bytes, WITHDRAWALS);
    }

    /** The running hash over them. */
    public Bytes32 withdrawalHash() {
        return Bytes32.of(bytes, WITHDRAWAL_HASH);
    }

    /** Zero until it has a meaning. */
    public Bytes32 auctionSeed() {
        return Bytes32.of(bytes, AUCTION_SEED);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GlobalRecord record && Arrays.equals(bytes, record.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "time %d, price %d, queue %d, listings %d, insurance %d, fees %d, withdrawals %d"
                .formatted(time(), priceSequence(), queueCursor(), listingCount(), insurance(), fees(), withdrawals());
    }
}
