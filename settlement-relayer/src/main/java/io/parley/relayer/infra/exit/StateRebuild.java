package io.parley.relayer.infra.exit;

import io.parley.clearing.BatchData;
import io.parley.clearing.Ledger;
import io.parley.clearing.StepResult;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.Receipt;
import io.parley.protocol.Address;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.Withdrawal;
import io.parley.relayer.infra.chain.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Folds the state from the chain's data: the call data in which each final batch was published, from the first. Only what is final
 * counts; a batch that was posted and replaced, or whose transaction failed, does not. Blocking; may throw {@code RpcException}.
 */
public final class StateRebuild {

    private static final long BLOCKS_AT_ONCE = 2_000;

    private final Chain chain;
    private final ExitContracts contracts;
    private final Domain domain;
    private final Ledger ledger;
    private final TreeMap<Long, List<Withdrawal>> withdrawals = new TreeMap<>();
    private @Nullable PriceCommand price;
    private long steps;

    private StateRebuild(Chain chain, Address vault) {
        this.chain = chain;
        this.contracts = new ExitContracts(chain, vault);
        this.domain = new Domain(chain.chainId(), vault);
        this.ledger = Ledger.genesis(domain);
    }

    /**
     * @param fromBlock a block not after the one in which the vault was made; 0 is always right, and slow on a long chain
     * @throws RebuildFailed if the chain's data do not lead to the vault's root
     */
    public static RebuiltState of(Chain chain, Address vault, long fromBlock) {
        if (!chain.hasCode(vault)) {
            throw new RebuildFailed(
                    "There is no contract at the address (%s) on chain %d.".formatted(vault, chain.chainId()));
        }
        return new StateRebuild(chain, vault).run(vault, fromBlock);
    }

    private RebuiltState run(Address vault, long fromBlock) {
        // Logs are read after the state: what became final in between is more than is asked for, never less.
        var state = contracts.market();
        long last = chain.blockNumber();
        // After a batch is final none is posted at its sequence any more: so the last one posted there is the final
        // one.
        var posted = new TreeMap<Long, Receipt.Log>();
        for (var log : logs("BatchPosted", fromBlock, last)) {
            posted.put(Words.number(log.topics().get(1)), log);
        }
        for (long sequence = 1; sequence <= state.finalSequence(); sequence++) {
            var log = posted.get(sequence);
            if (log == null) {
                throw new RebuildFailed("""
                        The node has no log of batch %d of %d from block %d on.
                        Maybe the vault was made before that block: begin with an earlier one.""".formatted(sequence, state.finalSequence(), fromBlock));
            }
            fold(sequence, log);
        }
        if (!ledger.root().equals(state.finalRoot())) {
            throw new RebuildFailed("After batch %d the root is %s here, %s on the chain."
                    .formatted(
                            state.finalSequence(),
                            ledger.root().hex(),
                            state.finalRoot().hex()));
        }
        return new RebuiltState(
                vault,
                state.finalSequence(),
                ledger.root(),
                steps,
                ledger,
                Optional.ofNullable(price),
                withdrawals,
                queue(fromBlock, last));
    }

    private List<Receipt.Log> logs(String event, long fromBlock, long last) {
        var logs = new ArrayList<Receipt.Log>();
        for (long from = fromBlock; from <= last; from += BLOCKS_AT_ONCE) {
            logs.addAll(contracts.logs(event, from, Math.min(last, from + BLOCKS_AT_ONCE - 1)));
        }
        return logs;
    }

    private List<byte[]> queue(long fromBlock, long last) {
        var entries = new ArrayList<byte[]>();
        var hash = Bytes32.ZERO;
        for (var log : logs("Queued", fromBlock, last)) {
            var words = Words.of(log.data());
            var entry = words.tail(1);
            hash = Keccak256.hash(hash, Keccak256.hash(entry));
            if (Words.number(log.topics().get(1)) != entries.size() || !hash.equals(words.b32(0))) {
                throw new RebuildFailed(
                        "Queue entry %d of the logs is number %d, with hash %s here and %s on the chain."
                                .formatted(
                                        entries.size(),
                                        Words.number(log.topics().get(1)),
                                        hash.hex(),
                                        words.b32(0).hex()));
            }
            entries.add(entry);
        }
        return List.copyOf(entries);
    }

    private void fold(long sequence, Receipt.Log log) {
        var input = chain.input(log.transaction());
        var headerHash = log.topics().get(2);
        var header = BatchHeader.decode(
                Published.find(input, headerHash).orElseThrow(() -> missing(sequence, "header", log, headerHash)));
        var data = BatchData.decode(Published.data(input, header.dataHash(), domain)
                .orElseThrow(() -> missing(sequence, "data", log, header.dataHash())));
        if (header.sequence() != sequence || !header.parentRoot().equals(ledger.root())) {
            throw new RebuildFailed("Batch %d follows root %s, the batch before leads to %s."
                    .formatted(
                            sequence, header.parentRoot().hex(), ledger.root().hex()));
        }
        var paid = new ArrayList<Withdrawal>();
        for (int step = 0; step < data.records().size(); step++) {
            paid.addAll(apply(sequence, step, data));
        }
        if (!ledger.root().equals(header.root())) {
            throw new RebuildFailed("Batch %d leads to root %s here, to %s by its header."
                    .formatted(sequence, ledger.root().hex(), header.root().hex()));
        }
        if (!paid.isEmpty()) {
            withdrawals.put(sequence, List.copyOf(paid));
        }
    }

    private List<Withdrawal> apply(long sequence, int step, BatchData data) {
        var record = data.records().get(step);
        Command command;
        try {
            command = Command.decode(record);
        } catch (Undecodable e) {
            throw new RebuildFailed("Step %d of batch %d is no command: %s".formatted(step, sequence, e.getMessage()));
        }
        var applied = switch (ledger.apply(command, record)) {
            case StepResult.Applied done -> done;
            case StepResult.Refused no ->
                throw new RebuildFailed("Step %d of batch %d (%s) is final on the chain and refused here: %d %s, %s."
                        .formatted(
                                step,
                                sequence,
                                command.getClass().getSimpleName(),
                                no.reason().code(),
                                no.reason(),
                                no.detail()));
        };
        if (!applied.root().equals(data.roots().get(step))) {
            throw new RebuildFailed("Step %d of batch %d leads to root %s here, to %s in the data."
                    .formatted(
                            step,
                            sequence,
                            applied.root().hex(),
                            data.roots().get(step).hex()));
        }
        if (command instanceof PriceCommand bundle) {
            price = bundle;
        }
        steps++;
        return applied.withdrawals();
    }

    private static RebuildFailed missing(long sequence, String what, Receipt.Log log, Bytes32 hash) {
        return new RebuildFailed(
                """
                The %s of batch %d (hash %s) is not in the call data of transaction %s.
                Maybe another contract made it up there: its trace would have it.""".formatted(what, sequence, hash.hex(), log.transaction().hex()));
    }
}
