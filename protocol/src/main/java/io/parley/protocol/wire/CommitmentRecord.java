package io.parley.protocol.wire;

import io.parley.protocol.SignedCommitment;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;

/** A record of {@link Topic#COMMITMENTS}. */
public sealed interface CommitmentRecord {

    /** {@return the auction it is about} */
    long auction();

    /** {@return the record's bytes} */
    byte[] encode();

    /**
     * A solver commits to a bid.
     *
     * @param commitment the signed commitment
     */
    record Committed(SignedCommitment commitment) implements CommitmentRecord {
        static final int KIND = 1;

        @Override
        public long auction() {
            return commitment.commitment().auction();
        }

        @Override
        public byte[] encode() {
            WireWriter out = new WireWriter(140).version().u8(KIND);
            commitment.writeTo(out);
            return out.toBytes();
        }
    }

    /**
     * The commit phase is over: what has a higher offset is late.
     *
     * @param auction the auction, 0 to 2^63 - 1
     */
    record CommitClosed(long auction) implements CommitmentRecord {
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
    static CommitmentRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("commitment record");
            int kind = in.u8("kind");
            return switch (kind) {
                case Committed.KIND -> new Committed(SignedCommitment.readFrom(in));
                case CommitClosed.KIND -> new CommitClosed(in.u63("auction"));
                default -> throw new Undecodable(1, "commitment record kind %d is not known".formatted(kind));
            };
        });
    }
}
