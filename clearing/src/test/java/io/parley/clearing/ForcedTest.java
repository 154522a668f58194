package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Market.market;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.BOB;
import static io.parley.clearing.Trader.INSURANCE;
import static io.parley.clearing.Trader.SESSION;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.AssetId;
import io.parley.protocol.Cancel;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.Withdrawal;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an owner does through the contract's queue, and what it says of its own account. */
class ForcedTest {

    private static void refused(StepResult result, Reason reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        StepResult.Refused.class,
                        no -> assertThat(no.reason()).as(no.detail()).isEqualTo(reason));
    }

    /** A step that advances the queue, and nothing else. */
    private static void nothing(Market market, io.parley.protocol.QueueCommand command) {
        long cursor = market.ledger().global().queueCursor();
        var accounts = market.ledger().accountTree().root();
        var applied = market.applied(command);
        assertThat(applied.noop()).isTrue();
        assertThat(applied.withdrawals()).isEmpty();
        assertThat(market.ledger().accountTree().root()).isEqualTo(accounts);
        assertThat(market.ledger().global().queueCursor()).isEqualTo(cursor + 1);
    }

    @Nested
    class AWithdrawal {
        @Test
        void takesWhatIsAskedFor_orWhatIsThere() {
            var market = market().account(ALICE, "500 USD", "2 ETH");
            var applied = market.applied(market.forceWithdraw(ALICE, "200 USD"));
            assertThat(applied.withdrawals())
                    .containsExactly(new Withdrawal(AssetId.cash(), ALICE.address(), Fixed8.parse("200")));
            assertThat(market.holds(ALICE, "USD")).isEqualTo("300");

            market.applied(market.forceWithdraw(ALICE, "90000 ETH"));
            assertThat(market.holds(ALICE, "ETH")).isEqualTo("0");
            nothing(market, market.forceWithdraw(ALICE, "1 ETH"));
            market.settle();
        }

        @Test
        void thatMarginNeeds_isAStepThatDoesNothing() {
            var market = market().account(ALICE, "500 USD").account(SOLVER, "5000 USD");
            market.applied(bid().fills(intent().by(ALICE).gives("1 ETH-PERP").takes("3000")));
            // 3500 in cash, the short is worth -3000 and needs 300: 200 are free.
            nothing(market, market.forceWithdraw(ALICE, "200.00000001 USD"));
            nothing(market, market.forceWithdraw(ALICE, "1 ETH-PERP"));
            market.applied(market.forceWithdraw(ALICE, "200 USD"));
            assertThat(market.holds(ALICE, "USD")).isEqualTo("3300");
            market.settle();
        }
    }

    @Nested
    class AReduction {
        private Market open(String insured) {
            return market().mark("ETH-27MAR26-3200-C", "120")
                    .perp("ETH", "3000")
                    .account(ALICE, "9000 USD")
                    .account(SOLVER, "90000 USD")
                    .account(INSURANCE, insured);
        }

        @Test
        void ofALong_getsTheMarkLessTwoPercent() {
            var market = open("9000 USD");
            market.applied(bid().fills(intent().by(ALICE).gets("2 ETH-PERP").pays("6000")));
            market.applied(market.forceReduce(ALICE, "1 ETH-PERP"));
            // 9000 - 6000 + (3000 - 60)
            assertThat(market.holds(ALICE, "USD")).isEqualTo("5940");
            assertThat(market.holds(ALICE, "ETH-PERP")).isEqualTo("1");
            assertThat(market.holds(INSURANCE, "USD")).isEqualTo("6060");
            assertThat(market.holds(INSURANCE, "ETH-PERP")).isEqualTo("1");
            market.settle();
        }

        @Test
        void ofAShortOption_paysTheMarkAndHalfAPercentOfSpot_forNoMoreThanIsHeld() {
            var market = open("9000 USD");
            market.applied(
                    bid().fills(intent().by(ALICE).gives("3 ETH-27MAR26-3200-C").takes("360")));
            market.applied(market.forceReduce(ALICE, "7 ETH-27MAR26-3200-C"));
            // 9360 - 3 * (120 + 15), for 2 % of the mark would be 2.40.
            assertThat(market.holds(ALICE, "USD")).isEqualTo("8955");
            assertThat(market.of(ALICE).positions()).isEmpty();
            assertThat(market.holds(INSURANCE, "ETH-27MAR26-3200-C")).isEqualTo("-3");
            market.settle();
        }

        @Test
        void ofWhatIsWorthLessThanTheCost_isGivenAway() {
            var market = open("9000 USD");
            market.applied(
                    bid().fills(intent().by(ALICE).gets("1 ETH-27MAR26-3200-C").pays("120")));
            market.mark("ETH-27MAR26-3200-C", "9");
            market.applied(market.forceReduce(ALICE, "1 ETH-27MAR26-3200-C"));
            assertThat(market.holds(ALICE, "USD")).isEqualTo("8880");
            assertThat(market.of(ALICE).positions()).isEmpty();
        }

        @Test
        void thatEitherAccountCannotCarry_isAStepThatDoesNothing() {
            // Of a long perp taken over for 2940 the insurance needs 300 less the 60 that it gains.
            var poor = open("239.99999999 USD");
            poor.applied(bid().fills(intent().by(ALICE).gets("1 ETH-PERP").pays("3000")));
            nothing(poor, poor.forceReduce(ALICE, "1 ETH-PERP"));
            poor.account(INSURANCE, "0.00000001 USD");
            poor.applied(poor.forceReduce(ALICE, "1 ETH-PERP"));
            assertThat(poor.of(ALICE).positions()).isEmpty();
            poor.settle();
        }

        @Test
        void ofNothing_orOfABaseAsset_isAStepThatDoesNothing() {
            var market = open("9000 USD");
            market.account(ALICE, "1 ETH");
            nothing(market, market.forceReduce(ALICE, "1 ETH"));
            nothing(market, market.forceReduce(ALICE, "1 ETH-PERP"));
            nothing(market, market.forceReduce(ALICE, "1 USD"));
            market.settle();
        }

        @Test
        void thatTheQueueCannotHaveMade_isRefused() {
            var market = open("9000 USD");
            var real = market.forceReduce(ALICE, "1 ETH-PERP");
            refused(
                    market.send(new ForcedReduce(
                            real.queueIndex(),
                            real.accountIndex(),
                            real.owner(),
                            0,
                            real.asset(),
                            1,
                            real.accountIndex(),
                            real.owner(),
                            0)),
                    Reason.QUEUE_ORDER);
            refused(
                    market.send(new ForcedReduce(
                            real.queueIndex(),
                            real.accountIndex(),
                            BOB.address(),
                            0,
                            real.asset(),
                            1,
                            real.counterIndex(),
                            real.counterOwner(),
                            0)),
                    Reason.NO_ACCOUNT);
            refused(
                    market.send(new ForcedReduce(
                            real.queueIndex(),
                            77,
                            BOB.address(),
                            0,
                            real.asset(),
                            1,
                            real.counterIndex(),
                            real.counterOwner(),
                            0)),
                    Reason.NO_ACCOUNT);
        }
    }

    @Test
    void forcedCancel_endsAnIntent_andDoesNothingTheSecondTime() {
        var market = market().account(ALICE, "10000 USD").account(SOLVER, "5000 USD", "9 ETH");
        market.applied(market.forceCancel(ALICE, Cancel.ONE, 0));
        refused(
                market.send(bid().fills(
                                intent().by(ALICE).gets("1 ETH").pays("3000").nonce(0))),
                Reason.NONCE_USED);
        nothing(market, market.forceCancel(ALICE, Cancel.ONE, 0));
        nothing(market, market.forceCancel(ALICE, Cancel.BELOW, 1));
        nothing(market, market.forceCancel(ALICE, 3, 5));
        market.applied(market.forceCancel(ALICE, Cancel.ALL, 1));
        market.settle();
    }

    @Nested
    class AMode {
        @Test
        void isolated_holdsOneUnderlying() {
            var market = market().spot("BTC", "60000")
                    .account(ALICE, "50000 USD", "1 ETH")
                    .account(SOLVER, "9 ETH", "2 BTC", "90000 USD");
            market.applied(market.setMode(ALICE, SetMode.ISOLATED, 0));
            assertThat(market.of(ALICE).mode()).isEqualTo(SetMode.ISOLATED);
            var more = intent().by(ALICE).gets("1 ETH").pays("3000").nonce(1);
            market.applied(bid().fills(more));
            var other = intent().by(ALICE).gets("0.1 BTC").pays("6000").nonce(2);
            refused(market.send(bid().fills(other)), Reason.ISOLATED_UNDERLYING);
            market.applied(market.setMode(ALICE, SetMode.STANDARD, 3));
            market.applied(bid().fills(other));
            refused(market.send(market.setMode(ALICE, SetMode.ISOLATED, 4)), Reason.ISOLATED_UNDERLYING);
            market.settle();
        }

        @Test
        void portfolio_isNotServedYet_andUnknownOnesAreNone() {
            var market = market().account(ALICE, "1 USD");
            refused(market.send(market.setMode(ALICE, SetMode.PORTFOLIO, 0)), Reason.MODE_UNSUPPORTED);
            refused(market.send(market.setMode(ALICE, 3, 0)), Reason.BAD_FIELD);
        }

        @Test
        void isLookedAt_inTheDocumentedOrder() {
            var market = market().account(ALICE, "1 USD");
            refused(market.send(market.setMode(BOB, 9, 0)), Reason.NO_ACCOUNT);
            refused(market.send(signed(market, new SetMode(ALICE.address(), 0, 9, 0, 99), BOB)), Reason.BAD_FIELD);
            refused(
                    market.send(signed(market, new SetMode(ALICE.address(), 0, 2, 0, 99), BOB)),
                    Reason.SIGNER_MISMATCH);
            refused(market.send(signed(market, new SetMode(ALICE.address(), 0, 2, 0, 99), ALICE)), Reason.EXPIRED);
            refused(
                    market.send(signed(market, new SetMode(ALICE.address(), 0, 2, Market.LATER, 99), ALICE)),
                    Reason.NONCE_USED);
            market.applied(market.registerKey(ALICE, SESSION, RegisterKey.CANCEL, Market.LATER));
            var byKey = new SetMode(ALICE.address(), 0, 1, Market.LATER, 0);
            refused(market.send(signed(market, byKey, SESSION)), Reason.KEY_NOT_ALLOWED);
            market.applied(market.registerKey(ALICE, BOB, RegisterKey.WITHDRAW, Market.LATER));
            market.applied(signed(market, byKey, BOB));
        }

        private SetModeCommand signed(Market market, SetMode setMode, Trader signer) {
            return new SetModeCommand(setMode, signer.signer().sign(Eip712.digest(Market.DOMAIN, setMode)));
        }
    }

    @Nested
    class AHeartbeat {
        @Test
        void thatIsMissed_endsWhatIsOpen_forGood() {
            var market = market().account(ALICE, "10000 USD").account(SOLVER, "5000 USD", "9 ETH");
            market.applied(market.heartbeat(ALICE, market.now() + 10, 0));
            var open = intent().by(ALICE).gets("4 ETH").pays("12000").parts(4).nonce(1);
            market.tick(10);
            market.applied(bid().fills(open, 1, "-3000", "0"));
            market.tick();
            refused(market.send(bid().fills(open, 1, "-3000", "0")), Reason.HEARTBEAT_MISSED);

            market.applied(market.heartbeat(ALICE, market.now() + 10, 2));
            refused(market.send(bid().fills(open, 1, "-3000", "0")), Reason.NONCE_USED);
            assertThat(market.of(ALICE).partials()).isEmpty();
            // The first nonce behind the window that was given up.
            market.applied(
                    bid().fills(intent().by(ALICE).gets("1 ETH").pays("3000").nonce(70)));
            market.settle();
        }

        @Test
        void inTime_cancelsNothing_andZeroAsksForNoMore() {
            var market = market().account(ALICE, "10000 USD").account(SOLVER, "5000 USD", "9 ETH");
            var open = intent().by(ALICE).gets("2 ETH").pays("6000").parts(2).nonce(1);
            market.applied(bid().fills(open, 1, "-3000", "0"));
            market.applied(market.heartbeat(ALICE, market.now() + 10, 0));
            market.tick(5);
            market.applied(market.heartbeat(ALICE, 0, 2));
            market.tick(100);
            market.applied(bid().fills(open, 1, "-3000", "0"));
            assertThat(market.of(ALICE).liveUntil()).isZero();
            market.settle();
        }

        @Test
        void isLookedAt_inTheDocumentedOrder() {
            var market = market().account(ALICE, "1 USD");
            long now = market.now();
            refused(market.send(market.heartbeat(BOB, 1, 0)), Reason.NO_ACCOUNT);
            refused(market.send(market.heartbeat(ALICE, now, 99)), Reason.BAD_FIELD);
            refused(market.send(market.heartbeat(ALICE, 1L << 32, 99)), Reason.BAD_FIELD);
            var old = new Heartbeat(ALICE.address(), 0, now + 1, now - 1, 99);
            refused(market.send(signed(old, BOB)), Reason.SIGNER_MISMATCH);
            refused(market.send(signed(old, ALICE)), Reason.EXPIRED);
            refused(market.send(market.heartbeat(ALICE, now + 1, 99)), Reason.NONCE_USED);
            market.applied(market.heartbeat(ALICE, (1L << 32) - 1, 0));
            assertThat(market.of(ALICE).liveUntil()).isEqualTo((1L << 32) - 1);
        }

        private HeartbeatCommand signed(Heartbeat heartbeat, Trader signer) {
            return new HeartbeatCommand(heartbeat, signer.signer().sign(Eip712.digest(Market.DOMAIN, heartbeat)));
        }
    }
}
