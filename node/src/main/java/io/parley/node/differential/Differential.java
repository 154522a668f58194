package io.parley.node.differential;

import io.parley.clearing.Ledger;
import io.parley.clearing.StepResult;
import io.parley.contracts.chain.Chain;
import io.parley.protocol.Command;
import io.parley.protocol.Domain;
import io.parley.protocol.Reason;
import io.parley.protocol.Undecodable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs drawn steps through the ledger and through the contracts and compares what each makes of every one: the same root, or
 * the same reason.
 */
public final class Differential {

    /** Steps of one market; then another begins, so that every stage of a market's life is met again. */
    private static final int MARKET = 2_500;

    /** What one call carries: a node takes requests of up to 2 MB, and hex is twice its bytes. */
    private static final int CALL_STEPS = 64;

    private static final int CALL_BYTES = 400_000;

    /** Calls under way while the next are drawn. */
    private static final int AHEAD = 3;

    private final Contracts contracts;

    public Differential(Chain chain) {
        this.contracts = new Contracts(chain);
    }

    /**
     * @param seed which steps are drawn
     * @param progress told after every call
     */
    public Tally run(long seed, int steps, Consumer<Tally> progress) {
        var tally = new Tally();
        try (var caller = Executors.newSingleThreadExecutor()) {
            var pending = new ArrayDeque<Call>();
            int done = 0;
            for (long market = 0; done < steps; market++) {
                var source = new StepSource(contracts.domain(), seed + market);
                int end = Math.min(steps, done + MARKET);
                while (done < end) {
                    List<Trial> trials = new ArrayList<>();
                    int bytes = 0;
                    while (done < end && trials.size() < CALL_STEPS && bytes < CALL_BYTES) {
                        var step = source.next();
                        var trial = trial(tally, seed, done, source.ledger(), step);
                        bytes += trial.record().length + trial.evidence().length;
                        trials.add(trial);
                        done++;
                    }
                    pending.add(new Call(trials, caller.submit(() -> contracts.judge(trials))));
                    while (pending.size() > AHEAD) {
                        pending.remove().compare(tally, seed);
                        progress.accept(tally);
                    }
                }
            }
            while (!pending.isEmpty()) {
                pending.remove().compare(tally, seed);
                progress.accept(tally);
            }
        }
        return tally;
    }

    /** Runs one record on a ledger; the tally knows whether the contracts say the same. */
    Verdict run(Tally tally, Ledger ledger, StepSource.Drawn drawn) {
        var trial = trial(tally, 0, tally.steps(), ledger, drawn);
        tally.take(0, trial, contracts.judge(List.of(trial)).getFirst());
        return trial.ledger();
    }

    Domain domain() {
        return contracts.domain();
    }

    private record Call(List<Trial> trials, Future<List<Verdict>> verdicts) {
        void compare(Tally tally, long seed) {
            try {
                var contract = verdicts.get();
                for (int i = 0; i < trials.size(); i++) {
                    tally.take(seed, trials.get(i), contract.get(i));
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("The chain did not run a call: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the chain ran a call.", e);
            }
        }
    }

    /** Applies a record to the ledger, and takes before that what a contract needs to run it. */
    private static Trial trial(Tally tally, long seed, int number, Ledger ledger, StepSource.Drawn drawn) {
        var before = ledger.root();
        var unchanged = ledger.accountTree().root();
        var evidence = ledger.evidence(drawn.record());
        StepResult result;
        try {
            result = ledger.apply(Command.decode(drawn.record()), drawn.record());
        } catch (Undecodable e) {
            result = new StepResult.Refused(Reason.UNDECODABLE, String.valueOf(e.getMessage()));
        }
        var verdict = switch (result) {
            case StepResult.Applied applied -> Verdict.applied(applied.root());
            case StepResult.Refused refused -> Verdict.refused(refused.reason().code());
        };
        var trial = new Trial(number, drawn.what(), before, drawn.record(), evidence, verdict);
        if (result instanceof StepResult.Applied applied && !Arrays.equals(applied.witness(), evidence)) {
            tally.differ(seed, trial, "its evidence is not the step's witness");
        }
        if (result instanceof StepResult.Refused
                && !(ledger.root().equals(before) && ledger.accountTree().root().equals(unchanged))) {
            tally.differ(seed, trial, "but its state has changed");
        }
        return trial;
    }
}
