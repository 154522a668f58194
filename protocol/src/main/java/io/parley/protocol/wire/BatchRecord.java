package io.parley.protocol.wire;

import io.parley.protocol.BatchHeader;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.Withdrawal;
import java.util.List;

/**
 * The record of {@link Topic#BATCHES}: all that is needed to post and prove one batch.
 *
 * @param sequence the number of the batch, from 1
 * @param firstOffset the first command of it in the topic of commands
 * @param lastOffset the last command of it in the topic of commands
 * @param feesTotalBefore all fees ever collected before it, in cash units of 1e-8
 * @param feesTotalAfter the same after it
 * @param header the header
 * @param data the step records as they are posted
 * @param witness the proofs of all steps
 * @param stepWitnessEnd where each step's proof ends within the witness
 * @param withdrawals what the vault pays once the batch is final
 * @param commandIds {@code H} of each step's command
 */
public record BatchRecord(
        long sequence,
        long firstOffset,
        long lastOffset,
        long feesTotalBefore,
        long feesTotalAfter,
        BatchHeader header,
        Blob data,
        Blob witness,
        List<Integer> stepWitnessEnd,
        List<Withdrawal> withdrawals,
        List<Bytes32> commandIds) {

    /** Copies the lists. */
    public BatchRecord {
        stepWitnessEnd = List.copyOf(stepWitnessEnd);
        withdrawals = List.copyOf(withdrawals);
        commandIds = List.copyOf(commandIds);
    }

    /** {@return the record's bytes} */
    public byte[] encode() {
        byte[] headerBytes = header.encode();
        return new WireWriter(1024 + data.size() + witness.size() + 36 * commandIds.size())
                .version()
                .u63(sequence)
                .u63(firstOffset)
                .u63(lastOffset)
                .u63(feesTotalBefore)
                .u63(feesTotalAfter)
                .u32(headerBytes.length)
                .raw(headerBytes)
                .blob(data)
                .blob(witness)
                .list(stepWitnessEnd, (end, out) -> out.u32(end))
                .list(withdrawals, Withdrawal::writeTo)
                .list(commandIds, (id, out) -> out.b32(id))
                .toBytes();
    }

    /**
     * {@return the record of the bytes}
     *
     * @param record exactly one record
     * @throws Undecodable if it is none
     */
    public static BatchRecord decode(byte[] record) {
        return WireReader.whole(record, in -> {
            in.version("batch record");
            return new BatchRecord(
                    in.u63("sequence"),
                    in.u63("firstOffset"),
                    in.u63("lastOffset"),
                    in.u63("feesTotalBefore"),
                    in.u63("feesTotalAfter"),
                    BatchHeader.decode(in.blob("header").bytes()),
                    in.blob("data"),
                    in.blob("witness"),
                    in.list("stepWitnessEnd", reader -> reader.u31("stepWitnessEnd")),
                    in.list("withdrawals", Withdrawal::readFrom),
                    in.list("commandIds", reader -> reader.b32("commandId")));
        });
    }
}
