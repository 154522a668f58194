package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Market.market;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.BOB;
import static io.parley.clearing.Trader.CAROL;
import static io.parley.clearing.Trader.SESSION;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.Signatures;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a trade does to those who are in it. */
class TradeTest {
    @Test
    void swap_movesTheAssetOneWay_andTheCashTheOther() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");

        market.applied(bid().by(SOLVER).fills(intent().by(ALICE).gets("1 ETH").pays("3001")));

        assertThat(market.holds(ALICE, "ETH")).isEqualTo("1");
        assertThat(market.holds(ALICE, "USD")).isEqualTo("99");
        assertThat(market.holds(SOLVER, "ETH")).isEqualTo("4");
        assertThat(market.holds(SOLVER, "USD")).isEqualTo("3001");
    }

    @Test
    void fee_comesFromTheOwner_andWaitsInThePot() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");

        market.applied(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3001").maxFee("0.5"), 1, "-3000", "0.3"));

        assertThat(market.holds(ALICE, "USD")).isEqualTo("99.7");
        assertThat(market.holds(SOLVER, "USD")).isEqualTo("3000");
        assertThat(market.ledger().global().fees()).isEqualTo(Fixed8.parse("0.3"));
        assertThat(market.ledger().global().feesTotal()).isEqualTo(Fixed8.parse("0.3"));
    }

    @Test
    void whatTheSolverPays_goesToTheInsurancePot() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");

        market.applied(
                bid().fills(intent().by(ALICE).gets("1 ETH").pays("3001")).pays("2.5"));

        assertThat(market.holds(SOLVER, "USD")).isEqualTo("2998.5");
        assertThat(market.ledger().global().insurance()).isEqualTo(Fixed8.parse("2.5"));
    }

    @Test
    void ring_leavesTheSolverFlat() {
        var market = market().spot("BTC", "60000")
                .account(ALICE, "20 ETH")
                .account(BOB, "1 BTC")
                .account(CAROL, "60000 USD")
                .account(SOLVER, "10 USD");

        market.applied(bid().fills(intent().by(ALICE).gives("20 ETH").gets("1 BTC"))
                .fills(intent().by(BOB).gives("1 BTC").takes("60000"))
                .fills(intent().by(CAROL).gets("20 ETH").pays("60000")));

        assertThat(market.holds(ALICE, "BTC")).isEqualTo("1");
        assertThat(market.holds(BOB, "USD")).isEqualTo("60000");
        assertThat(market.holds(CAROL, "ETH")).isEqualTo("20");
        assertThat(market.of(SOLVER).positions()).isEmpty();
        assertThat(market.holds(SOLVER, "USD")).isEqualTo("10");
    }

    @Test
    void opposingIntents_pricesBetweenTheirLimits_leaveTheSolverTheDifference() {
        var market = market().account(ALICE, "3100 USD").account(BOB, "1 ETH").account(SOLVER, "10 USD");

        market.applied(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3002"))
                .fills(intent().by(BOB).gives("1 ETH").takes("2999"), 1, "3000", "0"));

        assertThat(market.holds(BOB, "USD")).isEqualTo("3000");
        assertThat(market.holds(SOLVER, "USD")).isEqualTo("12");
    }

    @Test
    void perp_tradesAgainstFullNotional_soThatItsValueNeedsNoEntryPrice() {
        var market = market().account(ALICE, "500 USD").account(SOLVER, "5000 USD");

        market.applied(bid().fills(intent().by(ALICE).gets("1 ETH-PERP").pays("3000")));
        market.perp("ETH", "3040");

        assertThat(market.holds(ALICE, "USD")).isEqualTo("-2500");
        assertThat(market.margin(ALICE).value()).isEqualTo(Fixed8.parse("540"));
        assertThat(market.margin(SOLVER).value()).isEqualTo(Fixed8.parse("4960"));
    }

    @Test
    void callSpread_needsItsWorstLossOnly() {
        var market = market().mark("ETH-27MAR26-3200-C", "120")
                .mark("ETH-27MAR26-3400-C", "70")
                .account(ALICE, "200 USD")
                .account(SOLVER, "9000 USD");

        // Sells the lower strike and buys the higher: the most that it can cost is the distance of the strikes.
        market.applied(bid().fills(intent().by(ALICE)
                .gives("1 ETH-27MAR26-3200-C")
                .gets("1 ETH-27MAR26-3400-C")
                .takes("50")));

        assertThat(market.holds(ALICE, "USD")).isEqualTo("250");
        assertThat(market.margin(ALICE).netInitial()).isEqualTo(Fixed8.parse("50"));
    }

    @Test
    void intentInParts_staysOpen_untilItsLastPart() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "4 ETH");
        var offer = intent().by(ALICE).gets("4 ETH").pays("12000").parts(4).nonce(3);

        market.applied(bid().fills(offer, 1, "-3000", "0"));
        assertThat(market.of(ALICE).partials()).hasSize(1);
        assertThat(market.of(ALICE).partials().getFirst())
                .isEqualTo(new PartialFill(market.id(offer), 3, Market.LATER, market.now(), 1));
        assertThat(market.of(ALICE).nonces().isUnused(3)).isFalse();

        market.tick().applied(bid().fills(offer, 2, "-6000", "0"));
        assertThat(market.of(ALICE).partials().getFirst().partsDone()).isEqualTo(3);
        assertThat(market.of(ALICE).partials().getFirst().lastFill()).isEqualTo(market.now());

        market.applied(bid().fills(offer, 1, "-3000", "0"));
        assertThat(market.of(ALICE).partials()).isEmpty();
        assertThat(market.holds(ALICE, "ETH")).isEqualTo("4");
        assertThat(market.send(bid().fills(offer, 1, "-3000", "0")))
                .isInstanceOfSatisfying(
                        StepResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.NONCE_USED));
    }

    @Test
    void onlyCashRounds_andForTheOwner() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "4 ETH");
        // A third of -100.00000001 is -33.333…; the owner pays at most 33.33333333.
        var offer = intent().by(ALICE)
                .gets("0.03 ETH")
                .cash(-Fixed8.parse("100.00000001"))
                .parts(3);

        assertThat(market.screen(bid().fillsUnits(offer, 1, -3_333_333_334L, 0)))
                .isInstanceOfSatisfying(
                        Screened.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.BELOW_LIMIT));
        market.applied(bid().fillsUnits(offer, 1, -3_333_333_333L, 0));
    }

    @Test
    void partialFills_thatHaveExpired_areDroppedWhenTheAccountTrades() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        var old = intent().by(ALICE).gets("4 ETH").pays("12000").parts(4).validUntil(market.now() + 10);
        market.applied(bid().fills(old, 1, "-3000", "0"));

        market.tick(11)
                .applied(bid().fills(
                                intent().by(ALICE).gets("1 ETH").pays("3000").nonce(1)));

        assertThat(market.of(ALICE).partials()).isEmpty();
        assertThat(market.of(ALICE).nonces().isUnused(0)).isFalse();
    }

    @Test
    void partialFills_countEachForItself_inTheirOrder() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        var first = intent().by(ALICE).gets("0.4 ETH").pays("1200").parts(4).nonce(0);
        var second = intent().by(ALICE).gets("0.6 ETH").pays("1800").parts(6).nonce(1);
        var third = intent().by(ALICE).gets("0.2 ETH").pays("600").parts(2).nonce(2);
        for (Offer offer : List.of(first, second, third)) {
            market.applied(bid().fills(offer, 1, "-300", "0"));
        }
        long begun = market.now();
        market.tick().applied(bid().fills(second, 3, "-900", "0"));

        assertThat(market.of(ALICE).partials())
                .containsExactly(
                        new PartialFill(market.id(first), 0, Market.LATER, begun, 1),
                        new PartialFill(market.id(second), 1, Market.LATER, market.now(), 4),
                        new PartialFill(market.id(third), 2, Market.LATER, begun, 1));
        market.applied(bid().fills(first, 3, "-900", "0"));
        assertThat(market.of(ALICE).partials()).extracting(PartialFill::nonce).containsExactly(1L, 2L);
    }

    @Test
    void partialFills_areDropped_notBeforeTheirLastSecondIsOver() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        long last = market.now() + 5;
        for (int nonce = 0; nonce < 4; nonce++) {
            var offer = intent().by(ALICE).gets("0.2 ETH").pays("600").parts(2).nonce(nonce);
            market.applied(bid().fills(offer.validUntil(nonce == 2 ? Market.LATER : last), 1, "-300", "0"));
        }
        var other = intent().by(ALICE).gets("0.1 ETH").pays("300");
        market.tick(5).applied(bid().fills(other.nonce(10)));
        assertThat(market.of(ALICE).partials()).hasSize(4);
        market.tick(1).applied(bid().fills(other.nonce(11)));
        assertThat(market.of(ALICE).partials()).extracting(PartialFill::nonce).containsExactly(2L);
    }

    @Test
    void sessionKey_signsWithinItsScope_untilItExpires() {
        var market = market().account(ALICE, "12500 USD").account(SOLVER, "8 ETH");
        market.applied(market.registerKey(ALICE, SESSION, RegisterKey.INTENTS, market.now() + 1));

        market.applied(
                bid().fills(intent().by(ALICE).signedBy(SESSION).gets("1 ETH").pays("3000")));
        market.tick()
                .applied(bid().fills(intent().by(ALICE)
                        .signedBy(SESSION)
                        .gets("1 ETH")
                        .pays("3000")
                        .nonce(1)));
        assertThat(market.tick()
                        .send(bid().fills(intent().by(ALICE)
                                .signedBy(SESSION)
                                .gets("1 ETH")
                                .pays("3000")
                                .nonce(2))))
                .isInstanceOfSatisfying(
                        StepResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.KEY_NOT_ALLOWED));
        assertThat(market.holds(ALICE, "ETH")).isEqualTo("2");
        market.settle();
    }

    @Test
    void solver_mayTradeWithItsOtherAccount() {
        var market = market().account(SOLVER, "5 ETH").account(SOLVER, 1, "4000 USD");

        market.applied(bid().by(SOLVER)
                .fills(intent().by(SOLVER).account(1).gets("1 ETH").pays("3000")));

        assertThat(market.of(SOLVER, 1).quantity(Market.asset("ETH"))).isEqualTo(Fixed8.ONE);
    }

    @Test
    void bid_isRefused_whenItWouldLeaveTheSolverBelowInitialMargin() {
        var market = market().mark("ETH-27MAR26-3200-C", "120")
                .account(ALICE, "1000 USD")
                .account(BOB, "50 USD");

        var verdict = market.screen(bid().by(BOB)
                .fills(intent().by(ALICE).gets("1 ETH-27MAR26-3200-C").pays("120")));

        // Sold for 120 at a mark of 120; initial margin is max(450 - 200, 390) beside the mark.
        assertThat(verdict)
                .isEqualTo(new Screened.Refused(Reason.MARGIN_INITIAL, "account 2 needs 390.00 USD, has 50.00 USD"));
    }

    @Test
    void screening_leavesTheLedgerAsItWas_andShowsTheMarginsAndTheScore() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");
        var root = market.ledger().root();

        var verdict = market.screen(
                bid().fills(intent().by(ALICE).gets("1 ETH").pays("3010").maxFee("1"), 1, "-3001", "0.25")
                        .pays("2"));

        assertThat(verdict).isInstanceOfSatisfying(Screened.Passed.class, passed -> {
            // 9 better than the limit, 0.75 of the fee left, 2 to the protocol.
            assertThat(passed.score()).isEqualTo(Fixed8.parse("11.75"));
            assertThat(passed.before().netInitial()).isEqualTo(Fixed8.parse("11250"));
            // 4 ETH at 0.8 and 0.9375 of 3000, and 3001 - 2 in cash.
            assertThat(passed.after().netInitial()).isEqualTo(Fixed8.parse("11999"));
        });
        assertThat(market.ledger().root()).isEqualTo(root);
    }

    @Test
    void screening_looksAtTheLedgerAsItIsNow() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");
        var deal = bid().auction(5)
                .validUntil(market.now())
                .fills(intent().by(ALICE).gets("1 ETH").pays("3000"));
        assertThat(market.screen(deal)).isInstanceOf(Screened.Passed.class);
        assertThat(market.screen(deal)).as("once more").isInstanceOf(Screened.Passed.class);
        market.tick();
        assertThat(market.screen(deal))
                .isInstanceOfSatisfying(
                        Screened.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void receipt_hasBothSidesOfEachAccount_ascendingByIndex() {
        var market = market().account(SOLVER, "5000 USD").account(ALICE, "500 USD");
        Account solver = market.of(SOLVER);
        Account alice = market.of(ALICE);

        var applied = market.applied(
                bid().fills(intent().by(ALICE).gets("1 ETH-PERP").pays("3000").maxFee("1"), 1, "-3000", "1"));

        // A perp of 3000 takes 300 of each; the fee is Alice's.
        assertThat(applied.touched())
                .containsExactly(
                        new Touched(
                                1,
                                solver,
                                market.of(SOLVER),
                                Margin.ofCash(Fixed8.parse("5000")),
                                new Margin(
                                        Fixed8.parse("5000"),
                                        Fixed8.parse("300"),
                                        Fixed8.parse("195"),
                                        Fixed8.parse("5000"))),
                        new Touched(
                                2,
                                alice,
                                market.of(ALICE),
                                Margin.ofCash(Fixed8.parse("500")),
                                new Margin(
                                        Fixed8.parse("499"),
                                        Fixed8.parse("300"),
                                        Fixed8.parse("195"),
                                        Fixed8.parse("499"))));
    }

    @Test
    void receiptOfTheFirstDeposit_hasNothingBefore() {
        var market = market();
        var applied = market.applied(market.deposit(ALICE, 0, Market.asset("ETH"), Fixed8.ONE));
        assertThat(applied.touched())
                .containsExactly(new Touched(
                        1,
                        null,
                        market.of(ALICE),
                        Margin.ofCash(0),
                        market.ledger().margin(market.of(ALICE))));
        assertThat(market.ledger().margin(market.of(ALICE)).netInitial()).isEqualTo(Fixed8.parse("2250"));
    }

    @Test
    void marginThatCannotBeStated_isShownAsCash_whereNothingIsDecided() {
        var market = Market.unpriced().list("ETH").account(ALICE, "7 USD", "1 ETH");
        assertThat(market.margin(ALICE)).isEqualTo(Margin.ofCash(Fixed8.parse("7")));
    }

    @Test
    void whoSigned_mayBeRememberedInstead() {
        var market = market().account(ALICE, "3100 USD").account(SOLVER, "5 ETH");
        var trade = market.trade(bid().fills(intent().by(ALICE).gets("1 ETH").pays("3000")));
        var asked = new AtomicInteger();
        var other =
                Replay.fromGenesis(Market.DOMAIN).fold(market.log().iterator()).ledger();
        other.recoveringWith((digest, signature) -> {
            asked.incrementAndGet();
            return Signatures.recover(digest, signature);
        });
        market.applied(trade);
        assertThat(other.apply(trade)).isInstanceOf(StepResult.Applied.class);
        assertThat(other.root()).isEqualTo(market.ledger().root());
        assertThat(asked).hasValue(2);
    }

    @Test
    void bid_isRefused_whenItUsesMarginThatIsHeldForAnother() {
        var market = market().account(ALICE, "500 USD").account(SOLVER, "1000 USD");
        var deal = bid().fills(intent().by(ALICE).gets("1 ETH-PERP").pays("3000"));

        // A short perp of 3000 needs 300; 700 are left.
        assertThat(market.screen(deal, (solver, account) -> Fixed8.parse("700")))
                .isInstanceOf(Screened.Passed.class);
        assertThat(market.screen(deal, (solver, account) -> Fixed8.parse("700.01")))
                .isEqualTo(new Screened.Refused(Reason.HOLD_EXCEEDS_MARGIN, "needs 1000.01 USD, has 1000.00 USD"));
    }
}
