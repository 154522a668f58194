package io.parley.risk.domain;

import static io.parley.risk.Trader.ALICE;
import static io.parley.risk.Trader.BOB;
import static io.parley.risk.Trader.RIVAL;
import static io.parley.risk.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.ScreeningRecord.Hold;
import io.parley.protocol.wire.ScreeningRecord.ScreeningClosed;
import io.parley.protocol.wire.ScreeningRecord.Verdict;
import io.parley.risk.Market;
import io.parley.risk.Trader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ETH is at 3000; a perp takes a tenth of its notional, so 300 for each. */
class ScreeningTest {

    private final Market market = Market.open()
            .deposit(ALICE, "10000 USD")
            .deposit(BOB, "10000 USD")
            .deposit(SOLVER, "1000 USD")
            .deposit(RIVAL, "1000 USD");
    private final ClearingHouse house = market.house();
    private Screening screening = new Screening(Market.DOMAIN);
    private long offset;

    @Test
    void aBid_passes_withTheMarginItTakesAndItsScore() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        assertThat(commit(SOLVER, bid, "300").code()).isZero();
        assertThat(screening.held(SOLVER.account())).isEqualTo(Fixed8.parse("300"));

        var answers = closeAndReveal(1, bid);

        Verdict verdict = (Verdict) answers.getFirst();
        assertThat(verdict.code()).as(verdict.detail()).isZero();
        assertThat(verdict.marginBefore()).isEqualTo(Fixed8.parse("1000"));
        // It sells at 3010 what is worth 3000, and has to put up 300.
        assertThat(verdict.marginAfter()).isEqualTo(Fixed8.parse("710"));
        assertThat(verdict.score()).as("1 of fee was signed, 0.10 is taken").isEqualTo(Fixed8.parse("0.9"));
        assertThat(verdict.commandsOffset()).isEqualTo(market.log().size() - 1);
        assertThat(answers.getLast()).isEqualTo(new ScreeningClosed(1, 1));
    }

    @Test
    void aCommitment_isRefused_whenTheAccountHasLessThanItsCap() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        open(1, intent);
        Hold hold = commit(SOLVER, market.bid(SOLVER, 1, intent), "1000.01");
        assertThat(hold.code()).isEqualTo(Reason.HOLD_EXCEEDS_MARGIN.code());
        assertThat(hold.detail()).contains("1000.01").contains("1000.00");
        assertThat(screening.held(SOLVER.account())).isZero();
    }

    @Test
    void overlappingAuctions_neverShareCollateral() {
        SignedIntent one = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedIntent two = market.intent(BOB, "1 ETH-PERP", "3010", "1");
        SignedBid first = market.bid(SOLVER, 1, one);
        SignedBid second = market.bid(SOLVER, 2, two);
        open(1, one);
        open(2, two);

        assertThat(commit(SOLVER, first, "600").code()).isZero();
        Hold refused = commit(SOLVER, second, "600");
        assertThat(refused.code()).isEqualTo(Reason.HOLD_EXCEEDS_MARGIN.code());
        assertThat(refused.detail()).contains("1200.00").contains("1000.00");
        assertThat(commit(SOLVER, market.bid(SOLVER, 2, two), "400").code()).isZero();
    }

    @Test
    void alternativesInOneAuction_shareOneHold_asOnlyOneCanWin() {
        SignedIntent one = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedIntent two = market.intent(BOB, "1 ETH-PERP", "3010", "1");
        open(1, one, two);
        assertThat(commit(SOLVER, market.bid(SOLVER, 1, one), "900").code()).isZero();
        assertThat(commit(SOLVER, market.bid(SOLVER, 1, two), "900").code()).isZero();
        assertThat(screening.held(SOLVER.account())).isEqualTo(Fixed8.parse("900"));
    }

    @Test
    void aReveal_isRefused_whenNothingWasCommitted() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        open(1, intent);
        assertRefused(
                closeAndReveal(1, market.bid(SOLVER, 1, intent)), Reason.NOT_COMMITTED, "committed to no such bid");
    }

    @Test
    void aReveal_isRefused_withTheReasonOfItsCommitment() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "2000");
        assertRefused(closeAndReveal(1, bid), Reason.NOT_COMMITTED, "HOLD_EXCEEDS_MARGIN (409)");
    }

    @Test
    void aDigestCopiedByARival_bindsNobodyButTheRival() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        assertThat(commit(RIVAL, bid, "300").code()).isZero();
        assertThat(commit(SOLVER, bid, "300").code()).isZero();
        assertThat(((Verdict) closeAndReveal(1, bid).getFirst()).code()).isZero();
    }

    @Test
    void aForgedCommitment_holdsNothing() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        SignedCommitment real = market.commitment(SOLVER, bid, "300");
        SignedCommitment forged = new SignedCommitment(
                real.commitment(), market.commitment(RIVAL, bid, "300").signature());
        assertThat(post(forged).code()).isEqualTo(Reason.SIGNER_MISMATCH.code());
        assertThat(screening.held(SOLVER.account())).isZero();
        assertThat(post(real).code()).as("the real one still counts").isZero();
    }

    @Test
    void aBid_isRefused_whenItTakesMoreThanItsCap() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3000", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "299.99");
        assertRefused(closeAndReveal(1, bid), Reason.ABOVE_CAP, "takes 300 USD");
        assertThat(screening.held(SOLVER.account()))
                .as("a refused bid frees its hold")
                .isZero();
    }

    @Test
    void aBid_isRefused_whenItsFeeIsBelowTheAnnouncedOne() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent, "0.09");
        open(1, intent);
        commit(SOLVER, bid, "300");
        assertRefused(closeAndReveal(1, bid), Reason.FEE_BELOW_MINIMUM, "at least 0.1 USD is due");
    }

    @Test
    void anIntentThatSignedLessThanTheAnnouncedFee_isServedForThat() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "0.05");
        SignedBid bid = market.bid(SOLVER, 1, intent, "0.05");
        open(1, intent);
        commit(SOLVER, bid, "300");
        assertThat(((Verdict) closeAndReveal(1, bid).getFirst()).code()).isZero();
    }

    @Test
    void aBid_isRefused_whenItFillsAnIntentThatIsNotInTheAuction() {
        SignedIntent open = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedIntent other = market.intent(BOB, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, other);
        open(1, open);
        commit(SOLVER, bid, "300");
        assertRefused(closeAndReveal(1, bid), Reason.INTENT_MISMATCH, "is not in auction 1");
    }

    @Test
    void aBid_isRefused_whenItWouldLeaveTheOwnerBelowInitialMargin() {
        Trader poor = BOB;
        market.send(market.withdraw(poor, "9800 USD"));
        SignedIntent intent = market.intent(poor, "1 ETH-PERP", "3000", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "300");
        assertRefused(closeAndReveal(1, bid), Reason.MARGIN_INITIAL, "300.00");
    }

    @Test
    void aYoungerPromise_givesWay_whenTheMarginIsGone() {
        SignedIntent one = market.intent(ALICE, "1 ETH-PERP", "3000", "1");
        SignedIntent two = market.intent(BOB, "1 ETH-PERP", "3000", "1");
        SignedBid first = market.bid(SOLVER, 1, one);
        SignedBid second = market.bid(SOLVER, 2, two);
        open(1, one);
        open(2, two);
        commit(SOLVER, first, "400");
        commit(SOLVER, second, "400");
        market.send(market.withdraw(SOLVER, "400 USD"));

        assertThat(((Verdict) closeAndReveal(1, first).getFirst()).code()).isZero();
        assertRefused(closeAndReveal(2, second), Reason.HOLD_EXCEEDS_MARGIN, "");
    }

    @Test
    void bidsOfOneAuction_areScreenedIndependently() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid good = market.bid(SOLVER, 1, intent);
        SignedBid alsoGood = market.bid(RIVAL, 1, intent);
        open(1, intent);
        commit(SOLVER, good, "300");
        commit(RIVAL, alsoGood, "300");
        var answers = closeAndReveal(1, good, alsoGood);
        assertThat(answers)
                .hasSize(3)
                .filteredOn(Verdict.class::isInstance)
                .allSatisfy(v -> assertThat(((Verdict) v).code()).isZero());
        assertThat(answers.getLast()).isEqualTo(new ScreeningClosed(1, 2));
    }

    @Test
    void late_isToldByTheMarkersOffset() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        SignedBid second = market.bid(RIVAL, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "300");
        screening.on(new CommitmentRecord.CommitClosed(1), offset++, house);
        Hold late = commit(RIVAL, second, "300");
        assertThat(late.code()).isEqualTo(Reason.LATE.code());

        var answers = screening.on(new BidRecord.RevealClosed(1), offset++, house);
        assertThat(answers).containsExactly(new ScreeningClosed(1, 0));
        assertThat(screening.held(SOLVER.account()))
                .as("a missing reveal holds nothing")
                .isZero();
        assertRefused(reveal(bid), Reason.LATE, "after the reveal phase had closed");
    }

    @Test
    void theTopics_mayArriveInAnyOrder() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        assertThat(reveal(bid)).isEmpty();
        assertThat(screening.on(new BidRecord.RevealClosed(1), offset++, house)).isEmpty();
        assertThat(screening.on(new CommitmentRecord.Committed(market.commitment(SOLVER, bid, "300")), offset++, house))
                .isEmpty();
        assertThat(screening.on(new CommitmentRecord.CommitClosed(1), offset++, house))
                .isEmpty();
        SignedBid late = market.bid(RIVAL, 1, intent);
        assertThat(screening.on(new CommitmentRecord.Committed(market.commitment(RIVAL, late, "300")), offset++, house))
                .isEmpty();

        var answers = screening.on(Market.opened(1, intent), house);

        assertThat(answers).hasSize(4);
        assertThat(((Hold) answers.get(0)).code()).isZero();
        assertThat(((Hold) answers.get(1)).code()).isEqualTo(Reason.LATE.code());
        assertThat(((Verdict) answers.get(2)).code()).isZero();
        assertThat(answers.get(3)).isEqualTo(new ScreeningClosed(1, 1));
    }

    @Test
    void anAuctionThatNeverOpened_isUnknown() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 3, intent);
        assertThat(screening.on(new CommitmentRecord.Committed(market.commitment(SOLVER, bid, "300")), offset++, house))
                .isEmpty();
        var answers = open(4, intent);
        assertThat(((Hold) answers.getFirst()).code()).isEqualTo(Reason.UNKNOWN_AUCTION.code());
        assertThat(commit(SOLVER, market.bid(SOLVER, 2, intent), "300").code())
                .isEqualTo(Reason.UNKNOWN_AUCTION.code());
        assertThat(commit(SOLVER, market.bid(SOLVER, 1L << 60, intent), "300").code())
                .isEqualTo(Reason.UNKNOWN_AUCTION.code());
    }

    @Test
    void aRedeliveredRecord_changesNothing() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        SignedCommitment commitment = market.commitment(SOLVER, bid, "300");
        post(commitment);
        assertThat(screening.on(new CommitmentRecord.Committed(commitment), offset++, house))
                .isEmpty();
        reveal(bid);
        assertThat(closeAndReveal(1, bid)).hasSize(2);
        assertThat(screening.on(new BidRecord.RevealClosed(1), offset++, house)).isEmpty();
        assertThat(open(1, intent)).isEmpty();
    }

    @Test
    void aCopyOfTheBidWithABadSignature_doesNotPushTheRealOneOut() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "300");
        var answers = closeAndReveal(1, new SignedBid(bid.bid(), Signature.NONE), bid);
        assertThat(answers).hasSize(2);
        assertThat(((Verdict) answers.getFirst()).code()).isZero();
        assertThat(((Verdict) answers.getFirst()).signedBid()).isEqualTo(bid);
    }

    @Test
    void theHoldOfAnAward_lastsUntilItsTradeIsFolded() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid winner = market.bid(SOLVER, 1, intent);
        SignedBid loser = market.bid(RIVAL, 1, intent);
        open(1, intent);
        commit(SOLVER, winner, "300");
        commit(RIVAL, loser, "300");
        closeAndReveal(1, winner, loser);

        screening.on(closed(1, winner), house);
        assertThat(screening.held(RIVAL.account())).isZero();
        assertThat(screening.held(SOLVER.account())).isEqualTo(Fixed8.parse("300"));

        market.send(market.trade(winner, intent));
        screening.on(market.last().cleared().orElseThrow());
        assertThat(screening.held(SOLVER.account())).isZero();
    }

    @Test
    void aTradeFoldedBeforeItsAuctionClosed_leavesNoHoldBehind() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid winner = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, winner, "300");
        closeAndReveal(1, winner);
        market.send(market.trade(winner, intent));
        screening.on(market.last().cleared().orElseThrow());
        screening.on(closed(1, winner), house);
        assertThat(screening.held(SOLVER.account())).isZero();
    }

    @Test
    void aHoldThatNobodyReleases_runsOut_inLogTime() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "300");
        market.price(6);
        screening.on(market.last().cleared().orElseThrow());
        assertThat(screening.held(SOLVER.account())).isEqualTo(Fixed8.parse("300"));
        market.price(1);
        screening.on(market.last().cleared().orElseThrow());
        assertThat(screening.held(SOLVER.account())).isZero();
        // The auction itself goes on: a jump of the log's time must not leave it without an answer.
        assertThat(closeAndReveal(1, bid)).hasSize(2);
    }

    @Test
    void aVoidAuction_releasesItsHolds() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        open(1, intent);
        commit(SOLVER, bid, "300");
        screening.on(closed(1), house);
        assertThat(screening.held(SOLVER.account())).isZero();
    }

    @Test
    void afterARestart_promisesStand_andNothingIsAnsweredTwice() {
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid done = market.bid(SOLVER, 1, intent);
        SignedBid promised = market.bid(SOLVER, 2, intent);
        SignedBid unanswered = market.bid(RIVAL, 2, intent);
        List<ScreeningRecord> answers = new ArrayList<>();
        answers.addAll(open(1, intent));
        answers.add(commit(SOLVER, done, "300"));
        answers.addAll(closeAndReveal(1, done));
        answers.addAll(open(2, intent));
        answers.add(commit(SOLVER, promised, "600"));
        market.send(market.withdraw(SOLVER, "500 USD"));

        screening = new Screening(Market.DOMAIN);
        screening.remember(answers);
        List<ScreeningRecord> again = new ArrayList<>();
        again.addAll(open(1, intent));
        again.addAll(open(2, intent));
        for (SignedCommitment commitment : List.of(
                market.commitment(SOLVER, done, "300"),
                market.commitment(SOLVER, promised, "600"),
                market.commitment(RIVAL, unanswered, "300"))) {
            again.addAll(screening.on(new CommitmentRecord.Committed(commitment), offset++, house));
        }
        again.addAll(closeAndReveal(1, done));
        screening.recovered();

        assertThat(again).as("only what had no answer yet is answered").hasSize(1);
        assertThat(((Hold) again.getFirst()).solver()).isEqualTo(RIVAL.address());
        assertThat(screening.held(SOLVER.account()))
                .as("300 for an admitted bid whose trade may still come, 600 for a commitment")
                .isEqualTo(Fixed8.parse("900"));
        screening.on(closed(1), house);
        assertThat(screening.held(SOLVER.account())).isEqualTo(Fixed8.parse("600"));
        assertThat(closeAndReveal(2, promised, unanswered)).hasSize(3);
    }

    // The auction's side

    private List<ScreeningRecord> open(long auction, SignedIntent... intents) {
        return screening.on(Market.opened(auction, intents), house);
    }

    private Hold commit(Trader solver, SignedBid bid, String cap) {
        return post(market.commitment(solver, bid, cap));
    }

    private Hold post(SignedCommitment commitment) {
        var answers = screening.on(new CommitmentRecord.Committed(commitment), offset++, house);
        assertThat(answers).hasSize(1);
        return (Hold) answers.getFirst();
    }

    private List<ScreeningRecord> reveal(SignedBid bid) {
        return screening.on(new BidRecord.Revealed(bid), offset++, house);
    }

    private List<ScreeningRecord> closeAndReveal(long auction, SignedBid... bids) {
        List<ScreeningRecord> answers = new ArrayList<>();
        answers.addAll(screening.on(new CommitmentRecord.CommitClosed(auction), offset++, house));
        for (SignedBid bid : bids) {
            answers.addAll(reveal(bid));
        }
        answers.addAll(screening.on(new BidRecord.RevealClosed(auction), offset++, house));
        return answers;
    }

    private static AuctionRecord.Closed closed(long auction, SignedBid... awards) {
        return new AuctionRecord.Closed(
                auction,
                Bytes32.ZERO,
                Bytes32.ZERO,
                0,
                0,
                List.of(awards).stream()
                        .map(bid -> new AuctionRecord.Award(
                                Market.id(bid), bid.bid().solver(), bid.bid().account(), 0, 0))
                        .toList(),
                List.of(),
                "test",
                0,
                0);
    }

    private static void assertRefused(List<ScreeningRecord> answers, Reason reason, String detail) {
        Verdict verdict = (Verdict) answers.getFirst();
        assertThat(verdict.code()).as(verdict.detail()).isEqualTo(reason.code());
        assertThat(verdict.detail()).contains(detail);
        assertThat(verdict.marginAfter()).isEqualTo(verdict.marginBefore());
    }
}
