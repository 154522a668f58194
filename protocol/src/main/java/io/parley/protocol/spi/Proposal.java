package io.parley.protocol.spi;

import io.parley.protocol.Fill;
import java.util.List;

/**
 * A bid as a solver makes it; the runtime adds solver, auction, validity and salt, and signs it.
 *
 * @param account the number of the solver's account that takes the other side, 0 to 2^32 - 1
 * @param fills 1 to 15 fills of distinct intents of the auction
 * @param pays what the solver adds for the insurance pot, in cash units of 1e-8, not negative
 * @param routes how its risk is laid off at venues once it is cleared, at most {@link #MOST_ROUTES}; none if it stays in the inventory
 * @param cap the most margin the bid may need, in cash units of 1e-8: it is held from the commitment on, and a bid that
 *     needs more is refused (308). {@link #CAP_OPEN} leaves it to the runtime
 */
public record Proposal(long account, List<Fill> fills, long pays, List<RoutePlan> routes, long cap) {

    /**
     * A cap that the solver does not state: three quarters of what the account has free (prices may have moved since
     * that was computed). The bid is then hardly ever refused for its cap, but little is left for the auctions that open
     * before this one is decided.
     */
    public static final long CAP_OPEN = -1;

    /** The most routes of a proposal. */
    public static final int MOST_ROUTES = 8;

    /**
     * A proposal that pays nothing to the insurance pot, has no routes and leaves its cap to the runtime.
     *
     * @param account the number of the solver's account
     * @param fills 1 to 15 fills of distinct intents of the auction
     */
    public Proposal(long account, List<Fill> fills) {
        this(account, fills, 0, List.of(), CAP_OPEN);
    }

    /** Copies the lists. */
    public Proposal {
        fills = List.copyOf(fills);
        routes = List.copyOf(routes);
    }
}
