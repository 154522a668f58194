package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.Signatures;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.Withdrawal;
import io.parley.protocol.wire.BatchRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs a batch again from header, data and witness alone, as the contract's prove does. Nothing is remembered from one
 * batch to the next.
 */
public final class BatchVerifier {
    private final Domain domain;
    private final Recovery recovery;

    /** What was found. */
    public sealed interface Verdict {}

    /**
     * The batch leads from its parent root to its root.
     *
     * @param root the state root after it
     * @param accountsRoot the root of the accounts tree after it
     * @param global the global record after it
     * @param withdrawals what the vault is to pay
     */
    public record Verified(Bytes32 root, Bytes32 accountsRoot, GlobalRecord global, List<Withdrawal> withdrawals)
            implements Verdict {

        /** The state that the root stands for, as the vault's finalize takes it: accounts root, then global record. */
        public byte[] state() {
            return new WireWriter(32 + GlobalRecord.LENGTH)
                    .b32(accountsRoot)
                    .raw(global.bytes())
                    .toBytes();
        }
    }

    /**
     * It does not.
     *
     * @param step the first step that is wrong; -1 for what is not about a step
     * @param reason UNDECODABLE for form, ROOT_MISMATCH for a proof or a root, else why the step is none
     * @param detail what was compared
     */
    public record Refused(int step, Reason reason, String detail) implements Verdict {}

    /** Whose batches. */
    public BatchVerifier(Domain domain) {
        this(domain, Signatures::recover);
    }

    /** As above, with another way to ask who signed. */
    public BatchVerifier(Domain domain, Recovery recovery) {
        this.domain = domain;
        this.recovery = recovery;
    }

    /** Verifies what would go on-chain, and that the rest of the record says the same. */
    public Verdict verify(BatchRecord batch) {
        Run run = new Run();
        Verdict verdict =
                run.verify(batch.header(), batch.data().bytes(), batch.witness().bytes());
        if (!(verdict instanceof Verified verified)) {
            return verdict;
        }
        boolean same = batch.sequence() == batch.header().sequence()
                && batch.firstOffset() <= batch.lastOffset()
                && batch.feesTotalBefore() == run.feesBefore
                && batch.feesTotalAfter() == verified.global().feesTotal()
                && batch.stepWitnessEnd().equals(run.witnessEnds)
                && batch.withdrawals().equals(verified.withdrawals())
                && batch.commandIds().equals(run.commandIds);
        return same
                ? verified
                : new Refused(-1, Reason.ROOT_MISMATCH, "the record does not say what its header and data say");
    }

    /** Verifies what would go on-chain. */
    public Verdict verify(byte[] header, byte[] data, byte[] witness) {
        try {
            return new Run().verify(BatchHeader.decode(header), data, witness);
        } catch (Undecodable e) {
            return new Refused(-1, Reason.UNDECODABLE, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The witness of some of a verified batch's steps: the state before the first of them, the pricing if one of them needs
     * it, then the witness of each. The contract's prove takes it where a batch is proven over several transactions.
     *
     * @param from the first step
     * @param upTo the step after the last
     * @throws IllegalArgumentException if the batch does not verify, or has no such steps
     */
    public byte[] witness(BatchRecord batch, int from, int upTo) {
        if (from < 0 || upTo <= from || upTo > batch.header().steps()) {
            throw new IllegalArgumentException("The batch has %d steps; %d to %d are none of them."
                    .formatted(batch.header().steps(), from, upTo));
        }
        Run run = new Run();
        byte[] witness = batch.witness().bytes();
        if (run.verify(batch.header(), batch.data().bytes(), witness) instanceof Refused refused) {
            throw new IllegalArgumentException("The batch does not verify: %s".formatted(refused));
        }
        int begin = from == 0 ? run.stepsBegin : run.witnessEnds.get(from - 1);
        boolean priced = run.priced.get(upTo) - run.priced.get(from) > 0;
        byte[] pricing = priced ? run.pricing.block() : Pricing.NONE;
        return new WireWriter(32 + GlobalRecord.LENGTH + witness.length)
                .raw(run.statesBefore.get(from))
                .raw(pricing)
                .raw(Arrays.copyOfRange(witness, begin, run.witnessEnds.get(upTo - 1)))
                .toBytes();
    }

    /**
     * The data of a verified batch as they are posted with the least call data.
     *
     * @throws IllegalArgumentException if the batch does not verify
     */
    public byte[] packed(BatchRecord batch) {
        Run run = new Run();
        byte[] data = batch.data().bytes();
        if (run.verify(batch.header(), data, batch.witness().bytes()) instanceof Refused refused) {
            throw new IllegalArgumentException("The batch does not verify: %s".formatted(refused));
        }
        return PackedData.pack(BatchData.decode(data), asset -> Optional.ofNullable(run.nameHashes.get(asset)));
    }

    private final class Run {
        private final Step step = new Step();
        private final List<byte[]> statesBefore = new ArrayList<>();
        private final List<Integer> witnessEnds = new ArrayList<>();
        private final List<Bytes32> commandIds = new ArrayList<>();
        private final Map<AssetId, Bytes32> nameHashes = new TreeMap<>();
        private final List<Withdrawal> withdrawals = new ArrayList<>();

        /** How many steps were margined at prices, before each step and at the end. */
        private final List<Integer> priced = new ArrayList<>(List.of(0));

        private Pricing pricing = Pricing.read(new WireReader(Pricing.NONE));
        private int stepsBegin;
        private long feesBefore;
        private int at = -1;

        Verdict verify(BatchHeader header, byte[] data, byte[] witness) {
            try {
                return run(header, data, witness);
            } catch (StepRefused e) {
                return new Refused(at, e.reason(), e.detail());
            } catch (Undecodable e) {
                return new Refused(at, Reason.UNDECODABLE, String.valueOf(e.getMessage()));
            } catch (IllegalArgumentException e) {
                return new Refused(at, Reason.UNDECODABLE, String.valueOf(e.getMessage()));
            }
        }

        private Verdict run(BatchHeader header, byte[] data, byte[] witness) {
            requireSame("data hash", Keccak256.hash(data), header.dataHash());
            BatchData published = BatchData.decode(data);
            List<byte[]> records = published.records();
            require(records.size() == header.steps(), "the header says %d steps", header.steps());

            WireReader in = new WireReader(witness);
            Bytes32 accountsRoot = in.b32("accounts root");
            GlobalRecord global = GlobalRecord.decode(
                    in.raw(GlobalRecord.LENGTH, "global record").bytes());
            pricing = Pricing.read(in);
            stepsBegin = in.position();
            requireSame("parent root", Keccak256.hash(accountsRoot, global.hash()), header.parentRoot());
            require(global.queueCursor() == header.queueFrom(), "the queue is at %d", global.queueCursor());
            feesBefore = global.feesTotal();

            Bytes32 root = header.parentRoot();
            for (at = 0; at < records.size(); at++) {
                byte[] record = records.get(at);
                Command command = Command.decode(record);
                require(at == 0 || !(command instanceof PriceCommand), "a price is the first step, not step %d", at);
                statesBefore.add(new WireWriter(32 + GlobalRecord.LENGTH)
                        .b32(accountsRoot)
                        .raw(global.bytes())
                        .toBytes());
                step.begin(global);
                StepWitness world = new StepWitness(domain, step, pricing, command, in);
                new Transition(domain, world, step, recovery).run(command, record);
                world.requireAllUsed(command);
                nameHashes.putAll(world.nameHashes());
                priced.add(priced.getLast() + (world.priced() ? 1 : 0));
                accountsRoot = world.replaceAccounts(accountsRoot);
                global = step.global();
                root = Keccak256.hash(accountsRoot, global.hash());
                withdrawals.addAll(step.withdrawals());
                witnessEnds.add(in.position());
                commandIds.add(Keccak256.hash(record));
                requireSame("root after the step", root, published.roots().get(at), "data say");
            }
            at = -1;
            in.end();
            if (priced.getLast() == 0 && !pricing.isEmpty()) {
                throw new StepRefused(Reason.UNDECODABLE, "the witness has a pricing that no step needs");
            }
            requireSame("steps root", published.stepsRoot(), header.stepsRoot());
            require(
                    published.verifiedOnly() == header.verifiedOnly(),
                    "the header's flag is %d",
                    header.verifiedOnly() ? 1 : 0);
            requireSame("root", root, header.root());
            require(global.queueCursor() == header.queueTo(), "the queue ends at %d", global.queueCursor());
            return new Verified(root, accountsRoot, global, List.copyOf(withdrawals));
        }
    }

    private static void require(boolean holds, String rule, long found) {
        if (!holds) {
            throw new StepRefused(Reason.UNDECODABLE, "the batch is not of its form: " + rule.formatted(found));
        }
    }

    private static void requireSame(String what, Bytes32 found, Bytes32 expected) {
        requireSame(what, found, expected, "header says");
    }

    private static void requireSame(String what, Bytes32 found, Bytes32 expected, String says) {
        if (!found.equals(expected)) {
            throw new StepRefused(
                    Reason.ROOT_MISMATCH, "the %s is %s, the %s %s".formatted(what, found, says, expected));
        }
    }
}
