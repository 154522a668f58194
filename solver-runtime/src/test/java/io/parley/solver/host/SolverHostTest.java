package io.parley.solver.host;

import static io.parley.solver.Floor.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.clearing.Screened;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.Route;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.RouteOutcome;
import io.parley.protocol.spi.RoutePlan;
import io.parley.protocol.spi.Solver;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.RouteRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.solver.Floor;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SolverHostTest {

    private static final InstantSource CLOCK = InstantSource.system();
    private static final Address ROUTES = Address.parse("0x000000000000000000000000000000000000a007");
    private static final Address ADAPTER = Address.parse("0x00000000000000000000000000000000000000ad");

    /** What went out, with the clock when it did. */
    private record Sent(SealedBid bid, long at) {}

    private static final class Recorded implements BidPublisher {
        final List<Sent> committed = new CopyOnWriteArrayList<>();
        final List<Sent> revealed = new CopyOnWriteArrayList<>();
        final List<RouteRecord> routes = new CopyOnWriteArrayList<>();

        @Override
        public void commit(SealedBid bid) {
            committed.add(new Sent(bid, CLOCK.millis()));
        }

        @Override
        public void reveal(SealedBid bid) {
            revealed.add(new Sent(bid, CLOCK.millis()));
        }

        @Override
        public void route(RouteRecord route) {
            routes.add(route);
        }
    }

    private static class Written implements Solver {
        private final BiFunction<AuctionView, Instant, List<Proposal>> solving;
        final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
        final List<RouteOutcome> routes = new CopyOnWriteArrayList<>();
        final AtomicInteger prices = new AtomicInteger();

        Written(BiFunction<AuctionView, Instant, List<Proposal>> solving) {
            this.solving = solving;
        }

        @Override
        public String name() {
            return "written";
        }

        @Override
        public List<Proposal> solve(AuctionView auction, Instant deadline) {
            return solving.apply(auction, deadline);
        }

        @Override
        public void onPrices(io.parley.protocol.PriceContent content) {
            prices.incrementAndGet();
        }

        @Override
        public void onOutcome(Outcome outcome) {
            outcomes.add(outcome);
        }

        @Override
        public void onRoute(RouteOutcome outcome) {
            routes.add(outcome);
        }
    }

    private final Floor floor = new Floor(Floor.ANYWHERE)
            .funded(key("alice"), 0, "100000 USD", "10 ETH")
            .funded(key("sam"), 0, "50000 USD", "20 ETH")
            .funded(key("sam"), 1, "1000 USD");
    private final SignedIntent buy = floor.intent(key("alice"), "-3050", "1 ETH");
    private final Recorded sent = new Recorded();
    private final ClearedState state = new ClearedState();
    private final AtomicLong salts = new AtomicLong();
    private Optional<Address> contract = Optional.of(ROUTES);
    private SolverHost host;

    @AfterEach
    void close() {
        if (host != null) {
            host.close();
        }
    }

    private void host(Solver... solvers) {
        var hosted = new ArrayList<HostedSolver>();
        for (int i = 0; i < solvers.length; i++) {
            hosted.add(new HostedSolver(
                    new SolverPlan("s" + i, "test", key("sam").address(), List.of(0L, 1L, 7L), key("sam"), Map.of(), 1),
                    solvers[i]));
        }
        host = new SolverHost(
                floor.domain(),
                state,
                new OutcomeBook(floor.domain()),
                new Sealing(
                        floor.domain(),
                        () -> io.parley.protocol.Keccak256.hash(new byte[] {(byte) salts.incrementAndGet()})),
                contract.map(routes -> new RouteBook(floor.domain(), routes, state)),
                hosted,
                sent,
                CLOCK,
                new SolverHost.Timing(Duration.ofMillis(20), Duration.ofMillis(2), Duration.ofMillis(50)));
        floor.cleared().forEach(host::on);
    }

    private AuctionRecord.Opened open(long auction, long commitMillis) {
        var opened = floor.opened(auction, CLOCK.millis(), commitMillis, 100, buy);
        host.on(opened);
        return opened;
    }

    /** Sells at 3010 what is bought. */
    private static List<Proposal> sells(AuctionView auction) {
        var open = auction.intents().getFirst();
        return List.of(new Proposal(
                0,
                List.of(open.fill(1, Fixed8.parse("-3010"), auction.feePerFill())),
                0,
                List.of(),
                Fixed8.parse("2000")));
    }

    private long count(int solver, Count what) {
        return host.solvers().get(solver).tally().of(what);
    }

    @Test
    void aBid_isCommittedBefore_andRevealedAfter_theEndOfTheCommitPhase() {
        host(new Written((auction, deadline) -> sells(auction)));

        var opened = open(1, 300);

        await().until(() -> sent.revealed.size() == 1);
        assertThat(sent.committed).hasSize(1);
        assertThat(sent.committed.getFirst().at()).isLessThan(opened.commitUntil());
        assertThat(sent.revealed.getFirst().at()).isGreaterThanOrEqualTo(opened.commitUntil());
        var bid = sent.revealed.getFirst().bid();
        var digest = Eip712.digest(floor.domain(), bid.bid().bid());
        assertThat(bid.commitment().commitment().bid()).isEqualTo(digest);
        assertThat(bid.cap()).isEqualTo(Fixed8.parse("2000"));
        assertThat(Signatures.recover(digest, bid.bid().signature()))
                .contains(key("sam").address());
        assertThat(bid.bid().bid().validUntil()).isEqualTo(Floor.NOW + 1 + 30);
        assertThat(floor.screen(bid.bid(), List.of(buy))).isInstanceOf(Screened.Passed.class);
    }

    @Test
    void aSolver_seesTheMarket_itsAccounts_andTheOwners() {
        var seen = new CopyOnWriteArrayList<AuctionView>();
        host(new Written((auction, deadline) -> {
            seen.add(auction);
            return List.of();
        }));

        open(1, 300);

        await().until(() -> seen.size() == 1);
        var view = seen.getFirst();
        assertThat(view.accounts()).hasSize(2);
        assertThat(view.accounts().getFirst().position(Floor.asset("ETH"))).isEqualTo(20 * Fixed8.ONE);
        assertThat(view.accounts().getFirst().cash()).isEqualTo(Fixed8.parse("50000"));
        assertThat(view.accounts().getFirst().freeMargin())
                .isEqualTo(floor.ledger()
                        .margin(floor.ledger().account(key("sam").address(), 0).orElseThrow())
                        .netInitial());
        assertThat(view.market().time()).isEqualTo(Floor.NOW + 1);
        assertThat(view.market().symbols()).isEqualTo(Map.of(1, "ETH", 2, "BTC"));
        assertThat(view.market().listings()).isEqualTo(floor.ledger().listings());
        assertThat(view.market().marginParameters().size()).isPositive();
        assertThat(view.intents().getFirst().id()).isEqualTo(floor.id(buy.intent()));
        assertThat(view.intents().getFirst().owner().orElseThrow().position(Floor.asset("ETH")))
                .isEqualTo(10 * Fixed8.ONE);
    }

    @Test
    void aSlowSolver_missesItsDeadline_isInterrupted_andHoldsUpNobody() throws InterruptedException {
        var interrupted = new CountDownLatch(1);
        host(
                new Written((auction, deadline) -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                    return sells(auction);
                }),
                new Written((auction, deadline) -> sells(auction)));

        open(1, 200);

        await().until(() -> sent.revealed.size() == 1);
        assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(count(0, Count.MISSES)).isEqualTo(1);
        assertThat(count(0, Count.COMMITMENTS)).isZero();
        assertThat(count(1, Count.BIDS)).isEqualTo(1);
    }

    @Test
    void aSolverThatNeverComesBack_onlyMisses() {
        var release = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        host(new Written((auction, deadline) -> {
            entered.countDown();
            boolean free = false;
            while (!free) {
                try {
                    release.await();
                    free = true;
                } catch (InterruptedException e) {
                    // Stubborn on purpose.
                }
            }
            return sells(auction);
        }));

        for (long auction = 1; auction <= 4; auction++) {
            open(auction, 120);
        }

        await().until(() -> count(0, Count.MISSES) == 4);
        release.countDown();
        assertThat(sent.committed).isEmpty();
    }

    @Test
    void aThrow_isNoBid_andTheNextAuctionIsAsked() {
        var calls = new AtomicInteger();
        host(new Written((auction, deadline) -> {
            if (calls.incrementAndGet() == 1) {
                throw new StackOverflowError("solver's own mistake");
            }
            return sells(auction);
        }));

        open(1, 200);
        await().until(() -> count(0, Count.THROWS) == 1);
        open(2, 200);

        await().until(() -> sent.revealed.size() == 1);
        assertThat(sent.revealed.getFirst().bid().auction()).isEqualTo(2);
        assertThat(count(0, Count.MISSES)).isZero();
    }

    @Test
    void whatIsSureToBeRefused_isNotSent() {
        host(new Written((auction, deadline) -> {
            var open = auction.intents().getFirst();
            long fee = auction.feePerFill();
            return List.of(
                    new Proposal(0, List.of(open.fill(1, Fixed8.parse("-3051"), fee))),
                    new Proposal(7, List.of(open.fill(1, Fixed8.parse("-3010"), fee))),
                    new Proposal(0, List.of()),
                    new Proposal(0, List.of(open.fill(1, Fixed8.parse("-3010"), 0))),
                    new Proposal(0, List.of(open.fill(2, Fixed8.parse("-3010"), fee))),
                    new Proposal(0, List.of(open.fill(1, Fixed8.parse("-3011"), fee))));
        }));

        open(1, 200);

        await().until(() -> sent.revealed.size() == 1);
        assertThat(sent.committed).hasSize(1);
        assertThat(count(0, Count.OBJECTIONS)).isEqualTo(5);
        var cap = sent.committed.getFirst().bid().cap();
        assertThat(cap)
                .as("left open: three quarters of the free margin")
                .isPositive()
                .isLessThan(Fixed8.parse("95000"));
    }

    @Test
    void anAuctionSeenTooLate_isIgnored() {
        host(new Written((auction, deadline) -> sells(auction)));

        host.on(floor.opened(1, CLOCK.millis() - 10_000, 100, 100, buy));
        open(2, 200);

        await().until(() -> sent.revealed.size() == 1);
        assertThat(host.late()).isEqualTo(1);
        assertThat(count(0, Count.AUCTIONS)).isEqualTo(1);
    }

    @Test
    void beforeTheLogIsRead_nothingIsBid() {
        host(new Written((auction, deadline) -> sells(auction)));
        host.close();
        var fresh = new ClearedState();
        var empty = new SolverHost(
                floor.domain(),
                fresh,
                new OutcomeBook(floor.domain()),
                new Sealing(floor.domain(), () -> Bytes32.ZERO),
                Optional.empty(),
                List.of(new HostedSolver(
                        new SolverPlan("fresh", "test", key("sam").address(), List.of(0L), key("sam"), Map.of(), 1),
                        new Written((auction, deadline) -> sells(auction)))),
                sent,
                CLOCK,
                new SolverHost.Timing(Duration.ofMillis(20), Duration.ofMillis(2), Duration.ofMillis(50)));
        try (empty) {
            var records = floor.cleared();
            records.subList(0, records.size() - 1).forEach(empty::on);
            empty.on(floor.opened(1, CLOCK.millis(), 200, 100, buy));
            empty.on(records.getLast());
            empty.on(floor.opened(2, CLOCK.millis(), 200, 100, buy));

            await().until(() -> sent.revealed.size() == 1);
            assertThat(sent.revealed.getFirst().bid().auction()).isEqualTo(2);
        }
    }

    @Test
    void anAuctionThatIsAheadOfTheState_waitsForIt() {
        var seen = new CopyOnWriteArrayList<AuctionView>();
        host(new Written((auction, deadline) -> {
            seen.add(auction);
            return List.of();
        }));
        open(1, 300);
        await().until(() -> seen.size() == 1);

        var next = floor.price(3100);
        open(2, 300);
        host.on(next);

        await().until(() -> seen.size() == 2);
        assertThat(seen.get(1).market().time()).isEqualTo(next.time());
    }

    @Test
    void itLearnsWhatBecameOfItsBids() {
        var solver = new Written((auction, deadline) -> {
            var open = auction.intents().getFirst();
            long fee = auction.feePerFill();
            return List.of(
                    new Proposal(
                            0, List.of(open.fill(1, Fixed8.parse("-3010"), fee)), 0, List.of(), Fixed8.parse("2000")),
                    new Proposal(
                            0, List.of(open.fill(1, Fixed8.parse("-3020"), fee)), 0, List.of(), Fixed8.parse("2000")),
                    new Proposal(0, List.of(open.fill(1, Fixed8.parse("-3030"), fee)), 0, List.of(), Fixed8.parse("1")),
                    new Proposal(
                            1, List.of(open.fill(1, Fixed8.parse("-3000"), fee)), 0, List.of(), Fixed8.parse("500")));
        });
        host(solver);
        open(1, 200);
        await().until(() -> sent.committed.size() == 4);
        var bids = sent.committed.stream().map(Sent::bid).toList();

        host.on(hold(bids.get(3), Reason.HOLD_EXCEEDS_MARGIN));
        await().until(() -> sent.revealed.size() == 3);
        // The topics are read in any order: the award is seen before the verdicts.
        host.on(closed(1, bids.get(0)));
        host.on(verdict(bids.get(0), 0));
        host.on(verdict(bids.get(1), 0));
        host.on(verdict(bids.get(2), Reason.ABOVE_CAP.code()));
        host.on(new ScreeningRecord.ScreeningClosed(1, 3));
        host.on(floor.award(bids.get(0).bid(), List.of(buy)));

        await().until(() -> solver.outcomes.size() == 4);
        assertThat(solver.outcomes)
                .extracting(Outcome::bid)
                .containsExactly(
                        bids.get(3).digest(),
                        bids.get(2).digest(),
                        bids.get(1).digest(),
                        bids.get(0).digest());
        assertThat(solver.outcomes.get(0))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.HOLD_EXCEEDS_MARGIN));
        assertThat(solver.outcomes.get(1))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.ABOVE_CAP));
        assertThat(solver.outcomes.get(2)).isInstanceOfSatisfying(Outcome.Lost.class, l -> {
            assertThat(l.reason()).isEqualTo(Reason.OUTBID);
            assertThat(l.detail()).contains("scored 30");
        });
        assertThat(solver.outcomes.get(3)).isInstanceOf(Outcome.Won.class);
        assertThat(count(0, Count.WON)).isEqualTo(1);
        assertThat(count(0, Count.LOST)).isEqualTo(1);
        assertThat(count(0, Count.REFUSED)).isEqualTo(2);
    }

    @Test
    void anAwardThatClearingRefuses_isRefused() {
        var solver = new Written((auction, deadline) -> sells(auction));
        host(solver);
        open(1, 200);
        await().until(() -> sent.revealed.size() == 1);
        var bid = sent.revealed.getFirst().bid();
        floor.award(bid.bid(), List.of(buy));

        host.on(floor.award(bid.bid(), List.of(buy)));

        await().until(() -> solver.outcomes.size() == 1);
        assertThat(solver.outcomes.getFirst())
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.AUCTION_NOT_NEW));
    }

    @Test
    void whatIsHeld_isNotFree_untilTheOutcomeIsKnown() {
        var free = new CopyOnWriteArrayList<Long>();
        var solver = new Written((auction, deadline) -> {
            free.add(auction.accounts().getFirst().freeMargin());
            return sells(auction);
        });
        host(solver);
        open(1, 150);
        await().until(() -> sent.revealed.size() == 1);
        open(2, 150);
        await().until(() -> sent.revealed.size() == 2);
        for (int i = 0; i < 2; i++) {
            var bid = sent.revealed.get(i).bid();
            host.on(verdict(bid, 0));
            host.on(new ScreeningRecord.ScreeningClosed(bid.auction(), 1));
            host.on(closed(bid.auction()));
        }
        open(3, 150);

        await().until(() -> free.size() == 3);
        assertThat(free.get(0) - free.get(1)).isEqualTo(Fixed8.parse("2000"));
        assertThat(free.get(2)).isEqualTo(free.get(0));
    }

    @Test
    void prices_areTold() {
        var solver = new Written((auction, deadline) -> List.of());
        host(solver);
        await().until(() -> solver.prices.get() >= 1);
        int before = solver.prices.get();

        host.on(floor.price(3001));

        await().until(() -> solver.prices.get() > before);
    }

    @Test
    void aRecordSeenTwice_changesNothing() {
        host(new Written((auction, deadline) -> List.of()));
        floor.cleared().forEach(host::on);

        assertThat(state.commandsOffset()).isEqualTo(floor.commandsOffset());
        assertThat(state.listings()).isEqualTo(floor.ledger().listings());
    }

    private static ScreeningRecord.Hold hold(SealedBid bid, Reason reason) {
        return new ScreeningRecord.Hold(
                bid.auction(),
                bid.digest(),
                bid.account().owner(),
                bid.account().account(),
                bid.cap(),
                reason.code(),
                "needs 500 USD, has 100 USD",
                0,
                0);
    }

    private static ScreeningRecord.Verdict verdict(SealedBid bid, int code) {
        long score = Fixed8.parse("3050.9") + bid.bid().bid().fills().getFirst().cash();
        return new ScreeningRecord.Verdict(
                bid.auction(),
                bid.digest(),
                bid.account().owner(),
                bid.account().account(),
                code,
                "",
                score,
                0,
                0,
                0,
                0,
                bid.bid());
    }

    private static AuctionRecord.Closed closed(long auction, SealedBid... winners) {
        Address sam = key("sam").address();
        return new AuctionRecord.Closed(
                auction,
                Bytes32.ZERO,
                Bytes32.ZERO,
                0,
                0,
                java.util.Arrays.stream(winners)
                        .map(b -> new AuctionRecord.Award(
                                b.digest(), sam, b.account().account(), Fixed8.parse("40.9"), 0))
                        .toList(),
                List.of(),
                "greedy",
                Fixed8.parse("40.9"),
                Fixed8.parse("40.9"));
    }

    // Routes

    private static RoutePlan plan(String dollars) {
        return new RoutePlan(
                ADAPTER, AssetId.cash(), Fixed8.parse(dollars), Floor.asset("ETH"), Fixed8.parse("0.99"), 60);
    }

    /** Sells at 3010 what is bought, and buys it back. */
    private static Written laysOff(String dollars) {
        return new Written((auction, deadline) -> {
            var sold = sells(auction).getFirst();
            return List.of(new Proposal(sold.account(), sold.fills(), sold.pays(), List.of(plan(dollars)), sold.cap()));
        });
    }

    private SealedBid bidIn(long auction) {
        open(auction, 200);
        await().until(() -> sent.revealed.stream().anyMatch(s -> s.bid().auction() == auction));
        return sent.revealed.getLast().bid();
    }

    private RouteRecord winsAndRoutes(SealedBid bid) {
        int before = sent.routes.size();
        host.on(floor.award(bid.bid(), List.of(buy)));
        await().until(() -> sent.routes.size() == before + 1);
        return sent.routes.getLast();
    }

    @Test
    void aRoute_isNamedByItsBid_andSigned_onceTheBidIsCleared() {
        host(laysOff("3000"));
        var bid = bidIn(1);
        var route = bid.routes().getFirst();
        assertThat(bid.bid().bid().path()).isEqualTo(Route.path(List.of(route))).isNotEqualTo(Bytes32.ZERO);
        assertThat(sent.routes).as("what is not filled is not to be laid off").isEmpty();

        var record = winsAndRoutes(bid);

        assertThat(record.route())
                .isEqualTo(route)
                .isEqualTo(new Route(
                        key("sam").address(),
                        0,
                        1,
                        0,
                        ADAPTER,
                        AssetId.cash(),
                        Fixed8.parse("3000"),
                        Floor.asset("ETH"),
                        Fixed8.parse("0.99"),
                        state.market().orElseThrow().time() + 60));
        assertThat(floor.apply(record.withdrawal(ROUTES)))
                .as("the ledger takes its signature and nonce")
                .isInstanceOf(ClearedRecord.Applied.class);
    }

    @Test
    void whatComesBackFromItsEscrow_isToldToTheSolver() {
        var solver = laysOff("3000");
        host(solver);
        var record = winsAndRoutes(bidIn(1));
        var escrow = record.route().escrow(ROUTES);
        // Somebody else's deposit says nothing of it, nor does one before its withdrawal.
        host.on(floor.deposited(key("sam"), 0, key("alice").address(), "1 ETH"));
        host.on(floor.deposited(key("sam"), 0, escrow, "1 ETH"));
        host.on(floor.apply(record.withdrawal(ROUTES)));
        host.on(floor.deposited(key("sam"), 0, escrow, "0.995 ETH"));
        host.on(floor.deposited(key("sam"), 0, escrow, "1 ETH"));

        await().until(() -> !solver.routes.isEmpty());
        assertThat(solver.routes)
                .containsExactly(new RouteOutcome.CameBack(
                        record.route().id(), 0, plan("3000"), Floor.asset("ETH"), Fixed8.parse("0.995")));
        assertThat(count(0, Count.ROUTED)).isEqualTo(1);
    }

    @Test
    void anInputThatCameBack_isNoSwap() {
        var solver = laysOff("3000");
        host(solver);
        var record = winsAndRoutes(bidIn(1));
        host.on(floor.apply(record.withdrawal(ROUTES)));
        host.on(floor.deposited(key("sam"), 0, record.route().escrow(ROUTES), "3000 USD"));

        await().until(() -> !solver.routes.isEmpty());
        assertThat(((RouteOutcome.CameBack) solver.routes.getFirst()).isSwapped())
                .isFalse();
        assertThat(count(0, Count.RETURNED)).isEqualTo(1);
    }

    @Test
    void aWithdrawalThatTheLedgerRefuses_isToldWithItsReason() {
        var solver = laysOff("1000000");
        host(solver);
        var record = winsAndRoutes(bidIn(1));

        var cleared = floor.apply(record.withdrawal(ROUTES));
        assertThat(cleared).isInstanceOf(ClearedRecord.Refused.class);
        host.on(cleared);

        await().until(() -> !solver.routes.isEmpty());
        assertThat(solver.routes.getFirst())
                .isInstanceOfSatisfying(
                        RouteOutcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.INSUFFICIENT_BALANCE));
        assertThat(count(0, Count.UNROUTED)).isEqualTo(1);
    }

    @Test
    void whatIsNotInTheLogInTime_isGivenUp() {
        var solver = laysOff("3000");
        host(solver);
        winsAndRoutes(bidIn(1));

        for (int seconds = 0; seconds <= 61; seconds++) {
            host.on(floor.price(3000));
        }

        await().until(() -> !solver.routes.isEmpty());
        assertThat(solver.routes.getFirst())
                .isInstanceOfSatisfying(
                        RouteOutcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void eachRoute_hasANonceOfItsOwn() {
        host(laysOff("3000"));
        var first = winsAndRoutes(bidIn(1));
        var other = floor.intent(key("alice"), "-3050", "1 ETH");
        var opened = floor.opened(2, CLOCK.millis(), 200, 100, other);
        host.on(opened);
        await().until(() -> sent.revealed.size() == 2);
        host.on(floor.award(sent.revealed.getLast().bid().bid(), List.of(other)));
        await().until(() -> sent.routes.size() == 2);

        assertThat(sent.routes.get(1).nonce()).isNotEqualTo(first.nonce());
        for (var record : sent.routes) {
            assertThat(floor.apply(record.withdrawal(ROUTES))).isInstanceOf(ClearedRecord.Applied.class);
        }
    }

    @Test
    void withoutAContractThatRunsThem_bidsWithRoutesAreNotSent() {
        contract = Optional.empty();
        host(laysOff("3000"));
        open(1, 200);

        await().until(() -> count(0, Count.OBJECTIONS) == 1);
        assertThat(sent.committed).isEmpty();
    }

    @Test
    void routesThatCannotBe_areObjectedTo() {
        var eth = Floor.asset("ETH");
        var plans = List.of(
                new RoutePlan(ADAPTER, AssetId.cash(), 0, eth, 1, 60),
                new RoutePlan(ADAPTER, AssetId.cash(), 1, eth, 0, 60),
                new RoutePlan(ADAPTER, AssetId.cash(), 1, eth, 1, 0),
                new RoutePlan(ADAPTER, eth, 1, eth, 1, 60),
                new RoutePlan(ADAPTER, Floor.asset("ETH-PERP"), 1, eth, 1, 60));
        host(new Written((auction, deadline) -> {
            var sold = sells(auction).getFirst();
            var proposals = new ArrayList<Proposal>();
            plans.forEach(plan -> proposals.add(new Proposal(0, sold.fills(), 0, List.of(plan), sold.cap())));
            proposals.add(new Proposal(0, sold.fills(), 0, Collections.nCopies(9, plan("1")), sold.cap()));
            return proposals;
        }));
        open(1, 200);

        await().until(() -> count(0, Count.OBJECTIONS) == 6);
        assertThat(sent.committed).isEmpty();
    }
}
