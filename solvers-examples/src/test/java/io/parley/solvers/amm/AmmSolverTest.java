package io.parley.solvers.amm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.RouteOutcome;
import io.parley.protocol.spi.RoutePlan;
import io.parley.solvers.Exchange;
import io.parley.solvers.Settings;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AmmSolverTest {

    private static final String ETH_PAIR = "0x00000000000000000000000000000000000000e1";
    private static final String BTC_PAIR = "0x00000000000000000000000000000000000000b1";

    /** 2000 ETH (18 decimals, token0) against 6,000,000 dollars (6 decimals). */
    private static final ConstantProduct ETH_BUYING = new ConstantProduct(
            new BigInteger("6000000000000"), BigInteger.TEN.pow(18).multiply(BigInteger.valueOf(2000)));

    private final Exchange exchange = Exchange.open()
            .funded("alice", "200000 USD", "20 ETH", "1 BTC")
            .funded("bob", "200000 USD", "20 ETH", "1 BTC")
            .funded("solver", "1000000 USD", "100 ETH", "5 BTC");
    private ReservesOnly node;
    private AmmSolver solver;

    @BeforeEach
    void pools() throws IOException {
        node = new ReservesOnly();
        node.reserves(ETH_PAIR, ETH_BUYING.out(), ETH_BUYING.in());
        // The dollar token is token0 here; BTC has 8 decimals: 60 BTC against 5,400,000 dollars.
        node.reserves(BTC_PAIR, new BigInteger("5400000000000"), new BigInteger("6000000000"));
        solver = solver(Map.of());
        exchange.intent("alice").gets("1 ETH").gets("0.1 BTC").pays("20000").open();
        await().until(() -> !solve().isEmpty());
        exchange.clear("solver", solve().getFirst());
    }

    private AmmSolver solver(Map<String, String> more) {
        var settings = new HashMap<>(Map.of(
                "rpc",
                node.uri().toString(),
                "pools",
                "ETH:%s:0:18:6,BTC:%s:1:8:6".formatted(ETH_PAIR, BTC_PAIR),
                "refresh-ms",
                "20",
                "edge",
                "0.5"));
        settings.putAll(more);
        var key = Exchange.key("solver");
        var made = new AmmSolver(key.address(), new Settings(settings));
        made.start();
        return made;
    }

    @AfterEach
    void close() {
        solver.close();
        node.close();
    }

    @Test
    void aBuyer_paysWhatThePoolWouldTake_andTheEdge() {
        exchange.intent("alice").gets("2 ETH").pays("6100").open();

        var pool = ETH_BUYING
                .inFor(BigInteger.TEN.pow(18).multiply(BigInteger.TWO))
                .orElseThrow();
        long exact = pool.longValueExact() * 100; // 6 decimals to 8
        long edge = (long) Math.ceil(exact * 0.0005);
        assertThat(only(0)).isEqualTo(-exact - edge);
    }

    @Test
    void aSeller_getsWhatThePoolWouldGive_lessTheEdge() {
        exchange.intent("bob").gives("0.2 BTC").takes("17000").open();

        var pool = new ConstantProduct(new BigInteger("6000000000"), new BigInteger("5400000000000"))
                .outFor(BigInteger.valueOf(20_000_000));
        long exact = pool.longValueExact() * 100;
        assertThat(only(0)).isEqualTo(exact - (long) Math.ceil(exact * 0.0005));
    }

    @Test
    void theEdge_isAtLeastTheLeast() {
        exchange.intent("alice").gets("0.001 ETH").pays("4").open();

        var pool = ETH_BUYING.inFor(BigInteger.TEN.pow(15)).orElseThrow();
        assertThat(only(0)).isEqualTo(-pool.longValueExact() * 100 - Fixed8.parse("0.5"));
    }

    @Test
    void aCoinForAnother_isPricedThroughBothPools() {
        exchange.intent("alice").gets("0.1 BTC").gives("3 ETH").pays("300").open();
        exchange.intent("alice").gets("0.1 BTC").pays("9100").open();
        exchange.intent("alice").gives("3 ETH").takes("8000").open();

        assertThat(only(0)).isCloseTo(only(1) + only(2), org.assertj.core.api.Assertions.within(2L));
    }

    @Test
    void theSecondBuyer_paysTheMovedPrice_whenBothAreFilledTogether() {
        exchange.intent("alice").gets("5 ETH").pays("16000").open();
        exchange.intent("bob").gets("5 ETH").pays("16000").open();

        var both =
                solve().stream().filter(p -> p.fills().size() == 2).findFirst().orElseThrow();

        exchange.passes("solver", both);
        assertThat(both.fills().get(1).cash()).isLessThan(both.fills().get(0).cash());
    }

    @Test
    void aLimitWorseThanThePool_isLeftAlone() {
        exchange.intent("alice").gets("2 ETH").pays("6010").open();

        assertThat(solve()).isEmpty();
    }

    @Test
    void whatItDoesNotHold_itDoesNotSell() {
        exchange.intent("alice").gets("200 ETH").pays("900000").parts(200, 1).open();

        var proposal = solve().getFirst();

        assertThat(proposal.fills().getFirst().parts()).isLessThanOrEqualTo(99);
        exchange.passes("solver", proposal);
    }

    @Test
    void legsOutsideItsPools_areLeftAlone() {
        exchange.intent("alice").gets("1 ETH").gives("1 ETH-PERP").pays("500").open();

        assertThat(solve()).isEmpty();
    }

    private static final String ADAPTER = "0x00000000000000000000000000000000000000ad";

    private List<RoutePlan> routesOf(Proposal proposal) {
        return proposal.routes().stream()
                .peek(plan -> assertThat(plan.adapter()).isEqualTo(Address.parse(ADAPTER)))
                .toList();
    }

    @Test
    void eachBid_namesRoutes_thatUndoItInThePools() {
        solver.close();
        solver = solver(Map.of("adapter", ADAPTER, "slippage", "0.005", "route-seconds", "90"));
        exchange.intent("alice").gets("2 ETH").gives("0.1 BTC").takes("2000").open();
        await().until(() -> !solve().isEmpty());

        var routes = routesOf(solve().getFirst());

        long paid = ETH_BUYING
                        .inFor(BigInteger.TEN.pow(18).multiply(BigInteger.TWO))
                        .orElseThrow()
                        .longValueExact()
                * 100;
        var btc = new ConstantProduct(new BigInteger("6000000000"), new BigInteger("5400000000000"));
        long taken = btc.outFor(BigInteger.valueOf(10_000_000)).longValueExact() * 100;
        assertThat(routes)
                .containsExactly(
                        new RoutePlan(
                                Address.parse(ADAPTER),
                                AssetId.cash(),
                                paid,
                                Exchange.asset("ETH"),
                                Fixed8.parse("1.99"),
                                90),
                        new RoutePlan(
                                Address.parse(ADAPTER),
                                Exchange.asset("BTC"),
                                Fixed8.parse("0.1"),
                                AssetId.cash(),
                                Fixed8.mulDivFloor(taken, 995, 1000),
                                90));
        // What is handed over buys what was sold to the owner.
        assertThat(ETH_BUYING.outFor(BigInteger.valueOf(paid / 100)))
                .isGreaterThanOrEqualTo(BigInteger.TEN.pow(18).multiply(BigInteger.TWO));
    }

    @Test
    void fillsThatCancelOut_needNoRoute() {
        solver.close();
        solver = solver(Map.of("adapter", ADAPTER));
        exchange.intent("alice").gets("2 ETH").pays("6100").open();
        exchange.intent("bob").gives("2 ETH").takes("5900").open();
        await().until(() -> !solve().isEmpty());

        var both =
                solve().stream().filter(p -> p.fills().size() == 2).findFirst().orElseThrow();

        assertThat(both.routes()).isEmpty();
    }

    @Test
    void withoutAnAdapter_itStaysInTheInventory() {
        exchange.intent("alice").gets("2 ETH").pays("6100").open();

        assertThat(solve()).isNotEmpty().allSatisfy(p -> assertThat(p.routes()).isEmpty());
    }

    @Test
    void whileARouteIsUnderway_thePoolIsPricedAsItWillBe() {
        solver.close();
        solver = solver(Map.of("adapter", ADAPTER));
        exchange.intent("alice").gets("10 ETH").pays("31000").open();
        await().until(() -> !solve().isEmpty());
        long first = only(0);
        var won = solve().getFirst();

        solver.onOutcome(new Outcome.Won(1, Bytes32.ZERO, won));
        long second = only(0);
        var plan = won.routes().getFirst();
        solver.onRoute(new RouteOutcome.CameBack(Bytes32.ZERO, 0, plan, plan.output(), plan.minimum()));

        assertThat(second).as("dearer, as the pool will have less").isLessThan(first);
        assertThat(only(0)).isEqualTo(first);
        solver.onOutcome(new Outcome.Won(2, Bytes32.ZERO, won));
        solver.onRoute(new RouteOutcome.Refused(Bytes32.ZERO, 0, plan, Reason.EXPIRED, ""));
        assertThat(only(0)).isEqualTo(first);
    }

    @Test
    void aSilentNode_stopsQuotes_andNeverHoldsUpAnAnswer() {
        solver.close();
        solver = solver(Map.of("stale-ms", "200"));
        exchange.intent("alice").gets("1 ETH").pays("4000").open();
        await().until(() -> !solve().isEmpty());

        node.fallSilent();

        await().until(() -> solve().isEmpty());
        long before = System.nanoTime();
        solve();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void wrongSettings_areNamed() {
        var key = Exchange.key("solver");
        assertThatThrownBy(() -> new AmmSolver(key.address(), new Settings(Map.of("rpc", "http://x"))))
                .hasMessageContaining("pools");
        assertThatThrownBy(() -> Pool.parse("ETH:0x12")).hasMessageContaining("asset:pair:order");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 20261120})
    void everyProposal_passesScreening_andIsNoBetterThanThePool(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        exchange.funded("solver", 1, "20000 USD", "3 ETH").funded("solver", 2, "5000 USD");
        for (int i = 0; i < 25; i++) {
            int parts = 1 + random.nextInt(5);
            var offer = exchange.intent(random.nextBoolean() ? "alice" : "bob");
            double value = 0;
            if (random.nextInt(4) > 0) {
                long q = (random.nextInt(9) - 4) * 30_000_000L * parts + parts;
                offer.leg(Exchange.asset("ETH"), q);
                value += q * 1e-8 * 3000;
            }
            if (random.nextInt(3) == 0 || value == 0) {
                long q = (random.nextInt(9) - 4) * 1_000_000L * parts + parts;
                offer.leg(Exchange.asset("BTC"), q);
                value += q * 1e-8 * 90_000;
            }
            offer.cash((long) (1e8 * (-value - Math.abs(value) * random.nextGaussian(0.01, 0.01) - 1)))
                    .parts(parts, 1 + random.nextInt(parts))
                    .maxFee(random.nextBoolean() ? "0" : "0.35")
                    .open();
        }

        var proposals = solve();

        assertThat(proposals).isNotEmpty();
        proposals.forEach(p -> exchange.passes("solver", p));
    }

    /** Cash to the owner of the n-th intent, when it is filled alone. */
    private long only(int intent) {
        var view = exchange.view("solver");
        var id = view.intents().get(intent).id();
        var proposal = solver.solve(view, Instant.MAX).stream()
                .filter(p ->
                        p.fills().size() == 1 && p.fills().getFirst().intent().equals(id))
                .findFirst()
                .orElseThrow();
        exchange.passes("solver", proposal);
        return proposal.fills().getFirst().cash();
    }

    private List<Proposal> solve() {
        return solver.solve(exchange.view("solver"), Instant.MAX);
    }
}
