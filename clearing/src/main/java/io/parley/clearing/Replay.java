package io.parley.clearing;

import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.BatchRecord;
import java.util.Iterator;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Folds a log into a ledger: what an auditor, a replica and a restarted process do. */
public final class Replay {
    private final Ledger ledger;
    private final BatchAssembler assembler;
    private long nextOffset;
    private long applied;
    private long refused;
    private long undecodable;

    /**
     * One record of the log.
     *
     * @param offset ascending from record to record
     * @param command the record's bytes
     */
    public record Entry(long offset, byte[] command) {}

    private Replay(Ledger ledger, BatchAssembler assembler, long nextOffset) {
        this.ledger = ledger;
        this.assembler = assembler;
        this.nextOffset = nextOffset;
    }

    /** A replay from the first command. */
    public static Replay fromGenesis(Domain domain) {
        return new Replay(Ledger.genesis(domain), new BatchAssembler(), 0);
    }

    /** A replay that goes on from a snapshot. */
    public static Replay from(Snapshot snapshot) {
        return new Replay(snapshot.ledger(), snapshot.assembler(), snapshot.nextOffset());
    }

    /** Folds all records from {@link #nextOffset} on; what is below has been folded and is passed over. */
    public Replay fold(Iterator<Entry> log) {
        return fold(log, batch -> {});
    }

    /**
     * As above.
     *
     * @param batches is given each batch when it is closed
     */
    public Replay fold(Iterator<Entry> log, Consumer<BatchRecord> batches) {
        return fold(log, batches, (entry, step) -> {});
    }

    /**
     * As above.
     *
     * @param steps is given each step right after it, while the ledger is as the step left it
     */
    public Replay fold(
            Iterator<Entry> log, Consumer<BatchRecord> batches, BiConsumer<Entry, StepResult.Applied> steps) {
        while (log.hasNext()) {
            Entry entry = log.next();
            if (entry.offset() < nextOffset) {
                continue;
            }
            nextOffset = entry.offset() + 1;
            Command command;
            try {
                command = Command.decode(entry.command());
            } catch (Undecodable e) {
                undecodable++;
                continue;
            }
            switch (ledger.apply(command, entry.command())) {
                case StepResult.Applied step -> {
                    applied++;
                    steps.accept(entry, step);
                    assembler
                            .add(entry.offset(), command, entry.command(), step)
                            .closed()
                            .ifPresent(batches);
                }
                case StepResult.Refused no -> refused++;
            }
        }
        return this;
    }

    /** The state. */
    public Ledger ledger() {
        return ledger;
    }

    /** The batch in the making. */
    public BatchAssembler assembler() {
        return assembler;
    }

    /** The offset of the first record that was not folded yet. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Commands that became steps. */
    public long applied() {
        return applied;
    }

    /** Commands that stay in the log and are no step. */
    public long refused() {
        return refused;
    }

    /** Records that are no command. */
    public long undecodable() {
        return undecodable;
    }
}
