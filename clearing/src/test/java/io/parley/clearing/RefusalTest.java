package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Market.asset;
import static io.parley.clearing.Market.market;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.BOB;
import static io.parley.clearing.Trader.CAROL;
import static io.parley.clearing.Trader.FEEDER_ONE;
import static io.parley.clearing.Trader.FEEDER_THREE;
import static io.parley.clearing.Trader.FEEDER_TWO;
import static io.parley.clearing.Trader.NOBODY;
import static io.parley.clearing.Trader.SESSION;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Commitment;
import io.parley.protocol.Conditions;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every no has its number. Each test breaks one rule of docs/protocol.md, section 6, by as little as it can. */
class RefusalTest {
    private static void refused(StepResult result, Reason reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        StepResult.Refused.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.detail())
                                .isEqualTo(reason));
    }

    private static void refused(StepResult result, Reason reason, String detail) {
        assertThat(result).isEqualTo(new StepResult.Refused(reason, detail));
    }

    /** ETH at 3000, BTC at 60000; Alice has dollars, the solver has ether and dollars. */
    private static Market open() {
        return market().spot("BTC", "60000")
                .account(ALICE, "10000 USD", "1 ETH")
                .account(BOB, "10000 USD")
                .account(SOLVER, "100 ETH", "10000 USD");
    }

    private static Offer oneEther() {
        return intent().by(ALICE).gets("1 ETH").pays("3000");
    }

    /** What can be wrong with a trade, in the order in which it is looked at. */
    private enum Flaw {
        OTHER_AUCTION(Reason.BAD_FIELD),
        TOO_MANY_LEGS(Reason.STEP_LIMIT),
        ONE_INTENT_TWICE(Reason.BAD_COUNT),
        NO_SOLVER(Reason.NO_ACCOUNT),
        OLD_AUCTION(Reason.AUCTION_NOT_NEW),
        BID_EXPIRED(Reason.EXPIRED),
        BID_NOT_SIGNED(Reason.SIGNER_MISMATCH),
        MALFORMED(Reason.LEG_NOT_DIVISIBLE),
        OTHER_INTENT(Reason.INTENT_MISMATCH),
        NO_OWNER(Reason.NO_ACCOUNT),
        TOO_EARLY(Reason.NOT_YET_VALID),
        TOO_LATE(Reason.EXPIRED),
        NOT_SIGNED(Reason.SIGNER_MISMATCH),
        NONCE_GONE(Reason.NONCE_USED),
        TOO_MANY_PARTS(Reason.BAD_PARTS_FILLED),
        TOO_LITTLE_CASH(Reason.BELOW_LIMIT),
        TOO_HIGH_A_FEE(Reason.FEE_ABOVE_LIMIT),
        SHORT_OF_SPOT(Reason.SPOT_NEGATIVE);

        private final Reason reason;

        Flaw(Reason reason) {
            this.reason = reason;
        }
    }

    private static TradeCommand flawed(Market market, Set<Flaw> flaws) {
        boolean mismatch = flaws.contains(Flaw.OTHER_INTENT);
        var offer = intent().by(flaws.contains(Flaw.NO_OWNER) ? CAROL : ALICE)
                .gets(flaws.contains(Flaw.SHORT_OF_SPOT) ? "0.4 BTC" : "0.4 ETH")
                .pays("3000")
                .maxFee("1")
                .parts(flaws.contains(Flaw.MALFORMED) ? 3 : 2)
                .validFrom(flaws.contains(Flaw.TOO_EARLY) ? Market.LATER : 0)
                .validUntil(flaws.contains(Flaw.TOO_LATE) ? Market.START : Market.LATER)
                .nonce(flaws.contains(Flaw.NONCE_GONE) ? 64 : 0);
        if (flaws.contains(Flaw.NOT_SIGNED)) {
            offer.signedBy(NOBODY);
        }
        Trader solver = flaws.contains(Flaw.NO_SOLVER) ? NOBODY : SOLVER;
        var deal = bid().by(solver)
                .auction(flaws.contains(Flaw.OLD_AUCTION) ? 0 : 9)
                .validUntil(flaws.contains(Flaw.BID_EXPIRED) ? Market.START : Market.LATER);
        if (flaws.contains(Flaw.BID_NOT_SIGNED)) {
            deal.signedBy(BOB);
        }
        long parts = flaws.contains(Flaw.TOO_MANY_PARTS) ? 3 : 1;
        long cash = flaws.contains(Flaw.TOO_LITTLE_CASH) ? -Fixed8.parse("4500.00000001") : -Fixed8.parse("1500");
        long fee = flaws.contains(Flaw.TOO_HIGH_A_FEE) ? Fixed8.parse("1.50000001") : Fixed8.parse("0.5");
        deal.fillsUnits(offer, parts, cash, fee);
        if (flaws.contains(Flaw.ONE_INTENT_TWICE)) {
            deal.fillsUnits(offer, parts, cash, fee);
        }
        if (flaws.contains(Flaw.TOO_MANY_LEGS)) {
            Leg[] legs = new Leg[63];
            Arrays.fill(legs, new Leg(asset("ETH"), 1));
            deal.fills(intent().by(BOB).legs(legs));
        }
        if (flaws.contains(Flaw.OTHER_AUCTION)) {
            deal.tradeAuction(8);
        }
        TradeCommand trade = market.trade(deal);
        if (!mismatch) {
            return trade;
        }
        // The solver signs for another intent than the one that it brings.
        var other = bid().by(deal.solver()).auction(trade.auction()).validUntil(deal.validUntil());
        other.signedBy(deal.signer());
        deal.parts()
                .forEach(part -> other.parts()
                        .add(new Deal.Part(
                                part.offer(), part.parts(), part.cash(), part.fee(), Keccak256.hash(new byte[] {7}))));
        return market.trade(other.tradeAuction(trade.auction()));
    }

    @Test
    void aTradeWithManyFlaws_isRefusedForTheFirst_inTheDocumentedOrder() {
        var market = open();
        // Takes auction 0 and up, so that an auction of 0 is old.
        EnumSet<Flaw> left = EnumSet.allOf(Flaw.class);
        List<Reason> found = new ArrayList<>();
        List<Reason> expected = new ArrayList<>();
        for (Flaw flaw : Flaw.values()) {
            EnumSet<Flaw> now = EnumSet.copyOf(left);
            // Two fills of one intent that is not in the bid at all are still two of one.
            StepResult result = market.ledger().apply(withAuctionZero(market, now));
            assertThat(result).as("with %s", now).isInstanceOf(StepResult.Refused.class);
            found.add(((StepResult.Refused) result).reason());
            expected.add(flaw.reason);
            left.remove(flaw);
        }
        assertThat(found).isEqualTo(expected);
        assertThat(market.ledger().apply(flawed(market, EnumSet.noneOf(Flaw.class))))
                .isInstanceOf(StepResult.Applied.class);
    }

    /** The builder numbers auctions itself where it is given 0; here 0 is meant. */
    private static TradeCommand withAuctionZero(Market market, EnumSet<Flaw> flaws) {
        TradeCommand trade = flawed(market, flaws);
        if (!flaws.contains(Flaw.OLD_AUCTION)) {
            return trade;
        }
        var bid = trade.bid().bid();
        var old = new Bid(
                bid.solver(), bid.account(), 0, bid.fills(), bid.pays(), bid.path(), bid.validUntil(), bid.salt());
        Trader signer = flaws.contains(Flaw.BID_NOT_SIGNED) ? BOB : flaws.contains(Flaw.NO_SOLVER) ? NOBODY : SOLVER;
        Signature signature = signer.signer().sign(Eip712.digest(Market.DOMAIN, old));
        return new TradeCommand(
                flaws.contains(Flaw.OTHER_AUCTION) ? 8 : 0,
                trade.transcript(),
                new SignedBid(old, signature),
                trade.intents());
    }

    @Nested
    class OfTheBid {
        @Test
        void moreOrFewerIntentsThanFills_isBadCount() {
            var market = open();
            var trade = market.trade(bid().fills(oneEther()));
            for (var intents : List.of(
                    List.<SignedIntent>of(),
                    List.of(trade.intents().getFirst(), trade.intents().getFirst()))) {
                refused(
                        market.send(new TradeCommand(trade.auction(), trade.transcript(), trade.bid(), intents)),
                        Reason.BAD_COUNT,
                        "there are 1 fills and %d intents".formatted(intents.size()));
            }
        }

        @Test
        void noFill_orSixteen_isBadCount() {
            var market = open();
            refused(market.send(bid()), Reason.BAD_COUNT, "a bid has 1 to 15 fills, not 0");
            var deal = bid();
            for (int nonce = 0; nonce < 16; nonce++) {
                deal.fills(oneEther().nonce(nonce));
            }
            refused(market.send(deal), Reason.BAD_COUNT, "a bid has 1 to 15 fills, not 16");
        }

        @Test
        void intentTooFew_isBadCount() {
            var market = open();
            var deal = bid().fills(oneEther());
            assertThat(market.ledger().screen(market.sign(deal), List.of(), HeldMargin.NONE))
                    .isEqualTo(new Screened.Refused(Reason.BAD_COUNT, "there are 1 fills and 0 intents"));
        }

        @Test
        void sixtyFourLegs_areAllowed_sixtyFiveAreNot() {
            var market = open();
            refused(market.send(withLegs(65)), Reason.STEP_LIMIT, "the intents have 65 legs, a step may have 64");
            // One fewer passes this check and fails a later one: nobody signed it.
            refused(market.send(withLegs(64)), Reason.LEGS_ORDER);
        }

        private Deal withLegs(int count) {
            Leg[] legs = new Leg[count];
            Arrays.fill(legs, new Leg(asset("ETH"), 1));
            var deal = bid();
            for (int from = 0, nonce = 0; from < count; from += 16, nonce++) {
                deal.fills(intent().by(ALICE)
                        .nonce(nonce)
                        .legs(Arrays.copyOfRange(legs, from, Math.min(from + 16, count))));
            }
            return deal;
        }

        @Test
        void accountsWithMoreThan256Positions_areTooManyForAStep() {
            var market = open();
            var deal = bid();
            Trader[] crowd = {ALICE, BOB, CAROL, Trader.DAVE, NOBODY};
            for (Trader trader : crowd) {
                market.account(trader, 5, "1 USD");
                for (int i = 0; i < 52; i++) {
                    market.applied(market.deposit(trader, 5, AssetId.spot(100 + i), 1));
                }
                deal.fills(intent().by(trader).account(5).gets("0.00000001 ETH"));
            }
            // 5 x 52 = 260, and the solver's one.
            refused(market.send(deal), Reason.STEP_LIMIT, "the accounts hold 261 positions, a step may touch 256");
        }

        @Test
        void signatureOutOfRange_isSignatureForm() {
            var market = open();
            var trade = market.trade(bid().fills(oneEther()));
            var bytes = trade.bid().signature();
            refused(
                    market.send(withBidSignature(trade, new Signature(bytes.r(), bytes.s(), 29))),
                    Reason.SIGNATURE_FORM);
            refused(
                    market.send(withBidSignature(trade, new Signature(Bytes32.ZERO, bytes.s(), 27))),
                    Reason.SIGNATURE_FORM);
        }

        private TradeCommand withBidSignature(TradeCommand trade, Signature signature) {
            return new TradeCommand(
                    trade.auction(),
                    trade.transcript(),
                    new SignedBid(trade.bid().bid(), signature),
                    trade.intents());
        }

        @Test
        void otherChain_isSignerMismatch() {
            var market = open();
            var trade = market.trade(bid().fills(oneEther()));
            var elsewhere = new Domain(1, Market.DOMAIN.vault());
            var signature =
                    SOLVER.signer().sign(Eip712.digest(elsewhere, trade.bid().bid()));
            refused(market.send(withBidSignature(trade, signature)), Reason.SIGNER_MISMATCH);
        }

        @Test
        void keyWithoutTheScope_isKeyNotAllowed() {
            var market = open();
            market.applied(market.registerKey(SOLVER, SESSION, RegisterKey.INTENTS, Market.LATER));
            refused(market.send(bid().signedBy(SESSION).fills(oneEther())), Reason.KEY_NOT_ALLOWED);
            market.applied(market.registerKey(SOLVER, BOB, RegisterKey.BIDS, Market.LATER));
            market.applied(bid().signedBy(BOB).fills(oneEther()));
        }

        @Test
        void keyOfAnotherAccount_isSignerMismatch() {
            var market = open();
            market.applied(market.registerKey(ALICE, SESSION, RegisterKey.BIDS, Market.LATER));
            refused(market.send(bid().signedBy(SESSION).fills(oneEther())), Reason.SIGNER_MISMATCH);
        }

        @Test
        void auctionOfTheLastTrade_isNotNew_theNextIs() {
            var market = open();
            market.applied(bid().auction(7).fills(oneEther()));
            refused(
                    market.send(bid().auction(7).fills(oneEther().nonce(1))),
                    Reason.AUCTION_NOT_NEW,
                    "the auction 7 is not above the solver's last, 7");
            market.applied(bid().auction(8).fills(oneEther().nonce(1)));
        }

        @Test
        void validUntilNow_isValid_oneSecondLaterItIsNot() {
            var market = open();
            long now = market.now();
            market.applied(bid().validUntil(now).fills(oneEther()));
            market.tick();
            refused(
                    market.send(bid().validUntil(now).fills(oneEther().nonce(1))),
                    Reason.EXPIRED,
                    "valid until %d, it is %d".formatted(now, now + 1));
        }
    }

    @Nested
    class OfTheIntent {
        private void refusedFor(Reason reason, Offer offer) {
            refused(open().send(bid().fills(offer)), reason);
        }

        @Test
        void amountOf2To62_isBadAmount() {
            refusedFor(Reason.BAD_AMOUNT, intent().cash(-Fixed8.LIMIT).gets("1 ETH"));
            refusedFor(Reason.BAD_AMOUNT, intent().legs(new Leg(asset("ETH"), Fixed8.LIMIT)));
        }

        @Test
        void noLeg_orSeventeen_isBadCount() {
            refusedFor(Reason.BAD_COUNT, intent());
            Leg[] legs = new Leg[17];
            for (int i = 0; i < legs.length; i++) {
                legs[i] = new Leg(AssetId.spot(1 + i), 1);
            }
            refusedFor(Reason.BAD_COUNT, intent().legs(legs));
        }

        @Test
        void legsOutOfOrder_orTwice_areLegsOrder() {
            refusedFor(Reason.LEGS_ORDER, intent().legs(new Leg(asset("BTC"), 1), new Leg(asset("ETH"), 1)));
            refusedFor(Reason.LEGS_ORDER, intent().legs(new Leg(asset("ETH"), 1), new Leg(asset("ETH"), 1)));
        }

        @Test
        void emptyLeg_isLegZero() {
            refusedFor(Reason.LEG_ZERO, intent().legs(new Leg(asset("ETH"), 0)));
        }

        @Test
        void legOfCash_isLegIsCash() {
            refusedFor(Reason.LEG_IS_CASH, intent().legs(new Leg(AssetId.cash(), 1), new Leg(asset("ETH"), 1)));
        }

        @Test
        void legThatLeavesARest_isNotDivisible() {
            refusedFor(
                    Reason.LEG_NOT_DIVISIBLE,
                    intent().legs(new Leg(asset("ETH"), 10)).parts(3));
        }

        @Test
        void partsOfNothing_orMoreAtLeastThanAtMost_areBadParts() {
            refusedFor(Reason.BAD_PARTS, intent().gets("1 ETH").parts(0).atLeast(0));
            refusedFor(Reason.BAD_PARTS, intent().gets("1 ETH").parts(2).atLeast(3));
            refusedFor(Reason.BAD_PARTS, intent().gets("1 ETH").parts(2).atLeast(0));
        }

        @Test
        void conditions_areUnsupportedYet() {
            var reduceOnly = new Conditions(AssetId.cash(), Conditions.When.NONE, 0, 0, 0, true, false);
            refusedFor(Reason.CONDITIONS_UNSUPPORTED, intent().gets("1 ETH").conditions(reduceOnly));
        }

        @Test
        void assetWithoutAListing_isNotListed() {
            refusedFor(Reason.NOT_LISTED, intent().gets("1 ETH-27MAR26-3200-C"));
        }

        @Test
        void solversOwnAccount_isSelfTrade() {
            refusedFor(Reason.SELF_TRADE, intent().by(SOLVER).gets("1 ETH"));
        }

        @Test
        void validFromNow_isValid_oneSecondEarlierItIsNot() {
            var market = open();
            refused(
                    market.send(bid().fills(oneEther().validFrom(market.now() + 1))),
                    Reason.NOT_YET_VALID,
                    "intent 0 is valid from %d, it is %d".formatted(market.now() + 1, market.now()));
            market.tick().applied(bid().fills(oneEther().validFrom(market.now())));
        }

        @Test
        void oneNonceInTwoIntents_fillsTheFirstOnly() {
            var market = open();
            // One cancels the other: whichever is filled first.
            refused(market.send(bid().fills(oneEther()).fills(oneEther().pays("3001"))), Reason.NONCE_USED);
            market.applied(bid().fills(oneEther()));
            refused(market.send(bid().fills(oneEther().pays("3001"))), Reason.NONCE_USED);
        }

        @Test
        void partsBelowTheLeast_orAboveWhatIsLeft_areBadPartsFilled() {
            var market = open();
            var offer = intent().by(ALICE).gets("1 ETH").pays("3000").parts(5).atLeast(2);
            refused(
                    market.send(bid().fills(offer, 1, "-600", "0")),
                    Reason.BAD_PARTS_FILLED,
                    "fill 0 is of 1 parts; 5 of 5 are left, at least 2 go at once");
            market.applied(bid().fills(offer, 4, "-2400", "0"));
            refused(
                    market.send(bid().fills(offer, 2, "-1200", "0")),
                    Reason.BAD_PARTS_FILLED,
                    "fill 0 is of 2 parts; 1 of 5 are left, at least 1 go at once");
            // What is left may be less than the least.
            market.applied(bid().fills(offer, 1, "-600", "0"));
        }

        @Test
        void oneUnitLessThanTheLimit_isBelowLimit() {
            refused(
                    open().send(bid().fillsUnits(oneEther(), 1, -Fixed8.parse("3000.00000001"), 0)),
                    Reason.BELOW_LIMIT,
                    "fill 0 gives -3000.00000001 USD, the owner signed for -3000");
        }

        @Test
        void oneUnitMoreThanTheFee_isAboveLimit() {
            refused(
                    open().send(bid().fillsUnits(oneEther().maxFee("0.2"), 1, -Fixed8.parse("3000"), 20_000_001)),
                    Reason.FEE_ABOVE_LIMIT,
                    "fill 0 takes a fee of 0.20000001 USD, the owner signed for 0.2");
        }
    }

    @Nested
    class OfTheEffects {
        @Test
        void quantityOutsideInt64_isOverflow() {
            var market = open();
            // Perps of two sides grow without bound until the number does not fit.
            long most = Fixed8.LIMIT - 1;
            var offer = intent().by(ALICE).legs(new Leg(asset("ETH-PERP"), most));
            var again = intent().by(ALICE).nonce(1).legs(new Leg(asset("ETH-PERP"), most));
            var third = intent().by(ALICE).nonce(2).legs(new Leg(asset("ETH-PERP"), most));
            refused(market.send(bid().fills(offer).fills(again).fills(third)), Reason.OVERFLOW);
        }

        @Test
        void solversCashOutsideInt64_isOverflow() {
            refused(
                    open().send(bid().fillsUnits(oneEther(), 1, Long.MAX_VALUE, 0)
                            .paysUnits(Long.MAX_VALUE)),
                    Reason.OVERFLOW);
        }

        @Test
        void sixtyFifthPosition_isPositionsFull() {
            var market = open();
            for (int i = 0; i < 63; i++) {
                market.applied(market.deposit(ALICE, 0, AssetId.spot(100 + i), 1));
            }
            assertThat(market.of(ALICE).positions()).hasSize(64);
            refused(
                    market.send(bid().fills(
                                    intent().by(ALICE).gets("0.001 ETH-PERP").pays("3"))),
                    Reason.POSITIONS_FULL,
                    "account 1 would have 65 positions, 64 are the most");
        }

        @Test
        void seventeenthPartialFill_isPartialsFull() {
            var market = open();
            for (int i = 0; i < 16; i++) {
                market.applied(bid().fills(
                                intent().by(ALICE)
                                        .nonce(i)
                                        .gets("0.2 ETH")
                                        .pays("600")
                                        .parts(2),
                                1,
                                "-300",
                                "0"));
            }
            assertThat(market.of(ALICE).partials()).hasSize(16);
            refused(
                    market.send(bid().fills(
                                    intent().by(ALICE)
                                            .nonce(16)
                                            .gets("0.2 ETH")
                                            .pays("600")
                                            .parts(2),
                                    1,
                                    "-300",
                                    "0")),
                    Reason.PARTIALS_FULL,
                    "account 1 would have 17 intents open in part, 16 are the most");
        }

        @Test
        void sellingSpotThatIsNotThere_isSpotNegative() {
            refused(
                    open().send(bid().fills(
                                    intent().by(ALICE).gives("1.00000001 ETH").takes("1"))),
                    Reason.SPOT_NEGATIVE,
                    "account 1 would have -0.00000001 of ETH");
        }
    }

    @Nested
    class OfTheMargin {
        @Test
        void oneUnitBelowInitialMargin_isRefused() {
            var market = market().account(ALICE, "300 USD").account(SOLVER, "10000 USD");
            // A perp of 3000 needs 300.
            var offer = intent().by(ALICE).gets("1 ETH-PERP").cash(-Fixed8.parse("3000.00000001"));
            refused(
                    market.send(bid().fills(offer)),
                    Reason.MARGIN_INITIAL,
                    "account 1 needs 300.00 USD, has 299.99999999 USD");
            market.applied(bid().fills(intent().by(ALICE).gets("1 ETH-PERP").pays("3000")));
        }

        @Test
        void debtThatOnlyBaseAssetsCover_isCashDebt() {
            var market = market().account(ALICE, "10 ETH").account(SOLVER, "100000 USD", "1 ETH");
            // Plenty of margin, but ether is no dollars: what the account owes is not there to be paid.
            refused(
                    market.send(
                            bid().fills(intent().by(ALICE).gets("0.00001 ETH").pays("0.03"))),
                    Reason.CASH_DEBT,
                    "account 1 would owe -0.03 USD that only its base assets cover");
        }

        @Test
        void positionWithoutAMark_isNoPrice() {
            var market = open().list("ETH-27MAR26-3200-C");
            refused(
                    market.send(bid().fills(intent().by(ALICE)
                            .gets("1 ETH-27MAR26-3200-C")
                            .pays("1"))),
                    Reason.NO_PRICE);
        }

        @Test
        void beforeTheFirstPrice_onlyCashHasAMargin() {
            var market =
                    Market.unpriced().list("ETH").account(ALICE, "1000 USD").account(SOLVER, "1 ETH");
            refused(
                    market.send(bid().fills(intent().by(ALICE).gets("0.1 ETH").pays("300"))),
                    Reason.NO_PRICE,
                    "there is no price yet");
            market.applied(market.withdraw(ALICE, "1000 USD", 0));
        }

        @Test
        void marginThatLeavesInt64_isOverflow() {
            var market =
                    market().spot("ETH", "90000000000").account(ALICE, "1 USD").account(SOLVER, "1 USD");
            refused(
                    market.send(bid().fills(intent().by(ALICE).legs(new Leg(asset("ETH-PERP"), 1L << 60)))),
                    Reason.OVERFLOW);
        }

        @Test
        void cap_isHeld_onlyOfMarginThatIsFree() {
            var market = market().account(SOLVER, "1000 USD");
            var held = commitment("600");
            assertThat(market.ledger().hold(held, HeldMargin.NONE)).isInstanceOf(Screened.Passed.class);
            assertThat(market.ledger().hold(held, (solver, account) -> Fixed8.parse("400.01")))
                    .isEqualTo(new Screened.Refused(Reason.HOLD_EXCEEDS_MARGIN, "needs 1000.01 USD, has 1000.00 USD"));
        }

        @Test
        void commitment_isSigned_byTheSolverOrItsKeyForBids() {
            var market = market().account(SOLVER, "1000 USD");
            var ledger = market.ledger();
            refusedHold(ledger.hold(commitment(NOBODY, SOLVER, "1"), HeldMargin.NONE), Reason.NO_ACCOUNT);
            refusedHold(ledger.hold(commitment(SOLVER, BOB, "1"), HeldMargin.NONE), Reason.SIGNER_MISMATCH);
            market.applied(market.registerKey(SOLVER, BOB, RegisterKey.INTENTS, Market.LATER));
            refusedHold(ledger.hold(commitment(SOLVER, BOB, "1"), HeldMargin.NONE), Reason.KEY_NOT_ALLOWED);
            market.applied(market.registerKey(SOLVER, SESSION, RegisterKey.BIDS, market.now()));
            assertThat(ledger.hold(commitment(SOLVER, SESSION, "1"), HeldMargin.NONE))
                    .isInstanceOf(Screened.Passed.class);
            market.tick();
            refusedHold(ledger.hold(commitment(SOLVER, SESSION, "1"), HeldMargin.NONE), Reason.KEY_NOT_ALLOWED);
        }

        private void refusedHold(Screened verdict, Reason reason) {
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Screened.Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(reason));
        }

        @Test
        void capOfAllThatIsFree_isHeld() {
            var market = market().account(SOLVER, "1000 USD");
            assertThat(market.ledger().hold(commitment("600"), (solver, account) -> Fixed8.parse("400")))
                    .isEqualTo(new Screened.Passed(
                            0, Margin.ofCash(Fixed8.parse("1000")), Margin.ofCash(Fixed8.parse("1000"))));
            refusedHold(market.ledger().hold(commitment("600"), (solver, account) -> Long.MAX_VALUE), Reason.OVERFLOW);
        }

        private SignedCommitment commitment(String cap) {
            return commitment(SOLVER, SOLVER, cap);
        }

        private SignedCommitment commitment(Trader solver, Trader signer, String cap) {
            var commitment = new Commitment(solver.address(), 0, 1, Bytes32.ZERO, Fixed8.parse(cap));
            return new SignedCommitment(commitment, signer.signer().sign(Eip712.digest(Market.DOMAIN, commitment)));
        }
    }

    @Nested
    class OfAWithdrawal {
        @Test
        void isLookedAt_inTheDocumentedOrder() {
            var market = open();
            market.list("ETH-27MAR26-3200-C");
            var option = asset("ETH-27MAR26-3200-C");
            refused(market.send(market.withdraw(NOBODY, "1 USD", 0)), Reason.NO_ACCOUNT);
            var unlisted = new Withdraw(ALICE.address(), 0, AssetId.spot(77), 0, ALICE.address(), Market.START, 99);
            refused(market.send(new WithdrawCommand(unlisted, BOB.signer().sign(Bytes32.ZERO))), Reason.NOT_LISTED);
            refused(market.send(sign(market, option, 0, Market.START, 99, BOB)), Reason.SIGNER_MISMATCH);
            refused(market.send(sign(market, option, 0, Market.START, 99, ALICE)), Reason.EXPIRED);
            refused(market.send(sign(market, option, 0, Market.LATER, 99, ALICE)), Reason.NONCE_USED);
            refused(market.send(sign(market, option, 0, Market.LATER, 0, ALICE)), Reason.BAD_AMOUNT);
            refused(market.send(sign(market, option, 1, Market.LATER, 0, ALICE)), Reason.INSUFFICIENT_BALANCE);
        }

        private WithdrawCommand sign(Market market, AssetId asset, long amount, long until, long nonce, Trader signer) {
            return market.sign(new Withdraw(ALICE.address(), 0, asset, amount, ALICE.address(), until, nonce), signer);
        }

        @Test
        void moreThanThereIs_isInsufficientBalance() {
            refused(
                    open().send(open().withdraw(ALICE, "10000.00000001 USD", 0)),
                    Reason.INSUFFICIENT_BALANCE,
                    "needs 10000.00000001 of USD, has 10000");
            refused(
                    open().send(open().withdraw(ALICE, "1.00000001 ETH", 0)),
                    Reason.INSUFFICIENT_BALANCE,
                    "needs 1.00000001 of ETH, has 1");
        }

        @Test
        void marginThatIsNeeded_staysIn() {
            var market = market().account(ALICE, "500 USD").account(SOLVER, "5000 USD");
            // Short at 3000, so that the account holds 3500 in cash of which 3300 are spoken for.
            market.applied(bid().fills(intent().by(ALICE).gives("1 ETH-PERP").takes("3000")));
            refused(
                    market.send(market.withdraw(ALICE, "200.00000001 USD", 1)),
                    Reason.MARGIN_INITIAL,
                    "account 1 needs 300.00 USD, has 299.99999999 USD");
            market.applied(market.withdraw(ALICE, "200 USD", 1));
        }

        @Test
        void cashThatDerivativesOwe_staysIn_whateverBaseAssetsAreWorth() {
            var market = market().account(ALICE, "100 USD", "10 ETH").account(SOLVER, "5000 USD");
            market.applied(bid().fills(intent().by(ALICE).gives("1 ETH-PERP").takes("3000")));
            refused(market.send(market.withdraw(ALICE, "100.00000001 USD", 1)), Reason.CASH_DEBT);
            market.applied(market.withdraw(ALICE, "100 USD", 1));
        }

        @Test
        void keyForIntents_mayNotWithdraw() {
            var market = open();
            market.applied(market.registerKey(ALICE, SESSION, RegisterKey.INTENTS, Market.LATER));
            refused(market.send(sign(market, AssetId.cash(), 1, Market.LATER, 0, SESSION)), Reason.KEY_NOT_ALLOWED);
        }
    }

    @Nested
    class OfACancel {
        @Test
        void isLookedAt_inTheDocumentedOrder() {
            var market = open();
            refused(market.send(market.cancel(NOBODY, 9, 99)), Reason.NO_ACCOUNT);
            refused(market.send(sign(market, 9, 99, Market.START, BOB)), Reason.BAD_FIELD);
            refused(market.send(sign(market, 0, 99, Market.START, BOB)), Reason.SIGNER_MISMATCH);
            refused(market.send(sign(market, 0, 99, Market.START, ALICE)), Reason.EXPIRED);
            refused(market.send(sign(market, 0, 99, Market.LATER, ALICE)), Reason.NONCE_USED);
            market.applied(sign(market, 0, 63, Market.LATER, ALICE));
        }

        private CancelCommand sign(Market market, int kind, long nonce, long until, Trader signer) {
            return market.sign(new Cancel(ALICE.address(), 0, kind, nonce, until), signer);
        }

        @Test
        void ofWhatIsCancelled_isNonceUsed() {
            var market = open();
            market.applied(market.cancel(ALICE, Cancel.ONE, 5));
            refused(market.send(market.cancel(ALICE, Cancel.ONE, 5)), Reason.NONCE_USED);
            market.applied(market.cancel(ALICE, Cancel.BELOW, 5));
            // The base has moved beyond 5, which was used.
            refused(market.send(market.cancel(ALICE, Cancel.BELOW, 6)), Reason.NONCE_USED);
            refused(market.send(market.cancel(ALICE, Cancel.ALL, 5)), Reason.NONCE_USED);
        }
    }

    @Nested
    class OfAPrice {
        @Test
        void olderTime_orSequence_isPriceOrder() {
            var market = open();
            long now = market.now();
            long sequence = market.ledger().global().priceSequence();
            refused(
                    market.send(market.price(now - 1, sequence + 1, FEEDER_ONE)),
                    Reason.PRICE_ORDER,
                    "the time %d is before the last, %d".formatted(now - 1, now));
            refused(
                    market.send(market.price(now, sequence, FEEDER_ONE)),
                    Reason.PRICE_ORDER,
                    "the sequence %d is not above the last, %d".formatted(sequence, sequence));
            refused(market.send(market.price(now, sequence + 1)), Reason.QUORUM);
        }

        @Test
        void oneOfThreeFeeders_orOneTwice_orAStranger_isNoQuorum() {
            var market = open();
            long now = market.now();
            long next = market.ledger().global().priceSequence() + 1;
            List<Trader> sorted = new ArrayList<>(List.of(FEEDER_ONE, FEEDER_TWO, FEEDER_THREE));
            sorted.sort((a, b) -> a.address().compareTo(b.address()));
            Trader first = sorted.get(0);
            Trader last = sorted.get(2);
            refused(market.send(market.price(now, next, first)), Reason.QUORUM, "1 feeders signed, 2 must");
            refused(market.send(market.price(now, next, first, first)), Reason.QUORUM);
            refused(market.send(market.price(now, next, last, first)), Reason.QUORUM);
            refused(market.send(market.price(now, next, first, last, NOBODY)), Reason.QUORUM);
            market.applied(market.price(now, next, first, last));
        }

        @Test
        void withoutFeeders_noPriceCounts() {
            var market = Market.bare();
            refused(market.send(market.price(1, 1, FEEDER_ONE, FEEDER_TWO)), Reason.QUORUM, "there is no feeder set");
        }

        @Test
        void contentThatCannotBeRead_orDoesNotFitTheMarks_isPriceContent() {
            var market = open();
            long now = market.now();
            long next = market.ledger().global().priceSequence() + 1;
            List<Trader> sorted = new ArrayList<>(List.of(FEEDER_ONE, FEEDER_TWO, FEEDER_THREE));
            sorted.sort((a, b) -> a.address().compareTo(b.address()));
            Trader one = sorted.get(0);
            Trader two = sorted.get(1);
            refused(
                    market.send(market.price(now, next, Blob.of(new byte[3]), Bytes32.ZERO, one, two)),
                    Reason.PRICE_CONTENT);
            refused(
                    market.send(market.price(now, next, market.content(), Bytes32.ZERO, one, two)),
                    Reason.PRICE_CONTENT);
        }

        @Test
        void valuesThatNoMarketHas_arePriceContent_zeroWhereItMayBeIsNot() {
            var call = Market.asset("ETH-27MAR26-3200-C");
            assertThat(broken(Fixed8.ONE, 1, 0, 0, 0, 0)).isNull();
            assertThat(broken(1, 1, 0, 0, 0, 0)).isNull();
            assertThat(broken(0, 1, 0, 0, 0, 0)).isEqualTo("the stable price (0) must be above zero");
            String underlying = "underlying 1 must have a spot above zero, and no negative perp mark or confidence";
            assertThat(broken(1, 0, 0, 0, 0, 0)).isEqualTo(underlying);
            assertThat(broken(1, 1, -1, 0, 0, 0)).isEqualTo(underlying);
            assertThat(broken(1, 1, 0, -1, 0, 0)).isEqualTo(underlying);
            assertThat(broken(1, 1, 0, 0, -1, 0))
                    .isEqualTo("the forward of expiry day %d of underlying 1 must not be negative"
                            .formatted(call.expiryDay()));
            assertThat(broken(1, 1, 0, 0, 0, -1)).isEqualTo("the mark of %s must not be negative".formatted(call));
            var one = new PriceContent.Underlying(1, 1, 0, 0, 0, List.of());
            assertThat(Prices.brokenRule(new PriceContent(1, List.of(one, one), List.of())))
                    .isEqualTo("underlying 1 is there twice");
        }

        private String broken(long stable, long spot, long perp, long confidence, long forward, long mark) {
            var call = Market.asset("ETH-27MAR26-3200-C");
            var expiry = new PriceContent.Expiry(call.expiryDay(), forward, 0, 0, 0, 0, 0);
            var underlying = new PriceContent.Underlying(1, spot, confidence, 0, perp, List.of(expiry));
            return Prices.brokenRule(
                    new PriceContent(stable, List.of(underlying), List.of(new PriceContent.Mark(call, mark))));
        }

        @Test
        void brokenValues_areRefused_whoeverSigned() {
            var market = open();
            List<Trader> sorted = new ArrayList<>(List.of(FEEDER_ONE, FEEDER_TWO, FEEDER_THREE));
            sorted.sort((a, b) -> a.address().compareTo(b.address()));
            var free = new PriceContent(
                    Fixed8.ONE, List.of(new PriceContent.Underlying(1, 0, 0, 0, 0, List.of())), List.of());
            refused(
                    market.send(market.price(
                            market.now(),
                            market.ledger().global().priceSequence() + 1,
                            free,
                            Bytes32.ZERO,
                            sorted.get(0),
                            sorted.get(1))),
                    Reason.PRICE_CONTENT,
                    "underlying 1 must have a spot above zero, and no negative perp mark or confidence");
        }
    }

    @Nested
    class OfTheQueue {
        @Test
        void entryOutOfTurn_isQueueOrder() {
            var market = open();
            long next = market.queued();
            for (long index : new long[] {next - 1, next + 1}) {
                refused(
                        market.send(new Deposit(index, 1, ALICE.address(), 0, AssetId.cash(), 1, ALICE.address())),
                        Reason.QUEUE_ORDER,
                        "the queue's next entry is %d, not %d".formatted(next, index));
                refused(market.send(new SetParameters(index, SetParameters.MARGIN, Blob.EMPTY)), Reason.QUEUE_ORDER);
            }
        }

        @Test
        void indicesThatTheContractCannotHaveGiven_areRefused() {
            var market = open();
            long next = market.queued();
            var alice = ALICE.address();
            refused(market.send(new Deposit(next, 0, alice, 0, AssetId.cash(), 1, alice)), Reason.QUEUE_ORDER);
            refused(
                    market.send(new Deposit(next, (int) next + 2, CAROL.address(), 0, AssetId.cash(), 1, alice)),
                    Reason.QUEUE_ORDER);
            refused(market.send(new Deposit(next, 9, alice, 0, AssetId.cash(), 1, alice)), Reason.QUEUE_ORDER);
            refused(market.send(new Deposit(next, 2, alice, 0, AssetId.cash(), 1, alice)), Reason.NO_ACCOUNT);
            refused(market.send(new CreditFee(next, 2, alice, 0, 0)), Reason.NO_ACCOUNT);
            refused(market.send(new ListAsset(next, 0, AssetId.spot(9), "XYZ")), Reason.QUEUE_ORDER);
            int listed = market.ledger().listings().size();
            refused(market.send(new ListAsset(next, listed, asset("ETH"), "XYZ")), Reason.QUEUE_ORDER);
            refused(market.send(new ListAsset(next, listed, AssetId.spot(9), "ETH")), Reason.QUEUE_ORDER);
            market.applied(new RegisterKey(next, 0, alice, 0, SESSION.address(), 1, Market.LATER));
            refused(
                    market.send(new RegisterKey(next + 1, 1, alice, 0, SESSION.address(), 1, Market.LATER)),
                    Reason.QUEUE_ORDER);
            refused(
                    market.send(new RegisterKey(next + 1, 0, alice, 0, BOB.address(), 1, Market.LATER)),
                    Reason.QUEUE_ORDER);
        }
    }
}
