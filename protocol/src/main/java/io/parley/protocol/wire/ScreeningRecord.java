package io.parley.protocol.wire;

import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.SignedBid;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;

/** A record of {@link Topic#SCREENED_BIDS}. */
public sealed interface ScreeningRecord {

    /** {@return the auction it is about} */
    long auction();

    /** {@return the record's bytes} */
    byte[] encode();

    /**
     * The verdict on a commitment.
     *
     * @param auction the auction
     * @param bid the digest that was committed to
     * @param solver the address whose account it is
     * @param account the number of the solver's account, 0 to 2^32 - 1
     * @param cap the margin asked for, in cash units of 1e-8
     * @param code 0 if the cap is held, else the code of a {@link io.parley.protocol.Reason}
     * @param detail the values compared, readable
     * @param commandsOffset the state it was decided on: after this offset of {@code commands}
     * @param commitmentsOffset where the commitment stands
     */
    record Hold(
            long auction,
            Bytes32 bid,
            Address solver,
            long account,
            long cap,
            int code,
            String detail,
            long commandsOffset,
            long commitmentsOffset)
            implements ScreeningRecord {
        static final int KIND = 1;

        /** Shortens the detail to what the wire can carry. */
        public Hold {
            detail = Detail.fit(detail);
        }

        /** {@return whether the cap is held} */
        public boolean isHeld() {
            return code == 0;
        }

        @Override
        public byte[] encode() {
            return new WireWriter(128)
                    .version()
                    .u8(KIND)
                    .u63(auction)
                    .b32(bid)
                    .address(solver)
                    .u32(account)
                    .u63(cap)
                    .u16(code)
                    .str(detail)
                    .u63(commandsOffset)
                    .u63(commitmentsOffset)
                    .toBytes();
        }
    }

    /**
     * The verdict on a revealed bid.
     *
     * @param auction the auction
     * @param bid the bid's digest
     * @param solver the address whose account it is
     * @param account the number of the solver's account, 0 to 2^32 - 1
     * @param code 0 if it may win, else the code of a {@link io.parley.protocol.Reason}
     * @param detail the values compared, readable
     * @param score its score, in cash units of 1e-8
     * @param marginBefore net initial margin (value less requirement) of the solver's account, in cash units of 1e-8
     * @param marginAfter the same after the bid
     * @param commandsOffset the state it was decided on: after this offset of {@code commands}
     * @param bidsOffset where the bid stands
     * @param signedBid the bid
     */
    record Verdict(
            long auction,
            Bytes32 bid,
            Address solver,
            long account,
            int code,
            String detail,
            long score,
            long marginBefore,
            long marginAfter,
            long commandsOffset,
            long bidsOffset,
            SignedBid signedBid)
            implements ScreeningRecord {
        static final int KIND = 2;

        /** Shortens the detail to what the wire can carry. */
        public Verdict {
            detail = Detail.fit(detail);
        }

        /** {@return whether it may win} */
        public boolean isAdmitted() {
            return code == 0;
        }

        @Override
        public byte[] encode() {
            byte[] record = signedBid.encode();
            return new WireWriter(160 + record.length)
                    .version()
                    .u8(KIND)
                    .u63(auction)
                    .b32(bid)
                    .address(solver)
                    .u32(account)
                    .u16(code)
                    .str(detail)
                    .i64(score)
                    .i64(marginBefore)
                    .i64(marginAfter)
                    .u63(commandsOffset)
                    .u63(bidsOffset)
                    .u32(record.length)
                    .raw(record)
                    .toBytes();
        }
    }

    /**
     * All bids revealed in time have their verdict.
     *
     * @param auction the auction
     * @param verdicts how many verdicts were written for it, 0 to 2^31 - 1
     */
    record ScreeningClosed(long auction, int verdicts) implements ScreeningRecord {
        static final int KIND = 3;

        @Override
        public byte[] encode() {
            return new WireWriter(14)
                    .version()
                    .u8(KIND)
                    .u63(auction)
                    .u32(verdicts)
                    .toBytes();
        }
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    static ScreeningRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("screening record");
            int kind = in.u8("kind");
            return switch (kind) {
                case Hold.KIND ->
                    new Hold(
                            in.u63("auction"),
                            in.b32("bid"),
                            in.address("solver"),
                            in.u32("account"),
                            in.u63("cap"),
                            in.u16("code"),
                            in.str("detail"),
                            in.u63("commandsOffset"),
                            in.u63("commitmentsOffset"));
                case Verdict.KIND -> readVerdict(in);
                case ScreeningClosed.KIND -> new ScreeningClosed(in.u63("auction"), in.u31("verdicts"));
                default -> throw new Undecodable(1, "screening record kind %d is not known".formatted(kind));
            };
        });
    }

    private static Verdict readVerdict(WireReader in) {
        long auction = in.u63("auction");
        Bytes32 bid = in.b32("bid");
        Address solver = in.address("solver");
        long account = in.u32("account");
        int code = in.u16("code");
        String detail = in.str("detail");
        long score = in.i64("score");
        long marginBefore = in.i64("marginBefore");
        long marginAfter = in.i64("marginAfter");
        long commandsOffset = in.u63("commandsOffset");
        long bidsOffset = in.u63("bidsOffset");
        Blob record = in.blob("bidRecord");
        return new Verdict(
                auction,
                bid,
                solver,
                account,
                code,
                detail,
                score,
                marginBefore,
                marginAfter,
                commandsOffset,
                bidsOffset,
                WireReader.whole(record, SignedBid::readFrom));
    }
}
