package io.parley.node.differential;

import io.parley.protocol.Reason;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run has seen. */
public final class Tally {

    private static final int SHOWN = 20;

    private int steps;
    private int applied;
    private int differences;
    private final Map<Integer, Integer> refused = new TreeMap<>();
    private final Map<Beyond, Integer> beyond = new EnumMap<>(Beyond.class);
    private final List<String> shown = new ArrayList<>();

    void take(long seed, Trial trial, Verdict contract) {
        steps++;
        var ledger = trial.ledger();
        if (ledger.isApplied()) {
            applied++;
        } else {
            refused.merge(ledger.code(), 1, Integer::sum);
        }
        if (ledger.equals(contract)) {
            return;
        }
        for (var known : Beyond.values()) {
            if (!ledger.isApplied() && known.covers(trial, contract)) {
                beyond.merge(known, 1, Integer::sum);
                return;
            }
        }
        differ(seed, trial, "the contracts say " + contract);
    }

    void differ(long seed, Trial trial, String how) {
        differences++;
        if (shown.size() < SHOWN) {
            shown.add("seed %d, step %d, %s: the ledger says %s, %s%n    record %s"
                    .formatted(
                            seed,
                            trial.number(),
                            trial.what(),
                            trial.ledger(),
                            how,
                            HexFormat.of().formatHex(trial.record())));
        }
    }

    public int steps() {
        return steps;
    }

    public int applied() {
        return applied;
    }

    /** Refused steps by reason code. */
    public Map<Integer, Integer> refused() {
        return Map.copyOf(refused);
    }

    public int differences() {
        return differences;
    }

    /** The first differences, each with what makes it again. */
    public List<String> shown() {
        return List.copyOf(shown);
    }

    /** The table that a run ends with. */
    public void print(PrintStream out) {
        out.printf("steps       %,9d%napplied     %,9d%n", steps, applied);
        out.printf("refused     %,9d%n", steps - applied);
        refused.forEach((code, count) -> out.printf("  %d %-24s %,9d%n", code, Reason.of(code), count));
        out.printf(
                "unreachable %,9d%n", beyond.values().stream().mapToInt(n -> n).sum());
        beyond.forEach((known, count) -> out.printf("  %,9d  %s%n", count, known.why()));
        out.printf("differences %,9d%n", differences);
        shown.forEach(line -> out.println("  " + line));
    }
}
