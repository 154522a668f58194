package io.parley.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.auction.domain.AuctionRerun.Difference;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Merkle;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.AuctionRecord.Award;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.Rewarded;
import io.parley.protocol.wire.ScreeningRecord.Hold;
import io.parley.protocol.wire.ScreeningRecord.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever has the topics finds out what does not follow from them. */
class AuctionReplayTest {

    private final TradingDay day = new TradingDay("alice", "bob", "sam", "sue", "sid", "late");
    private SignedBid winner;
    private SignedBid loser;
    private SignedBid bundle;
    private SignedBid withheld;
    private SignedBid late;

    /** One auction with a winner, an outbid one, an unfair one, a withheld one and a late one; and then the next. */
    @BeforeEach
    void aDay() {
        var one = day.buys("alice", "3100");
        var two = day.buys("bob", "3100");
        long auction = day.opens();
        winner = day.bid("sam", auction, one, "60");
        loser = day.bid("sue", auction, one, "50");
        bundle = day.bid("sid", auction, Map.of(one, "20", two, "70"));
        withheld = day.bid("late", auction, two, "90");
        late = day.bid("late", auction, two, "80");
        day.commits("sam", winner);
        day.commits("sue", loser);
        day.commits("sid", bundle);
        day.commits("late", withheld);
        day.commitCloses();
        day.commits("late", late);
        day.reveals(winner);
        day.reveals(loser);
        day.reveals(bundle);
        day.reveals(late);
        day.revealCloses();
        day.price();
        long next = day.opens();
        var second = day.bid("sue", next, two, "10");
        day.commits("sue", second);
        day.commitCloses();
        day.reveals(second);
        day.revealCloses();
    }

    private List<Difference> differences() {
        var replay = day.replay();
        List<Difference> differences = new ArrayList<>();
        replay.between(0, Long.MAX_VALUE)
                .forEach(auction -> differences.addAll(replay.replay(auction).differences()));
        return differences;
    }

    @Test
    void aDayAsItWas_isTheSame_andNothingWasTakenOnTrust() {
        assertThat(differences()).isEmpty();
        var replay = day.replay();
        assertThat(replay.between(0, Long.MAX_VALUE)).hasSizeGreaterThanOrEqualTo(2);
        var first = replay.replay(1);
        assertThat(first.notRederived()).isEmpty();
        assertThat(first.rerun().winners()).containsExactly(TradingDay.id(winner));
        assertThat(first.rerun().selection().orElseThrow().unfair())
                .extracting(unfair -> unfair.bid().id())
                .containsExactly(TradingDay.id(bundle));
        assertThat(day.log.screened().values())
                .filteredOn(Hold.class::isInstance)
                .extracting(record -> ((Hold) record).code())
                .contains(0, Reason.LATE.code());
    }

    @Test
    void anotherVerdict_isOneDifference() {
        alter(
                day.log.screened(),
                Verdict.class,
                verdict -> verdict.bid().equals(TradingDay.id(loser))
                        ? new Verdict(
                                verdict.auction(),
                                verdict.bid(),
                                verdict.solver(),
                                verdict.account(),
                                Reason.MARGIN_INITIAL.code(),
                                "account 4 needs 1.00 USD, has 0.00 USD",
                                0,
                                verdict.marginBefore(),
                                verdict.marginBefore(),
                                verdict.commandsOffset(),
                                verdict.bidsOffset(),
                                verdict.signedBid())
                        : verdict);
        assertOnly("verdict on " + TradingDay.id(loser), "code 0", "code 401");
    }

    @Test
    void anotherScore_isOneDifference() {
        alter(
                day.log.auctions(),
                Closed.class,
                closed -> closed.auction() == 1
                        ? awarding(
                                closed,
                                award -> new Award(
                                        award.bid(),
                                        award.solver(),
                                        award.account(),
                                        award.score() + 1,
                                        award.paysToProtocol()))
                        : closed);
        assertOnly("award 0", "score=6000000000", "score=6000000001");
    }

    @Test
    void anotherWinner_isOneDifference() {
        alter(
                day.log.auctions(),
                Closed.class,
                closed -> closed.auction() == 1
                        ? awarding(
                                closed,
                                award -> new Award(
                                        TradingDay.id(loser),
                                        loser.bid().solver(),
                                        0,
                                        award.score(),
                                        award.paysToProtocol()))
                        : closed);
        assertOnly("award 0", TradingDay.id(winner).hex(), TradingDay.id(loser).hex());
    }

    @Test
    void anotherSeed_isOneDifference_soNobodyGrindsForTies() {
        alter(
                day.log.auctions(),
                Closed.class,
                closed -> closed.auction() == 1
                        ? new Closed(
                                closed.auction(),
                                TradingDay.hash("a seed found later"),
                                closed.transcript(),
                                closed.commitmentsOffset(),
                                closed.bidsOffset(),
                                closed.awards(),
                                closed.unfilled(),
                                closed.selector(),
                                closed.value(),
                                closed.bound())
                        : closed);
        assertOnly("H(seed)", "0x", "0x");
    }

    @Test
    void aLateCommitmentLetIn_isOneDifference() {
        alter(
                day.log.screened(),
                Hold.class,
                hold -> hold.bid().equals(TradingDay.id(late))
                        ? new Hold(
                                hold.auction(),
                                hold.bid(),
                                hold.solver(),
                                hold.account(),
                                hold.cap(),
                                0,
                                "",
                                hold.commandsOffset(),
                                hold.commitmentsOffset())
                        : hold);
        assertOnly("hold on " + TradingDay.id(late), "code " + Reason.LATE.code(), "code 0");
    }

    @Test
    void anotherReward_isOneDifference() {
        alter(
                day.log.auctions(),
                Rewarded.class,
                rewarded -> rewarded.auction() == 1
                        ? new Rewarded(
                                rewarded.auction(),
                                rewarded.total(),
                                rewarded.terms(),
                                rewarded.rewards().stream()
                                        .map(reward -> new AuctionRecord.Reward(
                                                reward.solver(),
                                                reward.score(),
                                                reward.fees(),
                                                reward.reference(),
                                                reward.reward() + 1))
                                        .toList(),
                                rewarded.unfair())
                        : rewarded);
        assertOnly("rewards", "reward=", "reward=");
    }

    @Test
    void aTradeThatIsMissing_isOneDifference() {
        long last = day.log.commands().size() - 1L;
        while (day.log.trades().getOrDefault(1L, List.of()).size() == 1) {
            day.log.commands().remove(last--);
        }
        assertThat(differences()).extracting(Difference::of).contains("trade 0");
    }

    @Test
    void aCommittedBidThatTheAuctionLeftOut_isNamed() {
        var other = new TradingDay("alice", "sam", "sue");
        var one = other.buys("alice", "3100");
        long auction = other.opens();
        var worse = other.bid("sue", auction, one, "50");
        var better = other.bid("sam", auction, one, "60");
        other.suppressed = "sam";
        long offset = other.commits("sam", better);
        other.commits("sue", worse);
        other.commitCloses();
        other.reveals(better);
        other.reveals(worse);
        other.revealCloses();

        var differences = other.replay().replay(auction).differences();

        assertThat(differences)
                .filteredOn(difference -> difference.of().startsWith("commitment " + TradingDay.id(better)))
                .singleElement()
                .satisfies(difference -> {
                    assertThat(difference.expected()).contains("offset %d is below the marker's".formatted(offset));
                    assertThat(difference.found()).contains("omitted");
                });
        assertThat(differences).extracting(Difference::of).contains("award 0");
    }

    @Test
    void aCommitment_isShownToBeInTheTranscript() {
        var replay = day.replay();
        var proofs = replay.replay(1).rerun().inclusions(TradingDay.id(loser));
        assertThat(proofs).hasSize(1);
        var proof = proofs.values().iterator().next();
        assertThat(Merkle.fold(proof.leaf(), proof.index(), proof.siblings()))
                .isEqualTo(proof.root())
                .isEqualTo(replay.closed(1).orElseThrow().transcript());
        assertThat(Merkle.fold(TradingDay.hash("another"), proof.index(), proof.siblings()))
                .isNotEqualTo(proof.root());
        assertThat(replay.replay(1).rerun().inclusions(TradingDay.id(late))).isEmpty();
    }

    @Test
    void aWithheldReveal_isTold() {
        assertThat(day.replay().replay(1).rerun().withheld().values())
                .extracting(commitment -> commitment.bid())
                .containsExactly(TradingDay.id(withheld));
    }

    @Test
    void peeking_whoReadsARevealAndCommitsToABetterBid_isTooLate() {
        var other = new TradingDay("alice", "sam", "sue");
        var one = other.buys("alice", "3100");
        long auction = other.opens();
        var honest = other.bid("sam", auction, one, "60");
        other.commits("sam", honest);
        assertThat(other.log.bids())
                .as("before the phase ends there is nothing to read")
                .isEmpty();
        other.commitCloses();
        other.reveals(honest);
        var informed = other.bid("sue", auction, one, "61");
        other.commits("sue", informed);
        other.reveals(informed);
        other.revealCloses();

        var finding = other.replay().replay(auction);

        assertThat(finding.differences()).isEmpty();
        assertThat(finding.rerun().winners()).containsExactly(TradingDay.id(honest));
        assertThat(other.log.screened().values())
                .filteredOn(Verdict.class::isInstance)
                .filteredOn(verdict -> ((Verdict) verdict).bid().equals(TradingDay.id(informed)))
                .extracting(verdict -> ((Verdict) verdict).code())
                .containsExactly(Reason.NOT_COMMITTED.code());
    }

    @Test
    void sniping_aRevealBehindTheMarker_doesNotWin_howeverGoodItIs() {
        var other = new TradingDay("alice", "sam", "sue");
        var one = other.buys("alice", "3100");
        long auction = other.opens();
        var punctual = other.bid("sam", auction, one, "10");
        var sniper = other.bid("sue", auction, one, "90");
        other.commits("sam", punctual);
        other.commits("sue", sniper);
        other.commitCloses();
        other.reveals(punctual);
        other.revealCloses();
        other.reveals(sniper);

        var finding = other.replay().replay(auction);

        assertThat(finding.differences()).isEmpty();
        assertThat(finding.rerun().winners()).containsExactly(TradingDay.id(punctual));
        assertThat(finding.rerun().withheld().values())
                .extracting(commitment -> commitment.bid())
                .containsExactly(TradingDay.id(sniper));
    }

    @Test
    void duplicateIntents_overAuctions_areFilledOnce() {
        var other = new TradingDay("alice", "sam", "sue");
        var one = other.buys("alice", "3100");
        long auction = other.opens();
        other.arrives(one);
        var bid = other.bid("sam", auction, one, "10");
        other.commits("sam", bid);
        other.commitCloses();
        other.reveals(bid);
        other.revealCloses();
        other.passes(200);

        assertThat(other.log.trades().values())
                .singleElement()
                .satisfies(trades -> assertThat(trades).hasSize(1));
        assertThat(other.replay().between(0, Long.MAX_VALUE)).containsExactly(auction);
        assertThat(other.replay().replay(auction).differences()).isEmpty();
    }

    @Test
    void thePriceThatWouldHaveWon_isTheLeastThatDoes() {
        var replay = day.replay();
        var rerun = replay.replay(1).rerun();
        long least =
                rerun.winningScore(TradingDay.id(loser), replay::competition).orElseThrow();
        // Alike, the tie decides, so the rival's 60 or one unit above it.
        assertThat(least).isBetween(Fixed8.parse("60"), Fixed8.parse("60") + 1);
        assertThat(rerun.winningScore(TradingDay.id(winner), replay::competition))
                .isEmpty();
        // Alice would get 60 from another: made up for, the bundle gives 60 and 70 and wins.
        assertThat(rerun.winningScore(TradingDay.id(bundle), replay::competition))
                .hasValue(Fixed8.parse("130"));
    }

    @Test
    void aLostBid_isToldItsRankItsGapAndTheReason() {
        var replay = day.replay();
        assertThat(BidStory.of(replay, TradingDay.id(loser)).orElseThrow())
                .anyMatch(line -> line.startsWith("committed at offset 1 ") && line.endsWith("in time"))
                .anyMatch(line -> line.equals("rank 2 of 3 bids on its intents by score")
                        || line.equals("rank 3 of 3 bids on its intents by score"))
                .anyMatch(line -> line.startsWith("lost: 311 OUTBID"))
                .anyMatch(line -> line.startsWith("would have won with a score of 60"));
        assertThat(BidStory.of(replay, TradingDay.id(bundle)).orElseThrow())
                .anyMatch(line -> line.startsWith("lost: 315 UNFAIR_BUNDLE") && line.contains("surplus of 20,"));
        assertThat(BidStory.of(replay, TradingDay.id(late)).orElseThrow()).anyMatch(line -> line.endsWith("late"));
        assertThat(BidStory.of(replay, TradingDay.hash("nobody's"))).isEmpty();
    }

    private void assertOnly(String of, String expected, String found) {
        assertThat(differences()).singleElement().satisfies(difference -> {
            assertThat(difference.of()).isEqualTo(of);
            assertThat(difference.expected()).contains(expected);
            assertThat(difference.found()).contains(found).isNotEqualTo(difference.expected());
        });
    }

    private static Closed awarding(Closed closed, UnaryOperator<Award> change) {
        return new Closed(
                closed.auction(),
                closed.seed(),
                closed.transcript(),
                closed.commitmentsOffset(),
                closed.bidsOffset(),
                closed.awards().stream().map(change).toList(),
                closed.unfilled(),
                closed.selector(),
                closed.value(),
                closed.bound());
    }

    private static <T, R extends T> void alter(TreeMap<Long, T> topic, Class<R> kind, UnaryOperator<R> change) {
        int changed = 0;
        for (var entry : topic.entrySet()) {
            if (kind.isInstance(entry.getValue())) {
                R before = kind.cast(entry.getValue());
                R after = change.apply(before);
                changed += after.equals(before) ? 0 : 1;
                entry.setValue(after);
            }
        }
        assertThat(changed).as("records altered").isOne();
    }
}
