package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Merkle;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is published of a batch: {@code u32 steps | steps × (u32 offset | b32 root after) | records}, back to back. The roots stand
 * here so that whoever disputes a step has the state that it began from and the one that is claimed.
 *
 * @param records the steps' commands
 * @param roots the state root after each
 */
public record BatchData(List<byte[]> records, List<Bytes32> roots) {

    private static final int ENTRY = 36;

    /** The same number of both, 1 to 65535. */
    public BatchData {
        if (records.size() != roots.size() || records.isEmpty() || records.size() >= 1 << BatchAssembler.STEPS_DEPTH) {
            throw new IllegalArgumentException("A batch has 1 to 65535 steps and a root for each, not %d and %d."
                    .formatted(records.size(), roots.size()));
        }
        records = List.copyOf(records);
        roots = List.copyOf(roots);
    }

    /** Bytes before the first record. */
    static int tableSize(int steps) {
        return 4 + ENTRY * steps;
    }

    /** {@return the bytes that are posted} */
    public byte[] encode() {
        int offset = tableSize(records.size());
        WireWriter out =
                new WireWriter(offset + records.stream().mapToInt(r -> r.length).sum()).u32(records.size());
        for (int i = 0; i < records.size(); i++) {
            out.u32(offset).b32(roots.get(i));
            offset += records.get(i).length;
        }
        records.forEach(out::raw);
        return out.toBytes();
    }

    /**
     * {@return the data of the bytes}
     *
     * @throws Undecodable if the table does not lead from each record to the next
     */
    public static BatchData decode(byte[] data) {
        WireReader in = new WireReader(data);
        int count = in.u31("steps");
        if (count < 1 || count >= 1 << BatchAssembler.STEPS_DEPTH) {
            throw new Undecodable(0, "a batch has 1 to 65535 steps, not %d".formatted(count));
        }
        int[] offsets = new int[count + 1];
        List<Bytes32> roots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            offsets[i] = in.u31("offset");
            roots.add(in.b32("root"));
        }
        offsets[count] = data.length;
        List<byte[]> records = new ArrayList<>(count);
        if (offsets[0] != in.position()) {
            throw new Undecodable(4, "the first record is at %d, not at %d".formatted(in.position(), offsets[0]));
        }
        for (int i = 0; i < count; i++) {
            if (offsets[i] > offsets[i + 1] || offsets[i + 1] > data.length) {
                throw new Undecodable(
                        offsets[i],
                        "record %d goes from %d to %d of %d bytes"
                                .formatted(i, offsets[i], offsets[i + 1], data.length));
            }
            records.add(Arrays.copyOfRange(data, offsets[i], offsets[i + 1]));
        }
        return new BatchData(records, roots);
    }

    /** The root over the steps: leaf i = H(u32 i ‖ H(record) ‖ root after). */
    public Bytes32 stepsRoot() {
        List<Bytes32> leaves = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            leaves.add(Keccak256.hash(new WireWriter(68)
                    .u32(i)
                    .b32(Keccak256.hash(records.get(i)))
                    .b32(roots.get(i))
                    .toBytes()));
        }
        return Merkle.root(leaves, BatchAssembler.STEPS_DEPTH);
    }

    /** Whether an intent of one of the trades asks for proof. */
    public boolean verifiedOnly() {
        return records.stream()
                .anyMatch(record -> Command.decode(record) instanceof TradeCommand trade
                        && trade.intents().stream()
                                .anyMatch(signed -> signed.intent().verifiedOnly()));
    }
}
