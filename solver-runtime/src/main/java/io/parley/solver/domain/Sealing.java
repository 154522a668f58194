package io.parley.solver.domain;

import io.parley.protocol.Address;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Commitment;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Route;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.Signer;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.Proposal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes signed bids and commitments out of proposals, and stops what is sure to be refused before it is sent. */
public final class Sealing {

    /** How long after the state's time a bid may still be cleared, in seconds. */
    private static final long VALIDITY = 30;

    private final Domain domain;
    private final Supplier<Bytes32> salts;

    /** @param salts unpredictable: the salt is what hides a bid behind its digest */
    public Sealing(Domain domain, Supplier<Bytes32> salts) {
        this.domain = domain;
        this.salts = salts;
    }

    /** Why a proposal would be refused whatever the market does; empty if it may be sent. */
    public static Optional<String> objection(AuctionView auction, Proposal proposal) {
        if (auction.accounts().stream().noneMatch(a -> a.account() == proposal.account())) {
            return Optional.of(
                    "account %d is not one of this solver's accounts that exist".formatted(proposal.account()));
        }
        int count = proposal.fills().size();
        if (count < 1 || count > Bid.MAX_FILLS) {
            return Optional.of("it has %d fills, not 1 to %d".formatted(count, Bid.MAX_FILLS));
        }
        if (proposal.pays() < 0 || proposal.cap() < Proposal.CAP_OPEN) {
            return Optional.of(
                    "pays (%d) and cap (%d) must not be negative".formatted(proposal.pays(), proposal.cap()));
        }
        if (proposal.routes().size() > Proposal.MOST_ROUTES) {
            return Optional.of(
                    "it has %d routes, not 0 to %d".formatted(proposal.routes().size(), Proposal.MOST_ROUTES));
        }
        for (var plan : proposal.routes()) {
            boolean payable = plan.input().isCash() || plan.input().kind() == AssetKind.SPOT;
            if (!payable || plan.input().equals(plan.output())) {
                return Optional.of("a route cannot swap %s for %s".formatted(plan.input(), plan.output()));
            }
            if (plan.amount() <= 0 || plan.minimum() <= 0 || plan.seconds() <= 0) {
                return Optional.of("amount (%d), minimum (%d) and seconds (%d) of a route must be above zero"
                        .formatted(plan.amount(), plan.minimum(), plan.seconds()));
            }
        }
        var intents = new HashMap<Bytes32, OpenIntent>();
        auction.intents().forEach(i -> intents.put(i.id(), i));
        var seen = new HashSet<Bytes32>();
        for (var fill : proposal.fills()) {
            var open = intents.get(fill.intent());
            if (open == null || !seen.add(fill.intent())) {
                return Optional.of(
                        "intent %s is %s".formatted(fill.intent(), open == null ? "not open" : "filled twice"));
            }
            if (fill.parts() < open.fewestParts() || fill.parts() > open.partsLeft() || fill.parts() == 0) {
                return Optional.of("%d parts of intent %s are not %d to %d"
                        .formatted(fill.parts(), fill.intent(), open.fewestParts(), open.partsLeft()));
            }
            if (fill.cash() < open.cashLimit(fill.parts())) {
                return Optional.of("%s to intent %s is below its limit of %s"
                        .formatted(
                                Fixed8.format(fill.cash()),
                                fill.intent(),
                                Fixed8.format(open.cashLimit(fill.parts()))));
            }
            long mostFee = Fixed8.mulDivFloor(
                    open.intent().maxFee(), fill.parts(), open.intent().parts());
            if (fill.fee() > mostFee || fill.fee() < Math.min(auction.feePerFill(), mostFee)) {
                return Optional.of("a fee of %s on intent %s is not %s to %s"
                        .formatted(
                                Fixed8.format(fill.fee()),
                                fill.intent(),
                                Fixed8.format(Math.min(auction.feePerFill(), mostFee)),
                                Fixed8.format(mostFee)));
            }
        }
        return Optional.empty();
    }

    /**
     * Signs a proposal that nothing objects to.
     *
     * @param signer the solver's key, or one registered for its accounts
     * @param solver whose account it is
     */
    public SealedBid seal(AuctionView auction, Address solver, Signer signer, Proposal proposal) {
        var routes = new ArrayList<Route>();
        for (var plan : proposal.routes()) {
            routes.add(new Route(
                    solver,
                    proposal.account(),
                    auction.auction(),
                    routes.size(),
                    plan.adapter(),
                    plan.input(),
                    plan.amount(),
                    plan.output(),
                    plan.minimum(),
                    auction.market().time() + plan.seconds()));
        }
        var bid = new Bid(
                solver,
                proposal.account(),
                auction.auction(),
                proposal.fills(),
                proposal.pays(),
                Route.path(routes),
                auction.market().time() + VALIDITY,
                salts.get());
        var digest = Eip712.digest(domain, bid);
        var commitment = new Commitment(solver, proposal.account(), auction.auction(), digest, cap(auction, proposal));
        return new SealedBid(
                proposal,
                List.copyOf(routes),
                digest,
                new SignedBid(bid, signer.sign(digest)),
                new SignedCommitment(commitment, signer.sign(Eip712.digest(domain, commitment))));
    }

    private static long cap(AuctionView auction, Proposal proposal) {
        if (proposal.cap() != Proposal.CAP_OPEN) {
            return proposal.cap();
        }
        return auction.accounts().stream()
                .filter(a -> a.account() == proposal.account())
                .mapToLong(a -> Math.max(a.freeMargin(), 0) / 4 * 3)
                .findFirst()
                .orElse(0);
    }
}
