package io.parley.protocol.spi;

import io.parley.protocol.PriceContent;
import java.time.Instant;
import java.util.List;

/**
 * Proposes bids for auctions. The runtime completes, signs, commits and reveals them; what a solver decides is which
 * intents to fill and at what cash.
 *
 * <p>All methods are called on this solver's own threads, never on those of another solver. Auctions may overlap, so
 * {@link #solve} may be called again before an earlier call has returned; {@link #onPrices} and {@link #onOutcome}
 * come one at a time, but also while {@code solve} runs.
 */
public interface Solver extends AutoCloseable {

    /** {@return a short name for logs and metrics, the same at each call} */
    String name();

    /**
     * Proposes bids for one open auction. Called once per auction.
     *
     * <p>A list returned after {@code deadline} is dropped and counted as a miss; the thread is then interrupted. A
     * throw counts as no bid, is logged, and never fails the auction. Must not block on the network without a timeout
     * below the deadline. At most one proposal per account can win, so several for one account are alternatives, and
     * the largest of their caps is what the auction holds of its margin.
     *
     * @param auction the auction, its intents and the market; immutable, may be kept
     * @param deadline when the answer must be there; before the end of the commit phase
     * @return proposals, best first; empty for none
     */
    List<Proposal> solve(AuctionView auction, Instant deadline);

    /**
     * Tells new prices. A throw is logged and ignored. Prices that were superseded before this solver was ready are
     * left out.
     *
     * @param prices the latest prices
     */
    default void onPrices(PriceContent prices) {}

    /**
     * Tells what became of a proposal, once per proposal that was returned in time. A throw is logged and ignored.
     * After a restart of the runtime, outcomes of proposals made before it may be missing.
     *
     * @param outcome what became of it
     */
    default void onOutcome(Outcome outcome) {}

    /**
     * Tells what became of a route of a proposal that was cleared. A throw is logged and ignored. Comes on the same thread as
     * {@link #onOutcome}. After a restart of the runtime, outcomes of routes made before it are missing.
     *
     * @param outcome what became of it
     */
    default void onRoute(RouteOutcome outcome) {}

    /** Gives up what the solver holds. Called once, after the last other call. */
    @Override
    default void close() {}
}
