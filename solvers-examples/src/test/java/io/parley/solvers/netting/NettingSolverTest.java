package io.parley.solvers.netting;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.Solver;
import io.parley.solvers.Exchange;
import io.parley.solvers.Settings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NettingSolverTest {

    private final Exchange exchange = Exchange.open()
            .funded("alice", "100000 USD", "20 ETH", "1 BTC")
            .funded("bob", "100000 USD", "20 ETH", "1 BTC")
            .funded("carol", "100000 USD", "20 ETH", "1 BTC")
            .funded("solver", "10 USD");
    private final Solver solver =
            new NettingSolver(Exchange.key("solver").address(), new Settings(Map.of("edge", "0.5")));

    @Test
    void buyerAndSeller_tradeAtTheMarketsPrice_andTheSolverKeepsItsEdge() {
        exchange.intent("alice").gets("2 ETH").pays("6020").open();
        exchange.intent("bob").gives("2 ETH").takes("5990").open();

        var proposal = solve().getFirst();

        assertThat(proposal.fills())
                .extracting(f -> Fixed8.format(f.cash()))
                .containsExactly("-6000.33333334", "5999.83333333");
        assertThat(proposal.fills()).allMatch(f -> f.fee() == Fixed8.parse("0.1"));
        assertThat(proposal.cap()).isZero();
        exchange.passes("solver", proposal);
        exchange.clear("solver", proposal);
        assertThat(exchange.holds("solver", "ETH")).isEqualTo("0");
        assertThat(exchange.holds("solver", "USD")).isEqualTo("10.50000001");
    }

    @Test
    void threeOwners_whoMakeARing_areFilledTogether() {
        exchange.intent("alice").gives("1 BTC").gets("30 ETH-PERP").takes("0").open();
        exchange.intent("bob").gets("1 BTC").gives("15 ETH").pays("45010").open();
        exchange.intent("carol")
                .gets("15 ETH")
                .gives("30 ETH-PERP")
                .takes("44990")
                .open();

        var proposal = solve().getFirst();

        assertThat(proposal.fills()).hasSize(3);
        exchange.passes("solver", proposal);
    }

    @Test
    void aLargeIntent_isFilledInPart_andTheRestNetsInTheNextAuction() {
        exchange.intent("alice").gets("10 ETH").pays("30100").parts(10, 1).open();
        exchange.intent("bob").gives("3 ETH").takes("8980").open();

        var first = solve().getFirst();
        exchange.passes("solver", first);
        exchange.clear("solver", first);
        exchange.intent("carol").gives("4 ETH").takes("11990").open();
        var second = solve().getFirst();

        assertThat(first.fills()).extracting(f -> f.parts()).containsExactlyInAnyOrder(3L, 1L);
        assertThat(second.fills()).extracting(f -> f.parts()).containsExactlyInAnyOrder(4L, 1L);
        exchange.passes("solver", second);
        exchange.clear("solver", second);
        assertThat(exchange.holds("alice", "ETH")).isEqualTo("27");
    }

    @Test
    void anOwnerWhoCannotPay_doesNotSpoilTheOthers() {
        exchange.funded("dave", "10 USD");
        exchange.intent("dave").gets("2 ETH").pays("9000").open();
        exchange.intent("alice").gets("2 ETH").pays("6020").open();
        exchange.intent("bob").gives("2 ETH").takes("5990").open();

        var proposals = solve();

        assertThat(proposals).isNotEmpty();
        proposals.forEach(p -> exchange.passes("solver", p));
    }

    @Test
    void anOwnerOfTwoIntents_isCheckedForBothTogether() {
        exchange.funded("dave", "3100 USD");
        exchange.intent("dave").gets("1 ETH").pays("3010").open();
        exchange.intent("dave").gets("1 ETH-PERP").pays("3010").open();
        exchange.intent("bob").gives("1 ETH").gives("1 ETH-PERP").takes("5990").open();

        solve().forEach(p -> exchange.passes("solver", p));
    }

    @Test
    void theSolversOwnIntents_areLeftAlone() {
        exchange.funded("solver", "5 ETH");
        exchange.intent("alice").gets("2 ETH").pays("6020").open();
        exchange.intent("solver").gives("2 ETH").takes("5990").open();

        assertThat(solve()).isEmpty();
    }

    @Test
    void disjointMatches_areSpreadOverTheAccounts_sinceEachCanWinOne() {
        exchange.funded("solver", 1, "10 USD");
        exchange.intent("alice").gets("2 ETH").pays("6020").open();
        exchange.intent("bob").gives("2 ETH").takes("5990").open();
        exchange.intent("alice").gets("0.1 BTC").pays("9010").open();
        exchange.intent("carol").gives("0.1 BTC").takes("8990").open();

        var proposals = solve();

        assertThat(proposals).extracting(Proposal::account).contains(0L, 1L);
        proposals.forEach(p -> exchange.passes("solver", p));
    }

    @Test
    void whatWasRefused_isNotTriedAgainForAWhile() {
        exchange.intent("alice").gets("2 ETH").pays("6020").open();
        exchange.intent("bob").gives("2 ETH").takes("5990").open();
        var view = exchange.view("solver");
        var proposal = solver.solve(view, Instant.MAX).getFirst();

        solver.onOutcome(new Outcome.Refused(view.auction(), Bytes32.ZERO, proposal, Reason.NONCE_USED, "used"));

        assertThat(solve()).isEmpty();
        for (int i = 0; i < 50; i++) {
            exchange.view("solver");
        }
        assertThat(solve()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 20261120})
    void everyProposal_passesScreening_andLeavesTheSolverFlat(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var traders = new String[] {"alice", "bob", "carol", "dave", "erin", "frank"};
        for (var trader : traders) {
            exchange.funded(trader, (1 + random.nextInt(60_000)) + " USD", (1 + random.nextInt(9)) + " ETH");
        }
        var assets = new String[] {"ETH", "BTC", "ETH-PERP", "BTC-PERP", "ETH-25DEC26-3000-C"};
        for (int i = 0; i < 40; i++) {
            var offer = exchange.intent(traders[random.nextInt(traders.length)]);
            int parts = 1 + random.nextInt(6);
            double value = 0;
            for (int l = 0; l <= random.nextInt(3); l++) {
                var asset = assets[random.nextInt(assets.length)];
                long quantity = (random.nextInt(7) - 3) * 10_000_000L * parts * (asset.startsWith("BTC") ? 1 : 10);
                if (quantity != 0) {
                    offer.leg(Exchange.asset(asset), quantity);
                    value += quantity * 1e-8 * (asset.startsWith("BTC") ? 90_000 : asset.endsWith("C") ? 100 : 3_000);
                }
            }
            if (value != 0) {
                offer.cash((long) (1e8 * (-value - Math.abs(value) * random.nextGaussian(0.002, 0.005))))
                        .parts(parts, 1 + random.nextInt(parts))
                        .maxFee(random.nextBoolean() ? "0" : "0.35")
                        .open();
            }
        }

        for (int round = 0; round < 5; round++) {
            var proposals = solve();
            proposals.forEach(p -> exchange.passes("solver", p));
            if (!proposals.isEmpty()) {
                exchange.clear("solver", proposals.getFirst());
                assertThat(exchange.account("solver", 0).positions()).isEmpty();
            }
        }
        assertThat(exchange.account("solver", 0).cash()).isGreaterThanOrEqualTo(Fixed8.parse("10.5"));
    }

    private List<Proposal> solve() {
        return solver.solve(exchange.view("solver"), Instant.MAX);
    }
}
