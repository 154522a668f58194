package io.parley.clearing;

import io.parley.clearing.Fraud.Kind;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Looks for fraud in a batch as it was posted, in the words of the contract of disputes. It trusts nothing of the operator's but
 * the bytes whose hashes the vault has.
 */
public final class BatchAudit {

    private static final Set<Integer> KINDS = Set.of(1, 2, 3, 4, 5, 16, 17, 32, 48);

    private BatchAudit() {}

    /**
     * The first fraud that is found; empty if the batch is right.
     *
     * @param ledger the state right after the batch before, of the caller's own making; it is advanced over the batch's steps
     * @param header what was posted, decoded
     * @param data the data, of which the vault has checked hash and number of steps
     * @param queueHashAt the vault's running hash of the queue before an entry
     */
    public static Optional<Fraud> find(
            Ledger ledger, BatchHeader header, byte[] data, LongFunction<Bytes32> queueHashAt) {
        int unreadable = unreadable(data);
        if (unreadable >= 0) {
            return Optional.of(new Fraud(
                    Kind.UNDECODABLE, unreadable, Fraud.NONE, "record %d is no command".formatted(unreadable)));
        }
        BatchData batch = BatchData.decode(data);
        if (!batch.stepsRoot().equals(header.stepsRoot())) {
            return Optional.of(new Fraud(Kind.TREE, 0, Fraud.NONE, "the steps' tree is not over the data"));
        }
        Bytes32 last = batch.roots().getLast();
        if (!last.equals(header.root())) {
            return Optional.of(new Fraud(
                    Kind.HEADER,
                    0,
                    Fraud.NONE,
                    "the last root is %s, the header says %s".formatted(last, header.root())));
        }
        for (int i = 0; i < batch.records().size(); i++) {
            Optional<Fraud> fraud =
                    wrongStep(ledger, i, batch.records().get(i), batch.roots().get(i));
            if (fraud.isPresent()) {
                return fraud;
            }
        }
        if (!header.verifiedOnly() && batch.verifiedOnly()) {
            return Optional.of(new Fraud(Kind.HEADER, 0, Fraud.NONE, "the header hides that an intent asks for proof"));
        }
        GlobalRecord global = ledger.global();
        if (global.queueCursor() != header.queueTo()
                || !global.queueHash().equals(queueHashAt.apply(global.queueCursor()))) {
            byte[] state = new WireWriter(32 + GlobalRecord.LENGTH)
                    .b32(ledger.accountTree().root())
                    .raw(global.bytes())
                    .toBytes();
            return Optional.of(new Fraud(
                    Kind.HEADER,
                    0,
                    state,
                    "the queue ends at %d with another hash, the header says %d"
                            .formatted(global.queueCursor(), header.queueTo())));
        }
        return Optional.empty();
    }

    private static Optional<Fraud> wrongStep(Ledger ledger, int step, byte[] record, Bytes32 claimed) {
        StepResult result;
        try {
            result = ledger.apply(Command.decode(record), record);
        } catch (Undecodable e) {
            return Optional.of(new Fraud(Kind.STEP, step, Fraud.NONE, String.valueOf(e.getMessage())));
        }
        return switch (result) {
            case StepResult.Applied applied when applied.root().equals(claimed) -> Optional.empty();
            case StepResult.Applied applied ->
                Optional.of(new Fraud(
                        Kind.STEP,
                        step,
                        applied.witness(),
                        "step %d leads to root %s, the data say %s".formatted(step, applied.root(), claimed)));
            case StepResult.Refused no ->
                Optional.of(new Fraud(
                        Kind.STEP,
                        step,
                        Fraud.NONE,
                        "step %d is none: %d %s, %s".formatted(step, no.reason().code(), no.reason(), no.detail())));
        };
    }

    /** The first record that does not lie where the table says or is no command that may stand there; -1 if there is none. */
    private static int unreadable(byte[] data) {
        WireReader in = new WireReader(data);
        int count = in.u31("steps");
        int[] offsets = new int[count + 1];
        for (int i = 0; i < count; i++) {
            long offset = in.u32("offset");
            offsets[i] = (int) Math.min(offset, Integer.MAX_VALUE);
            in.b32("root");
        }
        offsets[count] = data.length;
        for (int i = 0; i < count; i++) {
            if (i == 0 && offsets[0] != BatchData.tableSize(count)
                    || offsets[i] > offsets[i + 1]
                    || offsets[i + 1] > data.length) {
                return i;
            }
            byte[] record = Arrays.copyOfRange(data, offsets[i], offsets[i + 1]);
            if (record.length < 2
                    || record[0] != 1
                    || !KINDS.contains((int) record[1])
                    || record[1] == PriceCommand.KIND && i != 0) {
                return i;
            }
        }
        return -1;
    }
}
