package io.parley.clearing;

import io.parley.protocol.BatchHeader;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Keccak256;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.Withdrawal;
import io.parley.protocol.wire.BatchRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the ledger's steps into batches, the same for everyone who folds the same log (docs/protocol.md, section 7): a
 * price after other steps closes a batch and is the first step of the next; a price after nothing but a price takes
 * its place; a step that would be margined with other parameters than those before it begins the next batch. Give it every applied command, in order, once. Single-threaded; part of each {@link Snapshot}.
 */
public final class BatchAssembler {
    /** Most steps of a batch that no price has closed. */
    public static final int MAX_STEPS = 4096;

    /** Most bytes of data of such a batch, unless a single step is longer. */
    public static final int MAX_DATA = 120_000;

    /** Depth of the tree over a batch's steps. */
    public static final int STEPS_DEPTH = 16;

    private static final int STATE = 32 + GlobalRecord.LENGTH;

    /** Accounts root and global record before the first step of the batch in the making. */
    private byte[] parent = {};

    /** The pricing of those of its steps that need one. */
    private byte[] pricing = Pricing.NONE;

    private final List<PendingStep> steps = new ArrayList<>();
    private long sequence = 1;
    private int recordBytes;

    private record PendingStep(
            long offset, boolean price, byte[] record, byte[] witness, Bytes32 root, List<Withdrawal> withdrawals) {}

    /**
     * Where a step went.
     *
     * @param batch the number of its batch, from 1
     * @param step its place in the batch, from 0; a price may give its place up to a later one
     * @param closed the batch before it, if this step closed one
     */
    public record Placed(long batch, int step, Optional<BatchRecord> closed) {}

    /** An assembler at genesis. */
    public BatchAssembler() {}

    /**
     * Takes the next step.
     *
     * @param commandsOffset its offset in the log
     */
    public Placed add(long commandsOffset, Command command, StepResult.Applied applied) {
        return add(commandsOffset, command, command.encode(), applied);
    }

    /**
     * Takes the next step, its bytes being at hand.
     *
     * @param commandsOffset its offset in the log
     * @param record the bytes that the command was decoded from
     */
    public Placed add(long commandsOffset, Command command, byte[] record, StepResult.Applied applied) {
        boolean price = command instanceof PriceCommand;
        byte[] needed =
                Arrays.copyOfRange(applied.witness(), STATE, STATE + Pricing.lengthAt(applied.witness(), STATE));
        @Nullable BatchRecord closed = null;
        if (price && steps.size() == 1 && steps.getFirst().price()) {
            // Superseded: the later price starts from the same parent.
            steps.clear();
            recordBytes = 0;
        } else if (!steps.isEmpty() && (price || isFull(record.length) || isPricedOtherwise(needed))) {
            closed = close(applied.witness());
        }
        if (pricing.length == Pricing.NONE.length) {
            pricing = needed;
        }
        if (parent.length == 0) {
            parent = Arrays.copyOf(applied.witness(), STATE);
        }
        steps.add(new PendingStep(
                commandsOffset,
                price,
                record.clone(),
                Arrays.copyOfRange(applied.witness(), STATE + needed.length, applied.witness().length),
                applied.root(),
                applied.withdrawals()));
        recordBytes += record.length;
        return new Placed(sequence, steps.size() - 1, Optional.ofNullable(closed));
    }

    /** The number of the batch in the making. */
    public long sequence() {
        return sequence;
    }

    /** How many steps it has so far. */
    public int steps() {
        return steps.size();
    }

    /**
     * Closes the batch in the making without a price, as at the end of a replay; empty if it has no step.
     *
     * @param ledger the ledger right after the last step that was added
     */
    public Optional<BatchRecord> close(Ledger ledger) {
        if (steps.isEmpty()) {
            return Optional.empty();
        }
        BatchRecord closed = close(new WireWriter(STATE)
                .b32(ledger.accountTree().root())
                .raw(ledger.global().encode())
                .toBytes());
        return Optional.of(closed);
    }

    private boolean isFull(int more) {
        return steps.size() == MAX_STEPS || BatchData.tableSize(steps.size() + 1) + recordBytes + more > MAX_DATA;
    }

    private boolean isPricedOtherwise(byte[] needed) {
        return needed.length > Pricing.NONE.length
                && pricing.length > Pricing.NONE.length
                && !Arrays.equals(needed, pricing);
    }

    /** Closes the batch. The state after it is the one before the step that closes it. */
    private BatchRecord close(byte[] stateAfter) {
        WireWriter witness = new WireWriter(4096).raw(parent).raw(pricing);
        List<Integer> witnessEnds = new ArrayList<>(steps.size());
        List<Bytes32> commandIds = new ArrayList<>(steps.size());
        List<Withdrawal> withdrawals = new ArrayList<>();
        for (PendingStep step : steps) {
            witness.raw(step.witness());
            witnessEnds.add(witness.size());
            commandIds.add(Keccak256.hash(step.record()));
            withdrawals.addAll(step.withdrawals());
        }
        GlobalRecord before = globalOf(parent);
        GlobalRecord after = globalOf(stateAfter);
        BatchData data = new BatchData(
                steps.stream().map(PendingStep::record).toList(),
                steps.stream().map(PendingStep::root).toList());
        Blob dataBytes = Blob.of(data.encode());
        BatchHeader header = new BatchHeader(
                sequence,
                rootOf(parent),
                steps.getLast().root(),
                data.stepsRoot(),
                dataBytes.hash(),
                steps.size(),
                before.queueCursor(),
                after.queueCursor(),
                data.verifiedOnly());
        BatchRecord batch = new BatchRecord(
                sequence,
                steps.getFirst().offset(),
                steps.getLast().offset(),
                before.feesTotal(),
                after.feesTotal(),
                header,
                dataBytes,
                witness.toBlob(),
                witnessEnds,
                withdrawals,
                commandIds);
        sequence++;
        steps.clear();
        recordBytes = 0;
        parent = new byte[0];
        pricing = Pricing.NONE;
        return batch;
    }

    private static GlobalRecord globalOf(byte[] state) {
        return GlobalRecord.decode(Arrays.copyOfRange(state, 32, STATE));
    }

    private static Bytes32 rootOf(byte[] state) {
        return Keccak256.hash(Bytes32.of(state, 0), globalOf(state).hash());
    }

    void writeTo(WireWriter out) {
        out.u63(sequence).u16(parent.length).raw(parent).blob(Blob.of(pricing)).u32(steps.size());
        for (PendingStep step : steps) {
            out.u63(step.offset())
                    .bool(step.price())
                    .blob(Blob.of(step.record()))
                    .blob(Blob.of(step.witness()))
                    .b32(step.root())
                    .list(step.withdrawals(), Withdrawal::writeTo);
        }
    }

    static BatchAssembler readFrom(WireReader in) {
        BatchAssembler assembler = new BatchAssembler();
        assembler.sequence = in.u63("sequence");
        assembler.parent = in.raw(in.u16("parent length"), "parent").bytes();
        assembler.pricing = in.blob("pricing").bytes();
        int count = in.u31("steps");
        for (int i = 0; i < count; i++) {
            PendingStep step = new PendingStep(
                    in.u63("offset"),
                    in.bool("price"),
                    in.blob("record").bytes(),
                    in.blob("witness").bytes(),
                    in.b32("root"),
                    in.list("withdrawals", Withdrawal::readFrom));
            assembler.steps.add(step);
            assembler.recordBytes += step.record().length;
        }
        return assembler;
    }
}
