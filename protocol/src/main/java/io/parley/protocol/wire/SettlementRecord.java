package io.parley.protocol.wire;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;

/**
 * The record of {@link Topic#SETTLEMENTS}: what became of a batch on chain.
 *
 * @param sequence the number of the batch
 * @param status how far it is
 * @param txHash the transaction, zero if there is none
 * @param block the block's number, 0 if it is in none
 * @param gasUsed gas
 * @param effectiveGasPrice wei per gas
 * @param fees what the relayer earned with it, in cash units of 1e-8
 * @param code 0, or the code of a {@link io.parley.protocol.Reason}
 * @param detail readable
 * @param at unix milliseconds
 */
public record SettlementRecord(
        long sequence,
        Status status,
        Bytes32 txHash,
        long block,
        long gasUsed,
        long effectiveGasPrice,
        long fees,
        int code,
        String detail,
        long at) {

    /** How far a batch is on chain. */
    public enum Status {
        /** A transaction was sent. */
        SUBMITTED(1),
        /** The contract has re-run the steps. */
        VERIFIED(2),
        /** The state root stands. */
        FINAL(3),
        /** It cannot be settled without help. */
        FAILED(4),
        /** A transaction failed and another will be sent. */
        RETRYING(5),
        /** Its data are published; it becomes final by proof, or by its window if nobody disputes it. */
        POSTED(6),
        /** A route was run with what the batch had paid for it. */
        ROUTED(7);

        private final int code;

        Status(int code) {
            this.code = code;
        }

        /** {@return the byte on the wire} */
        public int code() {
            return code;
        }
    }

    /** Shortens the detail to what the wire can carry. */
    public SettlementRecord {
        detail = Detail.fit(detail);
    }

    /** {@return the record's bytes} */
    public byte[] encode() {
        return new WireWriter(128)
                .version()
                .u63(sequence)
                .u8(status.code())
                .b32(txHash)
                .u63(block)
                .u63(gasUsed)
                .u63(effectiveGasPrice)
                .u63(fees)
                .u16(code)
                .str(detail)
                .u63(at)
                .toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static SettlementRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("settlement record");
            return new SettlementRecord(
                    in.u63("sequence"),
                    readStatus(in),
                    in.b32("txHash"),
                    in.u63("block"),
                    in.u63("gasUsed"),
                    in.u63("effectiveGasPrice"),
                    in.u63("fees"),
                    in.u16("code"),
                    in.str("detail"),
                    in.u63("at"));
        });
    }

    private static Status readStatus(WireReader in) {
        int code = in.u8("status");
        for (Status status : Status.values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new Undecodable(in.position() - 1, "status is %d, not 1 to 7".formatted(code));
    }
}
