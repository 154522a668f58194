package io.parley.bench.load;

import java.util.Arrays;
import java.util.OptionalLong;

/** When an intent passed the points of its way, in unix milliseconds; what it has not passed is empty. Immutable. */
final class Times {

    private static final long NEVER = Long.MIN_VALUE;

    private final long[] at = new long[Point.values().length];
    private final long window;

    /**
     * @param passed in the order of {@link Point}; the empty ones are not passed
     * @param window milliseconds for which the auction that filled it was announced to be open
     */
    Times(OptionalLong[] passed, long window) {
        Arrays.fill(at, NEVER);
        long before = NEVER;
        for (int i = 0; i < passed.length && passed[i].isPresent(); i++) {
            // Clocks are read by several processes, and rounded: an order that cannot be is a tie.
            before = Math.max(before, passed[i].getAsLong());
            at[i] = before;
        }
        this.window = window;
    }

    boolean has(Point point) {
        return at[point.ordinal()] != NEVER;
    }

    /** {@return milliseconds from when it was due} */
    long until(Point point) {
        return at[point.ordinal()] - at[Point.DUE.ordinal()];
    }

    /** {@return the same without the time for which its auction was announced to be open} */
    long untilWithoutWindow(Point point) {
        return until(point) - window;
    }

    long at(Point point) {
        return at[point.ordinal()];
    }

    /**
     * Milliseconds in the stage that ends at the point. An intent that is stuck in it has been there until now.
     *
     * @return empty if it has not entered the stage
     */
    OptionalLong in(Point point, long now) {
        long entered = at[point.ordinal() - 1];
        if (entered == NEVER) {
            return OptionalLong.empty();
        }
        return OptionalLong.of((has(point) ? at[point.ordinal()] : Math.max(now, entered)) - entered);
    }
}
