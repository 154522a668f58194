package io.parley.solvers.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parley.clearing.Screened;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.Solver;
import io.parley.solvers.Exchange;
import io.parley.solvers.Settings;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsSolverTest {

    private static final String CALL = "ETH-25DEC26-3200-C";

    private final Exchange exchange = Exchange.open((asset, prices) ->
                    Greeks.of(asset, prices, Exchange.NOW).orElseThrow().value())
            .funded("alice", "100000 USD", "20 ETH")
            .funded("bob", "100000 USD", "20 ETH")
            .funded("solver", "500000 USD");
    private final Solver solver = solver(Map.of());

    private static Solver solver(Map<String, String> settings) {
        return new OptionsSolver(Exchange.key("solver").address(), new Settings(settings));
    }

    @Test
    void aCall_isSoldAboveAndBoughtBelowItsMark() {
        exchange.intent("alice").gets("5 " + CALL).pays("2000").open();
        exchange.intent("bob").gives("5 " + CALL).takes("100").open();

        var sold = only(0);
        var bought = only(1);

        double mark = mark(CALL) * 5;
        assertThat(-sold).isGreaterThan(mark * 1.005).isLessThan(mark * 1.1);
        assertThat(bought).isLessThan(mark * 0.995).isGreaterThan(mark * 0.9);
    }

    @Test
    void aSpread_costsLessBeyondItsValue_thanItsLegs() {
        exchange.intent("alice")
                .gets("5 ETH-25DEC26-3000-C")
                .gives("5 " + CALL)
                .pays("5000")
                .open();
        exchange.intent("alice").gets("5 ETH-25DEC26-3000-C").pays("5000").open();
        exchange.intent("alice").gives("5 " + CALL).takes("1").open();

        double spread = -only(0) - 5 * (mark("ETH-25DEC26-3000-C") - mark(CALL));
        double legs = -only(1) - 5 * mark("ETH-25DEC26-3000-C") + 5 * mark(CALL) - only(2);

        assertThat(spread).isPositive().isLessThan(legs * 0.5);
    }

    @Test
    void anOptionWithItsHedge_costsLess_thanTheOption() {
        var delta = Greeks.of(Exchange.asset(CALL), prices(), Exchange.NOW)
                        .orElseThrow()
                        .dollarDelta()
                / 3000;
        exchange.intent("alice").gets("10 " + CALL).pays("9000").open();
        exchange.intent("alice")
                .gets("10 " + CALL)
                .gives("%.2f ETH-PERP".formatted(delta * 10))
                .takes("1")
                .open();

        double naked = -only(0) - 10 * mark(CALL);
        double hedged = -only(1) - 10 * mark(CALL) + Double.parseDouble("%.2f".formatted(delta * 10)) * 3000;

        assertThat(hedged).isPositive().isLessThan(naked);
    }

    @Test
    void theMoreItIsShort_theMoreItAsks_andTheMoreItPaysToGetBack() {
        exchange.intent("alice").gets("20 " + CALL).pays("9000").open();
        exchange.intent("bob").gives("20 " + CALL).takes("100").open();
        double soldFlat = only(0);
        double boughtFlat = only(1);

        exchange.clear("solver", single(0));
        exchange.intent("alice").gets("20 " + CALL).pays("9000").open();

        assertThat(only(1)).as("sells dearer, for it is short already").isLessThan(soldFlat);
        assertThat(only(0)).as("buys dearer, since it is short").isGreaterThan(boughtFlat);
    }

    @Test
    void aPerp_isQuotedAroundItsMark() {
        exchange.intent("alice").gets("2 ETH-PERP").pays("6100").open();

        assertThat(only(0)).isCloseTo(-6000 * 1.0005, within(0.5));
    }

    @Test
    void anIntentBelowTheQuote_isLeftAlone() {
        exchange.intent("alice")
                .gets("5 " + CALL)
                .pays("%.2f".formatted(5 * mark(CALL)))
                .open();

        assertThat(solve()).isEmpty();
    }

    @Test
    void spotAlone_isNotItsTrade() {
        exchange.intent("alice").gets("5 ETH").pays("20000").open();

        assertThat(solve()).isEmpty();
    }

    @Test
    void aCoinBesideAnOption_isDelivered_onlyAsFarAsThereIsStock() {
        exchange.funded("solver", "3 ETH");
        exchange.intent("alice")
                .gets("8 ETH")
                .gives("8 " + CALL)
                .pays("30000")
                .parts(8, 1)
                .open();

        var proposal = solve().getFirst();

        assertThat(proposal.fills()).extracting(f -> f.parts()).containsExactly(3L);
        exchange.passes("solver", proposal);
    }

    @Test
    void size_isWhatTheFreeMarginAllows() {
        var small = Exchange.open((asset, prices) ->
                        Greeks.of(asset, prices, Exchange.NOW).orElseThrow().value())
                .funded("alice", "100000 USD")
                .funded("solver", "10000 USD");
        small.intent("alice").gets("100 " + CALL).pays("20000").parts(100, 1).open();

        var proposal = solver.solve(small.view("solver"), Instant.MAX).getFirst();

        var passed = small.passes("solver", proposal);
        assertThat(proposal.fills().getFirst().parts()).isBetween(3L, 12L);
        assertThat(passed.use()).isLessThanOrEqualTo(Fixed8.parse("2500"));
    }

    @Test
    void size_isWhatTheRiskLimitsAllow() {
        exchange.intent("alice")
                .gets("100 ETH-PERP")
                .pays("310000")
                .parts(100, 1)
                .open();

        var proposal = solver(Map.of("delta-limit", "30000"))
                .solve(exchange.view("solver"), Instant.MAX)
                .getFirst();

        assertThat(proposal.fills().getFirst().parts()).isEqualTo(10);
    }

    @Test
    void anOwnerWithoutMargin_isQuotedAlone_soThatScreeningTellsItByHowMuch() {
        exchange.funded("dave", "50 USD");
        exchange.intent("dave").gets("5 ETH-PERP").pays("16000").open();
        exchange.intent("bob").gets("1 ETH-PERP").pays("3100").open();

        var proposals = solve();

        assertThat(proposals).allMatch(p -> p.fills().size() == 1);
        assertThat(proposals)
                .map(p -> exchange.screen("solver", p))
                .filteredOn(Screened.Refused.class::isInstance)
                .singleElement()
                .satisfies(refused ->
                        assertThat(((Screened.Refused) refused).reason()).isEqualTo(Reason.MARGIN_INITIAL));
    }

    @Test
    void whatWasRefusedAlone_isLeftAloneForAWhile_unlessItWasItsOwnFault() {
        exchange.intent("bob").gets("1 ETH-PERP").pays("3100").open();
        var view = exchange.view("solver");
        var proposal = solver.solve(view, Instant.MAX).getFirst();

        solver.onOutcome(new Outcome.Refused(view.auction(), Bytes32.ZERO, proposal, Reason.ABOVE_CAP, "own"));
        assertThat(solve()).isNotEmpty();
        solver.onOutcome(new Outcome.Refused(view.auction(), Bytes32.ZERO, proposal, Reason.NONCE_USED, "used"));
        assertThat(solve()).isEmpty();
        for (int i = 0; i < 50; i++) {
            exchange.view("solver");
        }
        assertThat(solve()).isNotEmpty();
    }

    @Test
    void severalIntents_areProposedAloneAndTogether() {
        exchange.intent("alice").gets("1 " + CALL).pays("2000").open();
        exchange.intent("bob").gets("1 ETH-PERP").pays("3100").open();

        assertThat(solve()).extracting(p -> p.fills().size()).containsExactlyInAnyOrder(2, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 20261120})
    void everyProposal_passesScreening_withinItsCap(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (long account = 1; account < 4; account++) {
            exchange.funded(
                    "solver", account, (1000 + random.nextInt(200_000)) + " USD", (1 + random.nextInt(30)) + " ETH");
        }
        var traders = new String[] {"alice", "bob", "carol", "dave"};
        for (var trader : traders) {
            exchange.funded(trader, (1 + random.nextInt(60_000)) + " USD", (1 + random.nextInt(9)) + " ETH");
        }
        int cleared = 0;
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 12; i++) {
                openAny(random, traders);
            }
            var proposals = solve();
            assertThat(proposals).isNotEmpty();
            var good = proposals.stream()
                    .filter(p -> !isForAnOwnerShortOfMargin(p))
                    .toList();
            good.forEach(p -> exchange.passes("solver", p));
            if (!good.isEmpty()) {
                exchange.clear("solver", good.get(random.nextInt(good.size())));
                cleared++;
            }
            exchange.eth(3000 * Math.exp(random.nextGaussian(0, 0.02)));
        }
        assertThat(cleared).isPositive();
    }

    /** Such an intent is proposed alone only; the refusal must be about its owner. */
    private boolean isForAnOwnerShortOfMargin(Proposal proposal) {
        return proposal.fills().size() == 1
                && exchange.screen("solver", proposal) instanceof Screened.Refused refused
                && Set.of(Reason.MARGIN_INITIAL, Reason.SPOT_NEGATIVE, Reason.CASH_DEBT)
                        .contains(refused.reason())
                && !refused.detail().contains(Exchange.key("solver").address().toString());
    }

    private void openAny(Random random, String[] traders) {
        var legs = new HashMap<AssetId, Long>();
        int parts = 1 + random.nextInt(5);
        double value = 0;
        double size = 0;
        for (int l = 0; l <= random.nextInt(4); l++) {
            var asset = exchange.listed().get(random.nextInt(exchange.listed().size()));
            long quantity = (random.nextInt(9) - 4) * 20_000_000L * parts;
            if (quantity != 0 && legs.put(asset, quantity) == null) {
                double worth = quantity
                        * 1e-8
                        * Greeks.of(asset, prices(), Exchange.NOW).orElseThrow().value();
                value += worth;
                size += Math.abs(worth);
            }
        }
        if (!legs.isEmpty()) {
            var offer = exchange.intent(traders[random.nextInt(traders.length)]);
            legs.forEach(offer::leg);
            offer.cash((long) (1e8 * (-value - size * random.nextGaussian(0.01, 0.03) - 5)))
                    .parts(parts, 1 + random.nextInt(parts))
                    .open();
        }
    }

    private io.parley.protocol.PriceContent prices() {
        return exchange.ledger().prices().orElseThrow();
    }

    private double mark(String asset) {
        return prices().mark(Exchange.asset(asset)).orElseThrow() * 1e-8;
    }

    /** Dollars to the owner of the n-th intent, when it is filled alone. */
    private double only(int intent) {
        return single(intent).fills().getFirst().cash() * 1e-8;
    }

    private Proposal single(int intent) {
        var view = exchange.view("solver");
        var id = view.intents().get(intent).id();
        var proposal = solver.solve(view, Instant.MAX).stream()
                .filter(p ->
                        p.fills().size() == 1 && p.fills().getFirst().intent().equals(id))
                .findFirst()
                .orElseThrow();
        exchange.passes("solver", proposal);
        return proposal;
    }

    private List<Proposal> solve() {
        return solver.solve(exchange.view("solver"), Instant.MAX);
    }
}
