package io.parley.solver.host;

import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.RouteOutcome;
import io.parley.protocol.spi.Solver;
import io.parley.solver.domain.Tally;
import io.parley.solver.domain.Tally.Count;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A solver behind its own platform threads. Whatever it does (throws, hangs, answers nothing) stays in here: no other
 * solver and no auction waits for it.
 */
public final class HostedSolver implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(HostedSolver.class);

    private final SolverPlan plan;
    private final Solver solver;
    private final Tally tally = new Tally();
    private final ThreadPoolExecutor solving;
    private final ExecutorService events;
    private final AtomicReference<@Nullable PriceContent> latest = new AtomicReference<>();
    private volatile String lastRefusal = "";

    public HostedSolver(SolverPlan plan, Solver solver) {
        this.plan = plan;
        this.solver = solver;
        // What waits behind busy threads would miss its own deadline, too: a short queue, then a miss at once.
        this.solving = new ThreadPoolExecutor(
                plan.threads(),
                plan.threads(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(plan.threads()),
                threads("solver-" + plan.name() + "-"));
        this.events = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads("solver-" + plan.name() + "-events-"));
    }

    private static ThreadFactory threads(String prefix) {
        return Thread.ofPlatform().daemon().name(prefix, 1).factory();
    }

    public SolverPlan plan() {
        return plan;
    }

    public Tally tally() {
        return tally;
    }

    /**
     * Asks the solver, and hands on what it answers if that is in time.
     *
     * @param view made on the solver's thread, when its turn has come
     * @param inTime until the deadline
     * @param answer runs on the solver's thread
     */
    void solve(
            Supplier<AuctionView> view,
            Instant deadline,
            ScheduledExecutorService schedule,
            long inTime,
            Consumer<Answer> answer) {
        tally.count(Count.AUCTIONS);
        var decided = new AtomicBoolean();
        Future<?> task;
        try {
            task = solving.submit(() -> {
                List<Proposal> proposals;
                AuctionView seen;
                try {
                    seen = view.get();
                    proposals = List.copyOf(solver.solve(seen, deadline));
                } catch (Throwable t) {
                    if (decided.compareAndSet(false, true)) {
                        tally.count(Count.THROWS);
                        LOG.warnf(t, "solver %s threw: no bid", plan.name());
                    }
                    return;
                }
                if (decided.compareAndSet(false, true)) {
                    try {
                        answer.accept(new Answer(seen, proposals));
                    } catch (RuntimeException e) {
                        LOG.warnf(e, "what solver %s proposed could not be sent", plan.name());
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            tally.count(Count.MISSES);
            return;
        }
        schedule.schedule(
                () -> {
                    if (decided.compareAndSet(false, true)) {
                        tally.count(Count.MISSES);
                        task.cancel(true);
                        LOG.infof("solver %s had no answer at its deadline", plan.name());
                    }
                },
                inTime,
                TimeUnit.MILLISECONDS);
    }

    /** What the solver was shown, and what it proposed. */
    record Answer(AuctionView view, List<Proposal> proposals) {}

    /** Tells prices; only the latest, if the solver is slow. */
    void prices(PriceContent prices) {
        if (latest.getAndSet(prices) == null) {
            event(() -> {
                var newest = latest.getAndSet(null);
                if (newest != null) {
                    solver.onPrices(newest);
                }
            });
        }
    }

    void outcome(Outcome outcome) {
        switch (outcome) {
            case Outcome.Won won -> {
                tally.count(Count.WON);
                LOG.infof("solver %s won and cleared bid %s of auction %d", plan.name(), won.bid(), won.auction());
            }
            case Outcome.Lost lost -> {
                tally.count(Count.LOST);
                LOG.debugf(
                        "solver %s lost with bid %s of auction %d: %s %s",
                        plan.name(), lost.bid(), lost.auction(), lost.reason(), lost.detail());
            }
            case Outcome.Refused refused -> {
                tally.count(Count.REFUSED);
                // The same again in every auction is worth a line only once.
                var what = refused.reason() + " " + refused.proposal().fills();
                LOG.logf(
                        what.equals(lastRefusal) ? Logger.Level.DEBUG : Logger.Level.INFO,
                        "solver %s: bid %s of auction %d refused: %d %s: %s",
                        plan.name(),
                        refused.bid(),
                        refused.auction(),
                        refused.reason().code(),
                        refused.reason(),
                        refused.detail());
                lastRefusal = what;
            }
        }
        event(() -> solver.onOutcome(outcome));
    }

    void route(RouteOutcome outcome) {
        switch (outcome) {
            case RouteOutcome.CameBack back -> {
                tally.count(back.isSwapped() ? Count.ROUTED : Count.RETURNED);
                LOG.infof(
                        "solver %s: route %s of account %d %s %s",
                        plan.name(),
                        back.route(),
                        back.account(),
                        back.isSwapped() ? "brought" : "was not swapped and gave back",
                        Fixed8.format(back.amount()));
            }
            case RouteOutcome.Refused refused -> {
                tally.count(Count.UNROUTED);
                LOG.warnf(
                        "solver %s: route %s of account %d: %d %s: %s. The fill stands, the exposure stays in the inventory.",
                        plan.name(),
                        refused.route(),
                        refused.account(),
                        refused.reason().code(),
                        refused.reason(),
                        refused.detail());
            }
        }
        event(() -> solver.onRoute(outcome));
    }

    private void event(Runnable event) {
        try {
            events.execute(() -> {
                try {
                    event.run();
                } catch (Throwable t) {
                    tally.count(Count.THROWS);
                    LOG.warnf(t, "solver %s threw on an event: ignored", plan.name());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debugf("solver %s is closed: an event is dropped", plan.name());
        }
    }

    /** Stops the threads, then the solver; a solver that does not stop is left to its daemon thread. */
    @Override
    public void close() {
        solving.shutdownNow();
        events.shutdown();
        try {
            solving.awaitTermination(1, TimeUnit.SECONDS);
            events.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            solver.close();
        } catch (Exception e) {
            LOG.warnf(e, "solver %s threw when it was closed", plan.name());
        }
    }
}
