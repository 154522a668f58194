package io.parley.protocol.wire;

import io.parley.protocol.SignedBid;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;

/** A record of {@link Topic#BIDS}. */
public sealed interface BidRecord {

    /** {@return the auction it is about} */
    long auction();

    /** {@return the record's bytes} */
    byte[] encode();

    /**
     * A solver reveals the bid it committed to.
     *
     * @param bid the signed bid
     */
    record Revealed(SignedBid bid) implements BidRecord {
        static final int KIND = 1;

        @Override
        public long auction() {
            return bid.bid().auction();
        }

        @Override
        public byte[] encode() {
            WireWriter out = new WireWriter(1024).version().u8(KIND);
            bid.writeTo(out);
            return out.toBytes();
        }
    }

    /**
     * The reveal phase is over: what has a higher offset is late.
     *
     * @param auction the auction, 0 to 2^63 - 1
     */
    record RevealClosed(long auction) implements BidRecord {
        static final int KIND = 2;

        @Override
        public byte[] encode() {
            return new WireWriter(10).version().u8(KIND).u63(auction).toBytes();
        }
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    static BidRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("bid record");
            int kind = in.u8("kind");
            return switch (kind) {
                case Revealed.KIND -> new Revealed(SignedBid.readFrom(in));
                case RevealClosed.KIND -> new RevealClosed(in.u63("auction"));
                default -> throw new Undecodable(1, "bid record kind %d is not known".formatted(kind));
            };
        });
    }
}
