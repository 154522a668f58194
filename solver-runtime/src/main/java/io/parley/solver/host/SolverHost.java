package io.parley.solver.host;

import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.NotListed;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.MarketView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.solver.domain.AccountId;
import io.parley.solver.domain.ClearedState;
import io.parley.solver.domain.OutcomeBook;
import io.parley.solver.domain.RouteBook;
import io.parley.solver.domain.SealedBid;
import io.parley.solver.domain.Sealing;
import io.parley.solver.domain.Tally.Count;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Carries auctions to the solvers and their bids back: shows each auction to all of them, commits to what they propose
 * before the commit phase ends, reveals at the announced moment, and tells each what became of its bids.
 *
 * <p>Methods may be called from any thread and do not block; each topic's records must come in order.
 */
public final class SolverHost implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(SolverHost.class);
    private static final int LATE_TOLD = 20;

    /**
     * The runtime's own times within an auction.
     *
     * @param safety how long before the end of the commit phase solvers must have answered: what signing and the way to the broker take
     * @param reveal how long after it bids are revealed, so that no clock lets them be seen before the marker
     * @param catchUp how long an auction waits for the state that it was opened on
     */
    public record Timing(Duration safety, Duration reveal, Duration catchUp) {}

    private record Waiting(AuctionRecord.Opened opened, AtomicBoolean taken) {}

    private final Domain domain;
    private final ClearedState state;
    private final OutcomeBook book;
    private final Sealing sealing;
    private final Optional<RouteBook> routes;
    private final List<HostedSolver> solvers;
    private final BidPublisher publisher;
    private final InstantSource clock;
    private final Timing timing;
    private final ScheduledThreadPoolExecutor schedule;
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final LongAdder late = new LongAdder();
    private long replayUntil = -1;
    private volatile boolean replayed;

    public SolverHost(
            Domain domain,
            ClearedState state,
            OutcomeBook book,
            Sealing sealing,
            Optional<RouteBook> routes,
            List<HostedSolver> solvers,
            BidPublisher publisher,
            InstantSource clock,
            Timing timing) {
        this.domain = domain;
        this.state = state;
        this.book = book;
        this.sealing = sealing;
        this.routes = routes;
        this.solvers = List.copyOf(solvers);
        this.publisher = publisher;
        this.clock = clock;
        this.timing = timing;
        this.schedule = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("solver-schedule-", 1).factory());
        this.schedule.setRemoveOnCancelPolicy(true);
    }

    public List<HostedSolver> solvers() {
        return solvers;
    }

    /** Auctions that were seen too late to bid in, as after a restart. */
    public long late() {
        return late.sum();
    }

    public void on(AuctionRecord record) {
        switch (record) {
            case AuctionRecord.Opened opened -> opened(opened);
            case AuctionRecord.Closed closed -> tell(book.on(closed));
            case AuctionRecord.Rewarded rewarded -> {}
        }
    }

    public void on(ScreeningRecord record) {
        tell(book.on(record));
    }

    public void on(ClearedRecord record) {
        state.on(record);
        tell(book.on(record));
        routes.ifPresent(r -> tellRoutes(r.on(record)));
        if (record instanceof ClearedRecord.PriceTick) {
            state.market().ifPresent(market -> solvers.forEach(s -> s.prices(market.prices())));
        }
        for (var next = waiting.peek(); next != null && caughtUpWith(next.opened()); next = waiting.peek()) {
            waiting.poll();
            show(next);
        }
    }

    private void tell(List<OutcomeBook.Told> outcomes) {
        for (var told : outcomes) {
            for (var solver : solvers) {
                if (solver.plan().name().equals(told.solver())) {
                    solver.outcome(told.outcome());
                    if (told.outcome() instanceof Outcome.Won) {
                        layOff(solver, told.bid());
                    }
                }
            }
        }
    }

    /** Not before the bid is cleared: what was not filled is not to be laid off. */
    private void layOff(HostedSolver solver, SealedBid bid) {
        if (bid.routes().isEmpty()) {
            return;
        }
        var signed = routes.orElseThrow()
                .cleared(solver.plan().name(), bid, solver.plan().signer());
        signed.records().forEach(publisher::route);
        tellRoutes(signed.told());
    }

    private void tellRoutes(List<RouteBook.Told> outcomes) {
        for (var told : outcomes) {
            for (var solver : solvers) {
                if (solver.plan().name().equals(told.solver())) {
                    solver.route(told.outcome());
                }
            }
        }
    }

    private void opened(AuctionRecord.Opened opened) {
        long left = left(opened);
        if (left <= 0) {
            late.increment();
            // All that were opened before a start are late; a word now and then is enough.
            if (late.sum() % LATE_TOLD == 1) {
                LOG.infof(
                        "auction %d is seen %d ms too late to bid in, %d so far", opened.auction(), -left, late.sum());
            }
            return;
        }
        // The first auction seen says how far the log must be read before the inventory is the real one.
        if (replayUntil < 0) {
            replayUntil = opened.commandsOffset();
        }
        if (!replayed && state.commandsOffset() < replayUntil) {
            LOG.debugf(
                    "auction %d: the log is still being read (%d of %d)",
                    opened.auction(), state.commandsOffset(), replayUntil);
            late.increment();
            return;
        }
        replayed = true;
        var next = new Waiting(opened, new AtomicBoolean());
        if (caughtUpWith(opened)) {
            show(next);
            return;
        }
        waiting.add(next);
        schedule.schedule(
                () -> {
                    waiting.remove(next);
                    show(next);
                },
                timing.catchUp().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private boolean caughtUpWith(AuctionRecord.Opened opened) {
        return state.commandsOffset() >= opened.commandsOffset();
    }

    /** Milliseconds until the solvers must have answered. */
    private long left(AuctionRecord.Opened opened) {
        return opened.commitUntil() - timing.safety().toMillis() - clock.millis();
    }

    private void show(Waiting next) {
        var market = state.market();
        if (!next.taken().compareAndSet(false, true) || market.isEmpty()) {
            return;
        }
        var opened = next.opened();
        long left = left(opened);
        var intents = intents(opened, market.get());
        if (left <= 0 || intents.isEmpty()) {
            return;
        }
        var deadline = Instant.ofEpochMilli(opened.commitUntil()).minus(timing.safety());
        for (var solver : solvers) {
            solver.solve(
                    () -> view(opened, intents, market.get(), solver.plan()),
                    deadline,
                    schedule,
                    left,
                    answer -> commit(opened, solver, answer));
        }
    }

    private List<OpenIntent> intents(AuctionRecord.Opened opened, MarketView market) {
        var intents = new ArrayList<OpenIntent>(opened.intents().size());
        for (var open : opened.intents()) {
            var intent = open.intent().intent();
            try {
                intents.add(new OpenIntent(
                        Eip712.digest(domain, intent, market.listings()),
                        intent,
                        open.partsLeft(),
                        state.account(new AccountId(intent.owner(), intent.account()), 0)));
            } catch (NotListed e) {
                LOG.debugf("auction %d: %s", opened.auction(), e.getMessage());
            }
        }
        return intents;
    }

    private AuctionView view(
            AuctionRecord.Opened opened, List<OpenIntent> intents, MarketView market, SolverPlan plan) {
        var accounts = plan.accounts().stream()
                .map(number -> new AccountId(plan.owner(), number))
                .flatMap(id -> state.account(id, book.held(id)).stream())
                .toList();
        return new AuctionView(opened.auction(), intents, market, accounts, opened.feePerFill());
    }

    private void commit(AuctionRecord.Opened opened, HostedSolver solver, HostedSolver.Answer answer) {
        var sealed = new ArrayList<SealedBid>();
        for (var proposal : answer.proposals()) {
            solver.tally().count(Count.PROPOSALS);
            var objection = proposal.routes().isEmpty() || routes.isPresent()
                    ? Sealing.objection(answer.view(), proposal)
                    : Optional.of("it has routes, and no contract runs them here (parley.chain.routes)");
            if (objection.isPresent()) {
                solver.tally().count(Count.OBJECTIONS);
                LOG.warnf(
                        "solver %s, auction %d: a proposal is not sent, since %s",
                        solver.plan().name(), opened.auction(), objection.get());
                continue;
            }
            var bid = sealing.seal(
                    answer.view(), solver.plan().owner(), solver.plan().signer(), proposal);
            book.committed(solver.plan().name(), bid);
            publisher.commit(bid);
            solver.tally().count(Count.COMMITMENTS);
            sealed.add(bid);
        }
        if (!sealed.isEmpty()) {
            LOG.debugf(
                    "solver %s committed to %d bids in auction %d",
                    solver.plan().name(), sealed.size(), opened.auction());
            long wait = opened.commitUntil() + timing.reveal().toMillis() - clock.millis();
            schedule.schedule(() -> reveal(solver, sealed), Math.max(wait, 0), TimeUnit.MILLISECONDS);
        }
    }

    private void reveal(HostedSolver solver, List<SealedBid> sealed) {
        for (var bid : sealed) {
            // Refused at the hold: it could not win, so nobody needs to see it.
            if (book.mayReveal(bid.digest())) {
                publisher.reveal(bid);
                solver.tally().count(Count.BIDS);
            }
        }
    }

    @Override
    public void close() {
        schedule.shutdownNow();
        solvers.forEach(HostedSolver::close);
    }
}
