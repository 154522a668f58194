package io.parley.auction.domain;

import static io.parley.auction.Market.BTC;
import static io.parley.auction.Market.ETH;
import static io.parley.auction.Market.NOON;
import static io.parley.auction.Market.bid;
import static io.parley.auction.Market.id;
import static io.parley.auction.Market.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.auction.Market;
import io.parley.auction.domain.IntentAdmission.Checked;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fill;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.OpenIntent;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.AuctionRecord.Unfilled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuctionHouseTest {

    private final Floor floor = Floor.open("alice", "bob", "sam", "sue");
    private final Market market = floor.market;

    private SignedIntent aliceBuysOneEth() {
        return market.intent("alice").buys("1", ETH).paysAtMost("3000").signed();
    }

    private SignedIntent bobSellsOneEth() {
        return market.intent("bob").sells("1", ETH).wantsAtLeast("2990").signed();
    }

    @Test
    void anIntent_isAuctioned_andTheOnlyBidThatPasses_isAwarded() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);

        Opened opened = floor.opened.getFirst();
        assertThat(opened.auction()).isEqualTo(1);
        assertThat(opened.intents())
                .singleElement()
                .satisfies(open -> assertThat(open.intent()).isEqualTo(buy));
        assertThat(opened.commitUntil() - opened.openedAt()).isEqualTo(75);
        assertThat(opened.revealUntil() - opened.openedAt()).isEqualTo(100);

        SignedBid bid = bid("sam", 1, buy);
        Closed closed = floor.runs(bid);

        assertThat(closed.awards()).singleElement().satisfies(award -> {
            assertThat(award.bid()).isEqualTo(id(bid));
            assertThat(award.solver()).isEqualTo(Market.signer("sam").address());
            assertThat(award.score()).isEqualTo(usd("10"));
        });
        assertThat(closed.unfilled()).isEmpty();
        assertThat(closed.value()).isEqualTo(usd("10"));
        assertThat(Keccak256.hash(closed.seed().bytes())).isEqualTo(opened.seedCommitment());
        assertThat(floor.trades).singleElement().satisfies(trade -> {
            assertThat(trade.auction()).isEqualTo(1);
            assertThat(trade.bid()).isEqualTo(bid);
            assertThat(trade.intents()).containsExactly(buy);
            assertThat(trade.transcript()).isEqualTo(closed.transcript());
        });
    }

    @Test
    void withoutIntents_noAuctionOpens() {
        floor.passes(10_000);

        assertThat(floor.opened).isEmpty();
        assertThat(floor.house.nextTick()).isEmpty();
    }

    @Test
    void intentsOfOneWindow_standInOneAuction_whateverTheirMoment() {
        floor.passes(10);
        floor.arrives(aliceBuysOneEth());
        floor.passes(60);
        floor.arrives(bobSellsOneEth());
        floor.passes(30);

        assertThat(floor.opened).hasSize(1);
        assertThat(floor.opened.getFirst().intents()).hasSize(2);
    }

    @Test
    void anIntent_standsInOneAuctionAtATime_whileOthersOpen() {
        floor.arrives(aliceBuysOneEth());
        floor.passes(100);
        floor.arrives(bobSellsOneEth());
        floor.passes(100);

        assertThat(floor.opened).hasSize(2);
        assertThat(floor.house.inFlight()).isEqualTo(2);
        assertThat(floor.standing()).hasSize(1);
    }

    @Test
    void moreIntentsThanOneAuctionTakes_standInSeveral_inOrderOfArrival() {
        Floor small = new Floor(new Market(), new Rules(100, 75, 2, 8, 1_000, 0, 30_000, new Backoff(100, 800)));
        small.cleared(small.market.opening("alice"));
        small.start();
        List<SignedIntent> five = List.of(buy(small), buy(small), buy(small), buy(small), buy(small));
        five.forEach(small::arrives);
        small.passes(100);

        assertThat(small.opened.stream().map(opened -> opened.intents().size())).containsExactly(2, 2, 1);
        assertThat(small.opened.getFirst().intents().getFirst().intent()).isEqualTo(five.getFirst());
    }

    private static SignedIntent buy(Floor floor) {
        return floor.market.intent("alice").buys("1", ETH).paysAtMost("3000").signed();
    }

    @Test
    void theSameIntentTwice_standsOnce() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.arrives(buy);
        floor.passes(100);
        floor.arrives(buy);
        floor.passes(100);

        assertThat(floor.opened).hasSize(1);
        assertThat(floor.opened.getFirst().intents()).hasSize(1);
    }

    @Test
    void aCommitmentBehindTheMarker_isLate_howeverEarlyItsClock() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.commitMarker(1);
        SignedBid bid = bid("sam", 1, buy);
        floor.commits("sam", bid);
        floor.reveals(bid);
        floor.revealMarker(1);
        floor.admits(bid, "10");
        floor.screeningEnds(1);

        assertThat(floor.closed.getFirst().awards()).isEmpty();
        assertThat(floor.notes).anyMatch(note -> note.contains("commitment") && note.contains("is late"));
    }

    @Test
    void aRevealBehindTheMarker_isLate() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        SignedBid bid = bid("sam", 1, buy);
        floor.commits("sam", bid);
        floor.passes(130);
        floor.reveals(bid);
        floor.screeningEnds(1);

        Closed closed = floor.closed.getFirst();
        assertThat(closed.awards()).isEmpty();
        assertThat(closed.unfilled()).singleElement().satisfies(unfilled -> {
            assertThat(unfilled.code()).isEqualTo(Reason.SOLVER_MISSED.code());
            assertThat(unfilled.detail()).contains("1 commitment(s), none revealed");
        });
    }

    @Test
    void aBidThatWasNotCommitted_isNotChosen_evenIfScreeningLetItPass() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(110);
        SignedBid bid = bid("sam", 1, buy);
        floor.passes(80);
        floor.reveals(bid);
        floor.passes(30);
        floor.admits(bid, "10");
        floor.screeningEnds(1);

        assertThat(floor.closed.getFirst().awards()).isEmpty();
    }

    @Test
    void screeningThatIsReadBeforeTheRevealMarker_waitsForIt() {
        floor.markersComeBack = false;
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        SignedBid bid = bid("sam", 1, buy);
        floor.commits("sam", bid);
        floor.commitMarker(1);
        floor.admits(bid, "10");
        floor.screeningEnds(1);
        floor.reveals(bid);
        assertThat(floor.closed).isEmpty();

        floor.revealMarker(1);

        assertThat(floor.closed.getFirst().awards()).hasSize(1);
    }

    @Test
    void whenTheCommitMarkerComesBackLate_theRevealPhaseKeepsItsLength() {
        floor.markersComeBack = false;
        floor.arrives(aliceBuysOneEth());
        floor.passes(100);
        floor.passes(150);
        floor.commitMarker(1);

        assertThat(floor.house.nextTick()).hasValue(floor.now + 25);
        assertThat(floor.notes).noneMatch(note -> note.contains("asked reveal marker"));
        floor.passes(25);
        assertThat(floor.notes).contains("asked reveal marker of 1");
    }

    @Test
    void auctionsClose_inTheOrderOfTheirNumbers_soThatASolverNeverFillsBackwards() {
        SignedIntent buy = aliceBuysOneEth();
        SignedIntent sell = bobSellsOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.arrives(sell);
        floor.passes(100);
        floor.passes(200);

        floor.screeningEnds(2);
        assertThat(floor.closed).isEmpty();

        floor.screeningEnds(1);
        assertThat(floor.closed.stream().map(Closed::auction)).containsExactly(1L, 2L);
    }

    @Test
    void anAuctionThatIsNotScreened_isVoidInTheEnd_andNoLongerHoldsUpTheNext() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.arrives(bobSellsOneEth());
        floor.passes(200);
        floor.screeningEnds(2);
        assertThat(floor.closed).isEmpty();

        floor.passes(31_000);

        assertThat(floor.closed.stream().map(Closed::auction)).startsWith(1L, 2L);
        assertThat(floor.closed.getFirst().selector()).isEqualTo("void");
        assertThat(floor.closed.getFirst().unfilled())
                .singleElement()
                .satisfies(unfilled -> assertThat(unfilled.detail()).contains("did not screen"));
        assertThat(floor.opened.stream().filter(opened -> opened.auction() > 2))
                .as("its intent is back")
                .anyMatch(opened -> opened.intents().getFirst().intent().equals(buy));
    }

    @Test
    void aBidOverTwoIntents_thatGivesOneOwnerLessThanABidOnItAlone_isLeftOut_andTheOtherIntentStays() {
        SignedIntent buy = aliceBuysOneEth();
        SignedIntent sell = bobSellsOneEth();
        floor.arrives(buy);
        floor.arrives(sell);
        floor.passes(100);
        SignedBid netting = Market.bid("sam", 1, List.of(gives(buy, "20"), gives(sell, "3")));
        SignedBid alone = Market.bid("sue", 1, List.of(gives(sell, "4")));

        Closed closed = floor.runs(netting, alone);

        assertThat(closed.awards())
                .singleElement()
                .satisfies(award -> assertThat(award.bid()).isEqualTo(id(alone)));
        assertThat(closed.unfilled()).singleElement().satisfies(unfilled -> {
            assertThat(unfilled.intent()).isEqualTo(id(buy));
            assertThat(unfilled.code()).isEqualTo(Reason.UNFAIR_BUNDLE.code());
            assertThat(unfilled.detail()).contains(id(sell).toString(), "3.99", "4.99");
        });
        floor.passes(200);
        assertThat(floor.opened.getLast().auction()).isEqualTo(2);
        assertThat(floor.standing()).containsExactly(id(buy));
    }

    /** A fill of all of an intent that leaves its owner so many dollars more than was signed, for a fee of one cent. */
    private static Fill gives(SignedIntent intent, String dollars) {
        return new Fill(id(intent), intent.intent().parts(), intent.intent().cash() + usd(dollars), usd("0.01"));
    }

    @Test
    void aLostBid_isOutbid_andItsIntentStandsInTheVeryNextAuction() {
        SignedIntent buy = aliceBuysOneEth();
        SignedIntent sell = bobSellsOneEth();
        floor.arrives(buy);
        floor.arrives(sell);
        floor.passes(100);
        SignedBid netting = bid("sam", 1, buy, sell);
        SignedBid better = bid("sue", 1, buy);
        floor.commits("sam", netting);
        floor.commits("sue", better);
        floor.passes(80);
        floor.reveals(netting);
        floor.reveals(better);
        floor.passes(25);
        floor.admits(netting, "9");
        floor.admits(better, "10");
        floor.screeningEnds(1);

        Closed closed = floor.closed.getFirst();
        assertThat(closed.awards())
                .singleElement()
                .satisfies(award -> assertThat(award.bid()).isEqualTo(id(better)));
        assertThat(closed.unfilled()).singleElement().satisfies(unfilled -> {
            assertThat(unfilled.intent()).isEqualTo(id(sell));
            assertThat(unfilled.code()).isEqualTo(Reason.OUTBID.code());
            assertThat(unfilled.detail()).contains(id(better).hex());
        });
        floor.passes(100);
        assertThat(floor.standing()).containsExactly(id(sell));
    }

    @Test
    void ofTwoIntentsWithOneNonce_onlyOneIsSold() {
        SignedIntent either = market.intent("alice")
                .buys("1", ETH)
                .paysAtMost("3000")
                .nonce(5)
                .signed();
        SignedIntent or = market.intent("alice")
                .buys("1", BTC)
                .paysAtMost("90000")
                .nonce(5)
                .signed();
        floor.arrives(either);
        floor.arrives(or);
        floor.passes(100);

        Closed closed = floor.runs(bid("sam", 1, either), bid("sue", 1, or));

        assertThat(closed.awards()).hasSize(1);
        assertThat(closed.unfilled())
                .singleElement()
                .satisfies(unfilled -> assertThat(unfilled.code()).isEqualTo(Reason.OUTBID.code()));
        floor.cleared(market.applies(floor.trades.getFirst()));
        assertThat(floor.house.poolSize()).isZero();
    }

    @Test
    void anIntentWithoutBids_triesAgain_everLessOften() {
        floor.arrives(aliceBuysOneEth());
        for (int i = 0; i < 400; i++) {
            floor.passes(10);
            for (Opened opened : List.copyOf(floor.opened)) {
                if (floor.closed.stream().noneMatch(closed -> closed.auction() == opened.auction())) {
                    floor.passes(105);
                    floor.screeningEnds(opened.auction());
                }
            }
        }
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < floor.opened.size(); i++) {
            gaps.add(floor.opened.get(i).openedAt() - floor.opened.get(i - 1).openedAt());
        }
        assertThat(gaps.getFirst()).isLessThanOrEqualTo(200);
        assertThat(gaps.getLast()).isBetween(800L, 1_100L);
        assertThat(gaps).isSorted();
        assertThat(floor.closed.getLast().unfilled())
                .singleElement()
                .satisfies(unfilled -> assertThat(unfilled.code()).isEqualTo(Reason.NO_BIDS.code()));
    }

    @Test
    void anIntentThatRests_isTakenAlong_whenAnAuctionOpensForAnother_soThatOppositesMeet() {
        SignedIntent alices = aliceBuysOneEth();
        floor.arrives(alices);
        for (int i = 0; i < 5; i++) {
            floor.passes(1_100);
            floor.screeningEnds(floor.opened.getLast().auction());
        }
        SignedIntent bobs = bobSellsOneEth();
        floor.arrives(bobs);
        floor.passes(105);

        assertThat(floor.opened.getLast().intents())
                .extracting(OpenIntent::intent)
                .containsExactlyInAnyOrder(alices, bobs);
    }

    @Test
    void anAwardedIntent_waitsForTheLedger_andIsDoneWhenItIsFilled() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.runs(bid("sam", 1, buy));
        floor.passes(1_000);
        assertThat(floor.opened).hasSize(1);

        floor.cleared(market.applies(floor.trades.getFirst()));

        assertThat(floor.house.poolSize()).isZero();
        assertThat(floor.house.nextTick()).isEmpty();
    }

    @Test
    void thePartThatIsLeft_joinsTheNextAuction_withItsCount() {
        SignedIntent buy = market.intent("alice")
                .buys("1", ETH)
                .paysAtMost("3000")
                .inParts(10)
                .signed();
        floor.arrives(buy);
        floor.passes(100);
        floor.runs(bid("sam", 1, List.of(new Fill(id(buy), 4, -usd("1200"), 0))));
        floor.cleared(market.applies(floor.trades.getLast()));
        floor.passes(100);

        assertThat(floor.opened.getLast().intents())
                .singleElement()
                .satisfies(open -> assertThat(open.partsLeft()).isEqualTo(6));

        floor.runs(bid("sue", 2, List.of(new Fill(id(buy), 6, -usd("1800"), 0))));
        floor.cleared(market.applies(floor.trades.getLast()));
        assertThat(floor.house.poolSize()).isZero();
    }

    @Test
    void anAward_thatClearingRefusesForTheSolver_returnsToTheNextAuction() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.runs(bid("sam", 1, buy));

        floor.cleared(market.refuses(
                floor.trades.getFirst(),
                Reason.MARGIN_INITIAL,
                "account %d needs 452.10 USD, has 170.00 USD".formatted(market.indexOf("sam"))));
        floor.passes(100);

        assertThat(floor.opened).hasSize(2);
        assertThat(floor.standing()).containsExactly(id(buy));
    }

    @Test
    void anAward_thatClearingRefusesForTheOwnersMargin_isFinal_andTheNextCloseSaysSoWithTheNumbers() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.runs(bid("sam", 1, buy));
        String detail = "account %d needs 452.10 USD, has 170.00 USD".formatted(market.indexOf("alice"));

        floor.cleared(market.refuses(floor.trades.getFirst(), Reason.MARGIN_INITIAL, detail));
        floor.arrives(buy);
        floor.passes(1_000);
        assertThat(floor.opened).hasSize(1);
        assertThat(floor.house.poolSize()).isZero();

        floor.arrives(bobSellsOneEth());
        floor.passes(100);
        Closed next = floor.runs();
        assertThat(next.unfilled()).contains(new Unfilled(id(buy), 401, detail));
    }

    @Test
    void aBid_thatScreeningRefusesForTheOwnersMargin_isFinalForTheIntent() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        SignedBid bid = bid("sam", 1, buy);
        floor.commits("sam", bid);
        floor.passes(80);
        floor.reveals(bid);
        floor.passes(30);
        String detail = "account %d needs 452.10 USD, has 170.00 USD".formatted(market.indexOf("alice"));
        floor.refuses(bid, Reason.MARGIN_INITIAL, detail);
        floor.screeningEnds(1);

        assertThat(floor.closed.getFirst().unfilled()).containsExactly(new Unfilled(id(buy), 401, detail));
        assertThat(floor.house.poolSize()).isZero();
        floor.passes(5_000);
        assertThat(floor.opened).hasSize(1);
    }

    @Test
    void anotherBidThatPasses_savesTheIntent_thatOneBidWouldOverload() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        SignedBid dear = bid("sam", 1, buy);
        SignedBid fair = bid("sue", 1, buy);
        floor.commits("sam", dear);
        floor.commits("sue", fair);
        floor.passes(80);
        floor.reveals(dear);
        floor.reveals(fair);
        floor.passes(30);
        floor.refuses(dear, Reason.MARGIN_INITIAL, "account %d needs more".formatted(market.indexOf("alice")));
        floor.admits(fair, "3");
        floor.screeningEnds(1);

        assertThat(floor.closed.getFirst().awards()).hasSize(1);
        assertThat(floor.closed.getFirst().unfilled()).isEmpty();
    }

    @Test
    void aBid_thatScreeningRefusesForTheSolversMargin_leavesTheIntentInThePool() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        SignedBid bid = bid("sam", 1, buy);
        floor.commits("sam", bid);
        floor.passes(80);
        floor.reveals(bid);
        floor.passes(30);
        floor.refuses(bid, Reason.MARGIN_INITIAL, "account %d needs more".formatted(market.indexOf("sam")));
        floor.screeningEnds(1);

        assertThat(floor.closed.getFirst().unfilled()).singleElement().satisfies(unfilled -> {
            assertThat(unfilled.code()).isEqualTo(Reason.NO_BIDS.code());
            assertThat(unfilled.detail())
                    .contains("1 bid(s), none passed screening")
                    .contains("MARGIN_INITIAL (401)");
        });
        assertThat(floor.house.poolSize()).isEqualTo(1);
    }

    @Test
    void clearingThatRefusesForever_isGivenUp() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        for (int auction = 1; auction <= 20; auction++) {
            for (int waited = 0; floor.opened.size() < auction && waited < 1_100; waited += 10) {
                floor.passes(10);
            }
            floor.runs(bid("sam", auction, buy));
            floor.cleared(market.refuses(floor.trades.getLast(), Reason.AUCTION_NOT_NEW, "auction is not new"));
        }

        assertThat(floor.house.poolSize()).isZero();
        floor.arrives(bobSellsOneEth());
        floor.passes(100);
        assertThat(floor.runs().unfilled()).anySatisfy(unfilled -> {
            assertThat(unfilled.intent()).isEqualTo(id(buy));
            assertThat(unfilled.detail()).startsWith("refused in clearing 20 times");
        });
    }

    @Test
    void aCancelledNonce_takesTheIntentOut_andAnExpiredOneToo() {
        SignedIntent cancelled = aliceBuysOneEth();
        SignedIntent expiring =
                market.intent("bob").sells("1", ETH).validUntil(NOON + 5).signed();
        SignedIntent good = market.intent("bob").buys("1", BTC).signed();
        floor.arrives(cancelled);
        floor.arrives(expiring);
        floor.arrives(good);
        floor.cleared(market.cancelled("alice", 0));
        floor.cleared(market.price(NOON + 6));
        floor.passes(100);

        assertThat(floor.standing()).containsExactly(id(good));
        assertThat(floor.runs().unfilled().stream().map(Unfilled::code))
                .contains(Reason.NONCE_USED.code(), Reason.EXPIRED.code());
    }

    @Test
    void anIntentForLater_waitsUntilTheStateTimeReachesIt() {
        SignedIntent later =
                market.intent("alice").buys("1", ETH).validFrom(NOON + 60).signed();
        assertThat(floor.arrives(later)).isInstanceOf(Checked.Accepted.class);
        floor.passes(5_000);
        assertThat(floor.opened).isEmpty();

        floor.cleared(market.price(NOON + 60));
        floor.passes(500);
        assertThat(floor.standing()).containsExactly(id(later));
    }

    @Test
    void admission_isTheDoorsOnceMore_whoeverWroteTheRecord() {
        assertThat(refusal(new byte[] {1, 2, 3})).isEqualTo(Reason.UNDECODABLE);
        assertThat(refusal(market.intent("alice")
                        .signedBy("mallory")
                        .buys("1", ETH)
                        .signed()
                        .encode()))
                .isEqualTo(Reason.KEY_NOT_ALLOWED);
        assertThat(refusal(market.intent("alice").signed().encode())).isEqualTo(Reason.BAD_COUNT);
        assertThat(refusal(market.intent("alice")
                        .buys("1", ETH)
                        .validUntil(NOON - 1)
                        .signed()
                        .encode()))
                .isEqualTo(Reason.EXPIRED);
        assertThat(refusal(market.intent("alice")
                        .buys("1", ETH)
                        .validUntil(NOON + 90_000)
                        .signed()
                        .encode()))
                .isEqualTo(Reason.VALIDITY_TOO_LONG);
        assertThat(refusal(market.intent("stranger").buys("1", ETH).signed().encode()))
                .isEqualTo(Reason.NO_ACCOUNT);
        assertThat(refusal(
                        market.intent("alice").buys("1", ETH).nonce(64).signed().encode()))
                .isEqualTo(Reason.NONCE_USED);
    }

    private Reason refusal(byte[] record) {
        return switch (floor.admission.check(record)) {
            case Checked.Refused refused -> refused.reason();
            case Checked.Premature premature -> premature.reason();
            case Checked.Accepted accepted -> throw new AssertionError("accepted " + accepted.id());
        };
    }

    @Test
    void aRegisteredKey_maySignIntents_ifItsScopeSaysSo() {
        SignedIntent byKey =
                market.intent("alice").signedBy("phone").buys("1", ETH).signed();
        floor.cleared(market.registers("alice", "phone", RegisterKey.BIDS));
        assertThat(floor.arrives(byKey)).isInstanceOf(Checked.Premature.class);

        floor.cleared(market.registers("alice", "phone", RegisterKey.BIDS | RegisterKey.INTENTS));
        assertThat(floor.arrives(byKey)).isInstanceOf(Checked.Accepted.class);
    }

    @Test
    void thePool_saysWhenItIsFull() {
        Floor small = new Floor(new Market(), new Rules(100, 75, 2, 8, 2, 0, 30_000, new Backoff(100, 800)));
        small.cleared(small.market.opening("alice"));
        small.start();
        small.arrives(buy(small));
        assertThat(small.house.isFull()).isFalse();
        small.arrives(buy(small));
        assertThat(small.house.isFull()).isTrue();
    }

    @Test
    void twoRunsOverTheSameRecords_writeTheSameTranscript_andOneVerdictChangesIt() {
        Bytes32 first = transcriptOf("10");
        Bytes32 second = transcriptOf("10");
        Bytes32 other = transcriptOf("10.01");

        assertThat(first).isEqualTo(second).isNotEqualTo(other).isNotEqualTo(Bytes32.ZERO);
    }

    private static Bytes32 transcriptOf(String score) {
        Floor floor = Floor.open("alice", "sam");
        SignedIntent buy = buy(floor);
        floor.arrives(buy);
        floor.passes(100);
        SignedBid bid = bid("sam", 1, buy);
        floor.commits("sam", bid);
        floor.passes(80);
        floor.reveals(bid);
        floor.passes(30);
        floor.admits(bid, score);
        floor.screeningEnds(1);
        return floor.closed.getFirst().transcript();
    }

    @Test
    void aNewLife_voidsWhatWasOpen_repoolsIt_andCountsOn() {
        SignedIntent open = aliceBuysOneEth();
        SignedIntent inClearing = bobSellsOneEth();
        floor.arrives(inClearing);
        floor.passes(100);
        floor.runs(bid("sam", 1, inClearing));
        floor.arrives(open);
        floor.passes(100);

        Floor next = new Floor(market);
        next.cleared(market.opening("alice", "bob", "sam", "sue"));
        next.house.remember(floor.opened.get(0), floor.now);
        next.house.remember(floor.closed.get(0), floor.now);
        next.house.remember(floor.opened.get(1), floor.now);
        next.arrives(inClearing);
        next.arrives(open);
        next.start();

        assertThat(next.closed).singleElement().satisfies(closed -> {
            assertThat(closed.auction()).isEqualTo(2);
            assertThat(closed.selector()).isEqualTo("void");
            assertThat(closed.awards()).isEmpty();
            assertThat(closed.unfilled())
                    .singleElement()
                    .satisfies(unfilled -> assertThat(unfilled.intent()).isEqualTo(id(open)));
        });
        next.passes(100);
        assertThat(next.opened)
                .singleElement()
                .satisfies(opened -> assertThat(opened.auction()).isEqualTo(3));
        assertThat(next.standing())
                .as("what is in clearing waits for its answer")
                .containsExactly(id(open));

        next.cleared(market.refuses(floor.trades.getFirst(), Reason.AUCTION_NOT_NEW, "auction is not new"));
        next.passes(100);
        assertThat(next.standing()).containsExactly(id(inClearing));
    }

    @Test
    void aNewLife_leavesOutWhatWasAnswered_whateverTheAnswer() {
        SignedIntent filled = aliceBuysOneEth();
        SignedIntent refused = bobSellsOneEth();
        SignedIntent tooDear = market.intent("bob").buys("5", BTC).signed();
        floor.arrives(filled);
        floor.passes(100);
        floor.runs(bid("sam", 1, filled));
        var filledAnswer = market.applies(floor.trades.getLast());
        floor.cleared(filledAnswer);
        floor.arrives(refused);
        floor.passes(100);
        floor.runs(bid("sam", 2, refused));
        var refusedAnswer = market.refuses(floor.trades.getLast(), Reason.AUCTION_NOT_NEW, "auction is not new");
        floor.cleared(refusedAnswer);
        var tooDearAnswer = market.refuses(
                new TradeCommand(3, Bytes32.ZERO, bid("sam", 3, tooDear), List.of(tooDear)),
                Reason.CASH_DEBT,
                "account %d would owe 1 USD".formatted(market.indexOf("bob")));

        Floor next = new Floor(market);
        next.cleared(market.opening("alice", "bob", "sam", "sue"));
        next.cleared(filledAnswer);
        next.cleared(refusedAnswer);
        next.cleared(tooDearAnswer);
        floor.opened.forEach(record -> next.house.remember(record, floor.now));
        floor.closed.forEach(record -> next.house.remember(record, floor.now));
        assertThat(next.arrives(filled)).isInstanceOf(Checked.Refused.class);
        next.arrives(refused);
        next.arrives(tooDear);
        next.start();
        next.passes(100);

        assertThat(next.closed).isEmpty();
        assertThat(next.standing()).containsExactly(id(refused));
    }

    @Test
    void auctionNumbers_ascendBeyondWhatTheLedgerKnows_evenIfTheTopicWasLost() {
        SignedIntent buy = aliceBuysOneEth();
        floor.arrives(buy);
        floor.passes(100);
        floor.runs(bid("sam", 1, buy));

        Floor next = new Floor(market);
        next.cleared(market.opening("alice", "bob", "sam", "sue"));
        next.cleared(market.applies(floor.trades.getFirst()));
        next.start();
        next.arrives(bobSellsOneEth());
        next.passes(100);

        assertThat(next.opened.getFirst().auction()).isEqualTo(2);
    }

    @Test
    void theSeedStaysSecret_untilTheClose() {
        floor.arrives(aliceBuysOneEth());
        floor.passes(100);
        Opened opened = floor.opened.getFirst();

        assertThat(opened.seedCommitment()).isNotEqualTo(Bytes32.ZERO);
        assertThat(Blob.of(opened.encode()).hex())
                .doesNotContain(Market.hash("seed 0").hex().substring(2));
    }
}
