package io.parley.risk.domain;

import io.parley.clearing.BatchAssembler;
import io.parley.clearing.GlobalRecord;
import io.parley.clearing.Ledger;
import io.parley.clearing.Snapshot;
import io.parley.clearing.StepResult;
import io.parley.clearing.Touched;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.ClearedRecord;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ledger with its place in the log. What it answers is a function of the records that it was given, in their order, and of
 * nothing else: whoever folds the log again gets the same outcomes. For one thread.
 */
public final class ClearingHouse {

    private final Ledger ledger;
    private final BatchAssembler assembler;
    private long nextOffset;

    private ClearingHouse(Ledger ledger, BatchAssembler assembler, long nextOffset) {
        this.ledger = ledger.recoveringWith(new RememberedSigners());
        this.assembler = assembler;
        this.nextOffset = nextOffset;
    }

    /** Before the first command. */
    public static ClearingHouse genesis(Domain domain) {
        return new ClearingHouse(Ledger.genesis(domain), new BatchAssembler(), 0);
    }

    /**
     * From what {@link #snapshot} gave.
     *
     * @throws IllegalArgumentException if it is damaged, another domain's, or does not lead to the root that it names
     */
    public static ClearingHouse restore(Domain domain, byte[] snapshot) {
        Snapshot restored = Snapshot.decode(domain, snapshot);
        return new ClearingHouse(restored.ledger(), restored.assembler(), restored.nextOffset());
    }

    public byte[] snapshot() {
        return Snapshot.encode(ledger, assembler, nextOffset);
    }

    /** Takes the next record of the log. A record that cannot be a command changes nothing but the place. */
    public Folded fold(long offset, byte @Nullable [] record) {
        nextOffset = offset + 1;
        if (record == null) {
            return poison(Reason.UNDECODABLE, "the record has no value");
        }
        Command command;
        try {
            command = Command.decode(record);
        } catch (Undecodable e) {
            return poison(e.reason(), e.what());
        }
        Bytes32 before = ledger.root();
        StepResult result;
        try {
            result = ledger.apply(command, record);
        } catch (RuntimeException e) {
            if (!ledger.root().equals(before)) {
                throw e;
            }
            // A defect of ours, and the same for everyone who folds this log: one command is lost, not the market.
            return poison(Reason.BAD_FIELD, "the ledger failed on it: " + e);
        }
        return switch (result) {
            case StepResult.Applied applied -> applied(offset, command, record, applied);
            case StepResult.Refused refused -> {
                ClearedRecord outcome = new ClearedRecord.Refused(
                        offset,
                        Keccak256.hash(record),
                        command.kind(),
                        refused.reason().code(),
                        refused.detail(),
                        time(),
                        Blob.of(record));
                yield new Folded(Optional.of(outcome), Optional.empty(), Optional.empty());
            }
        };
    }

    private Folded applied(long offset, Command command, byte[] record, StepResult.Applied applied) {
        BatchAssembler.Placed placed = assembler.add(offset, command, record, applied);
        GlobalRecord global = ledger.global();
        ClearedRecord outcome = command instanceof PriceCommand price
                ? new ClearedRecord.PriceTick(
                        offset, price.time(), price.sequence(), global.priceHash(), applied.root(), Blob.of(record))
                : new ClearedRecord.Applied(
                        offset,
                        Keccak256.hash(record),
                        command.kind(),
                        placed.batch(),
                        placed.step(),
                        applied.root(),
                        global.time(),
                        receipts(applied.touched(), global),
                        Blob.of(record));
        return new Folded(Optional.of(outcome), placed.closed(), Optional.empty());
    }

    private static List<ClearedRecord.AccountAfter> receipts(List<Touched> touched, GlobalRecord global) {
        return touched.stream()
                .map(account -> new ClearedRecord.AccountAfter(
                        account.index(),
                        Blob.of(account.after().encode()),
                        new ClearedRecord.MarginReceipt(
                                account.marginBefore().netInitial(),
                                account.marginBefore().netMaintenance(),
                                account.marginAfter().netInitial(),
                                account.marginAfter().netMaintenance(),
                                account.marginAfter().value(),
                                global.priceHash(),
                                global.paramsHash())))
                .toList();
    }

    private static Folded poison(Reason reason, String detail) {
        return new Folded(Optional.empty(), Optional.empty(), Optional.of(new Folded.Poison(reason, detail)));
    }

    public Ledger ledger() {
        return ledger;
    }

    /** Offset of the first record that was not folded. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Offset of the last record that was folded; 0 before the first. */
    public long lastOffset() {
        return Math.max(nextOffset - 1, 0);
    }

    public Bytes32 root() {
        return ledger.root();
    }

    /** Sequence of the batch in the making. */
    public long openBatch() {
        return assembler.sequence();
    }

    public long accounts() {
        return ledger.accounts();
    }

    /** Log time: unix seconds of the last price. */
    public long time() {
        return ledger.global().time();
    }
}
