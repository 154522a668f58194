package io.parley.auction.domain.selection;

import io.parley.protocol.Bytes32;
import io.parley.protocol.wire.AuctionRecord.Reward;
import io.parley.protocol.wire.AuctionRecord.Rewarded;
import io.parley.protocol.wire.AuctionRecord.Terms;
import io.parley.protocol.wire.AuctionRecord.Unfair;
import java.util.Collection;

/**
 * How winners are chosen and rewarded, as one function of the bids, the seed and published terms: the auction and whoever
 * checks it run this. Choosing and rewarding may run on two threads, each for itself.
 */
public final class Competition {

    private final Terms terms;
    private final OptaPlannerSelection search;
    private final WinnerSelection selection;
    private final WinnerSelection reference;
    private final RewardRule rewardRule;

    /**
     * Prepares.
     *
     * @param terms budgets and what may be earned, all of them known
     */
    public Competition(Terms terms) {
        this.terms = terms;
        this.search = new OptaPlannerSelection(Math.toIntExact(terms.searchMoves()));
        ExactSelection exact = new ExactSelection(() -> Budget.ofSteps(terms.exactSteps()));
        this.selection = new FairSelection(new BestOfSelection(new GreedySelection(), exact, search));
        this.reference = new FairSelection(exact);
        this.rewardRule = new RewardRule(terms.rewardCap(), terms.rewardShareBps());
    }

    /** Runs what is slow when it runs first. */
    public void warmUp() {
        search.warmUp();
    }

    /** {@return the winners} */
    public Selection choose(Collection<ScreenedBid> bids, Bytes32 seed) {
        return selection.select(bids, seed);
    }

    /** {@return what can still be chosen if {@link #choose} fails} */
    public static Selection chooseGreedily(Collection<ScreenedBid> bids, Bytes32 seed) {
        return new FairSelection(new GreedySelection()).select(bids, seed);
    }

    /** {@return what the winners earn, for the record} */
    public Rewarded rewarded(long auction, Selection chosen, Collection<ScreenedBid> bids, Bytes32 seed) {
        return new Rewarded(
                auction,
                chosen.value(),
                terms,
                rewardRule.of(chosen, bids, seed, reference).stream()
                        .map(one -> new Reward(one.solver(), one.score(), one.fees(), one.reference(), one.reward()))
                        .toList(),
                chosen.unfair().stream()
                        .map(left -> new Unfair(left.bid().id(), left.intent(), left.gives(), left.least(), left.by()))
                        .toList());
    }
}
