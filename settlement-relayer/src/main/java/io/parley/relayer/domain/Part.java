package io.parley.relayer.domain;

import java.util.ArrayList;
import java.util.List;

/**
 * One transaction's share in bringing a batch on the chain.
 *
 * @param upTo for {@code PROVE}: the steps before this index are proven when it is mined
 */
public record Part(Kind kind, int from, int upTo) {

    public enum Kind {
        /** Publish and prove in one transaction. */
        SETTLE,
        /** Publish only. */
        POST,
        /** Re-run some steps of what is published. */
        PROVE,
        /** Make what is published final, its window having passed. */
        FINALIZE,
        /** Pay a final batch's withdrawals. */
        PAY,
        /** Run routes, and before that pay the withdrawals which fund them. */
        ROUTE
    }

    /**
     * The transactions for a batch.
     *
     * @param gasOfStep estimated gas per step
     * @param gasOfData estimated gas to carry the whole data once (each part carries it)
     * @param limit the most gas of one transaction
     * @return one {@code SETTLE}, or a {@code POST} and as many {@code PROVE} as the limit asks for, in order
     */
    public static List<Part> plan(long[] gasOfStep, long gasOfData, long limit) {
        long total = gasOfData;
        for (long gas : gasOfStep) {
            total += gas;
        }
        if (total <= limit) {
            return List.of(new Part(Kind.SETTLE, 0, gasOfStep.length));
        }
        var parts = new ArrayList<Part>();
        parts.add(post());
        parts.addAll(prove(gasOfStep, gasOfData, limit, 0));
        return List.copyOf(parts);
    }

    public static Part post() {
        return new Part(Kind.POST, 0, 0);
    }

    public static Part finalization() {
        return new Part(Kind.FINALIZE, 0, 0);
    }

    /** The {@code PROVE} transactions that are left once the steps before {@code from} are proven. */
    public static List<Part> prove(long[] gasOfStep, long gasOfData, long limit, int from) {
        var parts = new ArrayList<Part>();
        int next = from;
        while (next < gasOfStep.length) {
            int upTo = next;
            long gas = gasOfData;
            // One step always goes in, so that a step dearer than the limit fails on the chain with its reason.
            do {
                gas += gasOfStep[upTo++];
            } while (upTo < gasOfStep.length && gas + gasOfStep[upTo] <= limit);
            parts.add(new Part(Kind.PROVE, next, upTo));
            next = upTo;
        }
        return List.copyOf(parts);
    }
}
