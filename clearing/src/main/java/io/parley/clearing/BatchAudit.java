package io.parley.clearing;

import io.parley.clearing.Fraud.Kind;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.OwnerCommand;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.QueueCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import io.parley.protocol.WithdrawCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Looks for fraud in a batch as it was posted, in the words of the contract of disputes. It trusts nothing of the operator's but
 * the bytes whose hashes the vault has.
 */
public final class BatchAudit {

    private BatchAudit() {}

    /** What the vault answers: which numbers it gave to whom, whether or not that has come into the log. */
    public interface Directory {

        /** Its running hash of the queue before an entry; zero for one that is not reached. */
        Bytes32 queueHashAt(long index);

        /** 0 if there is none. */
        int accountIndex(Address owner, long account);

        Optional<Integer> keyIndex(Address owner, long account, Address key);

        Optional<Integer> listingIndex(AssetId asset);
    }

    /**
     * The first fraud that is found; empty if the batch is right.
     *
     * @param ledger the state right after the batch before, of the caller's own making; it is advanced over the batch's steps
     * @param header what was posted, decoded
     * @param data the data, of which the vault has checked hash and number of steps
     * @param directory what the vault has given numbers to
     */
    public static Optional<Fraud> find(Ledger ledger, BatchHeader header, byte[] data, Directory directory) {
        int unreadable = unreadable(data, directory);
        if (unreadable >= 0) {
            return Optional.of(new Fraud(
                    Kind.UNDECODABLE,
                    unreadable,
                    Fraud.NONE,
                    "record %d is no command of this market".formatted(unreadable)));
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
            Optional<Fraud> fraud = wrongStep(
                    ledger, directory, i, batch.records().get(i), batch.roots().get(i));
            if (fraud.isPresent()) {
                return fraud;
            }
        }
        if (!header.verifiedOnly() && batch.verifiedOnly()) {
            return Optional.of(new Fraud(Kind.HEADER, 0, Fraud.NONE, "the header hides that an intent asks for proof"));
        }
        GlobalRecord global = ledger.global();
        if (global.queueCursor() != header.queueTo()
                || !global.queueHash().equals(directory.queueHashAt(global.queueCursor()))) {
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

    private static Optional<Fraud> wrongStep(
            Ledger ledger, Directory directory, int step, byte[] record, Bytes32 claimed) {
        Command command;
        try {
            command = Command.decode(record);
        } catch (Undecodable e) {
            return Optional.of(new Fraud(
                    Kind.STEP, step, rerun(ledger.evidence(record), Fraud.NONE), String.valueOf(e.getMessage())));
        }
        byte[] evidence = ledger.evidence(record);
        return switch (ledger.apply(command, record)) {
            case StepResult.Applied applied -> {
                if (applied.root().equals(claimed)) {
                    yield Optional.empty();
                }
                yield Optional.of(new Fraud(
                        Kind.STEP,
                        step,
                        rerun(applied.witness(), Fraud.NONE),
                        "step %d leads to root %s, the data say %s".formatted(step, applied.root(), claimed)));
            }
            case StepResult.Refused no ->
                Optional.of(new Fraud(
                        Kind.STEP,
                        step,
                        refused(ledger, directory, command, evidence, no.reason()),
                        "step %d is none: %d %s, %s".formatted(step, no.reason().code(), no.reason(), no.detail())));
        };
    }

    /** {@code u8 0 | u32 length | witness | [u32 bitmap | siblings]}. */
    private static byte[] rerun(byte[] witness, byte[] absence) {
        return new WireWriter(5 + witness.length + absence.length)
                .u8(0)
                .u32(witness.length)
                .raw(witness)
                .raw(absence)
                .toBytes();
    }

    /** What is missing is shown to be missing; every other refusal shows itself when the step is run again. */
    private static byte[] refused(Ledger ledger, Directory directory, Command command, byte[] evidence, Reason reason) {
        List<Party> parties = parties(command);
        for (int item = 0; item < parties.size(); item++) {
            Party party = parties.get(item);
            if (ledger.index(party.owner(), party.account()).isEmpty()) {
                int index = directory.accountIndex(party.owner(), party.account());
                return absent(1, evidence, new WireWriter().u8(item))
                        .raw(index == 0 ? Fraud.NONE : ledger.accountProof(index))
                        .toBytes();
            }
        }
        if (command instanceof TradeCommand trade) {
            for (int i = 0; i < trade.intents().size(); i++) {
                List<Leg> legs = trade.intents().get(i).intent().legs();
                for (int leg = 0; leg < legs.size(); leg++) {
                    if (!ledger.listings().contains(legs.get(leg).asset())) {
                        return unlisted(
                                ledger,
                                directory,
                                evidence,
                                i + 1,
                                leg,
                                legs.get(leg).asset());
                    }
                }
            }
        }
        if (command instanceof WithdrawCommand signed
                && !ledger.listings().contains(signed.withdraw().asset())) {
            return unlisted(ledger, directory, evidence, 0, 0, signed.withdraw().asset());
        }
        if (reason != Reason.SIGNER_MISMATCH || parties.isEmpty()) {
            return rerun(evidence, Fraud.NONE);
        }
        return rerun(
                evidence,
                ledger.stranger(command)
                        .flatMap(key -> directory.keyIndex(key.owner(), key.account(), key.signer()))
                        .map(ledger::keyProof)
                        .orElse(Fraud.NONE));
    }

    private static byte[] unlisted(
            Ledger ledger, Directory directory, byte[] evidence, int item, int leg, AssetId asset) {
        return absent(2, evidence, new WireWriter().u8(item).u8(leg))
                .raw(directory.listingIndex(asset).map(ledger::listingProof).orElse(Fraud.NONE))
                .toBytes();
    }

    /** {@code u8 form | state | what}. */
    private static WireWriter absent(int form, byte[] evidence, WireWriter what) {
        return new WireWriter(512)
                .u8(form)
                .raw(Arrays.copyOf(evidence, 32 + GlobalRecord.LENGTH))
                .raw(what.toBytes());
    }

    private record Party(Address owner, long account) {}

    /** In the order of their signatures. */
    private static List<Party> parties(Command command) {
        return switch (command) {
            case OwnerCommand signed -> List.of(new Party(signed.owner(), signed.account()));
            case TradeCommand trade -> {
                List<Party> all = new ArrayList<>();
                all.add(new Party(trade.bid().bid().solver(), trade.bid().bid().account()));
                trade.intents()
                        .forEach(signed -> all.add(new Party(
                                signed.intent().owner(), signed.intent().account())));
                yield all;
            }
            default -> List.of();
        };
    }

    /**
     * The first record that does not lie where the table says, is no command that may stand there, or says to be an entry of the
     * queue that the vault does not have; -1 if there is none.
     */
    private static int unreadable(byte[] data, Directory directory) {
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
                    || !Command.isKind(record[1])
                    || record[1] == PriceCommand.KIND && i != 0
                    || QueueCommand.isKind(record[1]) && !isQueued(record, directory)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isQueued(byte[] record, Directory directory) {
        if (record.length < 2 + Long.BYTES) {
            return false;
        }
        long index = ByteBuffer.wrap(record).getLong(2);
        return index >= 0
                && index < Long.MAX_VALUE
                && Keccak256.hash(directory.queueHashAt(index), Keccak256.hash(record))
                        .equals(directory.queueHashAt(index + 1));
    }
}
