package io.parley.solvers;

import io.parley.protocol.Bid;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.SolverAccount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Turns prices into proposals, for solvers that fill from their own accounts: every intent alone; all together; and, with
 * several accounts, spread over them; so that few or many can be won, whatever others bid. Each fill is as large as price and margin
 * allow, and each cap is what clearing's own margin says the bid takes, with a cushion.
 *
 * @param <S> what prices depend on as fills add up: an inventory, a pool's reserves
 */
public final class Baskets<S> {

    private static final int MOST_PROPOSALS = 32;

    /** The cap beyond what the bid takes now: a share and an amount, since prices may move until it is screened. */
    private static final long CUSHION_DIVISOR = 20;

    private static final long CUSHION = Fixed8.ONE;

    /**
     * A solver's prices.
     *
     * @param <S> immutable
     */
    public interface Pricing<S> {

        /**
         * What an owner is offered for so many parts: the change of its cash in units of 1e-8, rounded towards the solver; empty if the
         * solver does not want the trade. It need not look at the limit. More parts must not get a better price per part.
         */
        OptionalLong cash(S state, OpenIntent open, long parts);

        /** What prices depend on after that trade. */
        S after(S state, OpenIntent open, long parts);
    }

    private record Basket(
            SolverAccount account, WhatIf.Book before, WhatIf.Book after, List<OpenIntent> intents, List<Fill> fills) {}

    private final AuctionView auction;
    private final List<SolverAccount> own;
    private final Pricing<S> pricing;
    private final S start;
    private final WhatIf margin;
    private final double marginShare;

    /** @param marginShare most of an account's free margin that one bid may take, 0 to 1 */
    public Baskets(AuctionView auction, Pricing<S> pricing, S start, double marginShare) {
        this.auction = auction;
        // The one with most to spare first: what is filled alone shall not wear out one account while others rest.
        this.own = auction.accounts().stream()
                .sorted(Comparator.comparingLong(SolverAccount::freeMargin).reversed())
                .toList();
        this.pricing = pricing;
        this.start = start;
        this.margin = WhatIf.of(auction.market());
        this.marginShare = marginShare;
    }

    /**
     * @param intents those that are to be filled, the most wanted first
     * @return proposals, none if the solver has no account
     */
    public List<Proposal> proposals(List<OpenIntent> intents) {
        int accounts = own.size();
        var proposals = new LinkedHashSet<Proposal>();
        if (accounts == 0) {
            return List.of();
        }
        if (intents.size() > accounts) {
            for (int account = 0; account < accounts; account++) {
                var share = new ArrayList<OpenIntent>();
                for (int i = account; i < intents.size(); i += accounts) {
                    share.add(intents.get(i));
                }
                fill(proposals, account, share, Owners.CAN_AFFORD);
            }
        }
        fill(proposals, 0, intents, Owners.CAN_AFFORD);
        for (int i = 0; i < intents.size() && proposals.size() < MOST_PROPOSALS; i++) {
            var alone = List.of(intents.get(i));
            if (!fill(proposals, i % accounts, alone, Owners.CAN_AFFORD)) {
                // Alone it endangers no other fill, and risk-check then tells the owner by how much its margin falls
                // short.
                fill(proposals, i % accounts, alone, Owners.ARE_TOLD_WHY_NOT);
            }
        }
        return List.copyOf(proposals);
    }

    private enum Owners {
        CAN_AFFORD,
        ARE_TOLD_WHY_NOT
    }

    private boolean fill(Set<Proposal> proposals, int account, List<OpenIntent> intents, Owners owners) {
        var own = this.own.get(account);
        var basket = new Basket(own, new WhatIf.Book(own), new WhatIf.Book(own), new ArrayList<>(), new ArrayList<>());
        var state = start;
        for (var open : intents) {
            if (basket.fills().size() == Bid.MAX_FILLS || Thread.currentThread().isInterrupted()) {
                break;
            }
            var fill = largest(basket, state, open, owners);
            if (fill.isPresent()) {
                basket.intents().add(open);
                basket.fills().add(fill.get());
                basket.after().faces(open, fill.get());
                state = pricing.after(state, open, fill.get().parts());
            }
        }
        if (basket.fills().isEmpty()) {
            return false;
        }
        margin.taken(basket.before(), basket.after()).ifPresent(taken -> {
            long cap = Math.min(
                    Math.addExact(taken, taken / CUSHION_DIVISOR + CUSHION), Math.max(taken, own.freeMargin()));
            proposals.add(new Proposal(own.account(), basket.fills(), 0, List.of(), cap));
        });
        return true;
    }

    /** The more parts, the worse price and margin: if not all can be had, the border is found by halving. */
    private Optional<Fill> largest(Basket basket, S state, OpenIntent open, Owners owners) {
        var best = fill(basket, state, open, open.partsLeft(), owners);
        if (best.isPresent()) {
            return best;
        }
        long low = open.fewestParts();
        long high = open.partsLeft() - 1;
        while (low <= high) {
            long middle = (low + high) >>> 1;
            var tried = fill(basket, state, open, middle, owners);
            if (tried.isPresent()) {
                best = tried;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return best;
    }

    private Optional<Fill> fill(Basket basket, S state, OpenIntent open, long parts, Owners owners) {
        try {
            var cash = pricing.cash(state, open, parts);
            if (cash.isEmpty() || cash.getAsLong() < open.cashLimit(parts)) {
                return Optional.empty();
            }
            var fill = open.fill(parts, cash.getAsLong(), auction.feePerFill());
            long most = (long) (Math.max(basket.account().freeMargin(), 0) * marginShare);
            return margin.taken(basket.before(), basket.after().copy().faces(open, fill))
                    .filter(taken -> taken <= most)
                    .filter(taken -> owners == Owners.ARE_TOLD_WHY_NOT
                            || margin.ownersCanAfford(with(basket.intents(), open), with(basket.fills(), fill)))
                    .map(taken -> fill);
        } catch (ArithmeticException e) {
            // It leaves int64 somewhere: clearing would refuse it.
            return Optional.empty();
        }
    }

    private static <T> List<T> with(List<T> some, T another) {
        var all = new ArrayList<>(some);
        all.add(another);
        return all;
    }
}
