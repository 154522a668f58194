package io.parley.auction.domain.selection;

import java.util.function.BooleanSupplier;

/**
 * How much work a search may do: counted in coefficients touched, so that it ends at the same point on any machine. A
 * caller may add a condition of its own, such as a clock; then what it cut short is not reproducible, which is the
 * caller's to record. For one thread.
 */
public final class Budget {

    private final long most;
    private final BooleanSupplier over;
    private long spent;
    private boolean cut;

    private Budget(long most, BooleanSupplier over) {
        this.most = most;
        this.over = over;
    }

    /**
     * {@return a budget of work alone}
     *
     * @param steps how many steps of 1,000 coefficients, each somewhat less than a microsecond
     */
    public static Budget ofSteps(long steps) {
        return new Budget(Math.multiplyExact(steps, 1_000L), () -> false);
    }

    /**
     * {@return a budget without a limit of its own}
     *
     * @param over says when it ends
     */
    public static Budget until(BooleanSupplier over) {
        return new Budget(Long.MAX_VALUE, over);
    }

    void spend(long coefficients) {
        spent += coefficients;
    }

    boolean isSpent() {
        cut = cut || spent >= most || over.getAsBoolean();
        return cut;
    }
}
