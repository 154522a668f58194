package io.parley.risk.feeder.domain;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Price;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Signatures;
import io.parley.protocol.Signer;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.PriceRecord;
import java.util.List;
import java.util.Optional;

/**
 * One feeder: proposes a price when it is its turn, and signs the proposal of another only if its own market says the
 * same. For one thread.
 */
public final class Feeder {

    /** How far a value may be from one's own: a tenth of a percent of it, and a cent in any case. */
    private static final long TOLERANCE = Fixed8.ONE / 1_000;

    private static final long CENT = Fixed8.ONE / 100;

    /** What a feeder says to a proposal. */
    public sealed interface Answer {
        record Signed(PriceRecord.CoSigned signature) implements Answer {}

        /** @param why the value compared and the rule, readable */
        record Declined(String why) implements Answer {}

        /** A later price is in the ledger already. */
        record Outdated() implements Answer {}
    }

    private final Domain domain;
    private final Signer signer;
    private final MarketModel market;
    private final PriceBounds bounds;

    public Feeder(Domain domain, Signer signer, MarketModel market, PriceBounds bounds) {
        this.bounds = bounds;
        this.domain = domain;
        this.signer = signer;
        this.market = market;
    }

    public Address address() {
        return signer.address();
    }

    /**
     * The next price by this feeder's market.
     *
     * @param now unix seconds
     */
    public PriceRecord.Proposed propose(LedgerFacts facts, long now) {
        long time = Math.max(now, facts.time());
        PriceContent content = market.at(time, facts.listed());
        Price price = new Price(time, facts.sequence() + 1, content.hash(), content.marksRoot(facts.paramsHash()));
        return new PriceRecord.Proposed(
                time,
                price.sequence(),
                price.marks(),
                address(),
                signer.sign(Eip712.digest(domain, price)),
                Blob.of(content.encode()));
    }

    /**
     * Looks at another's proposal.
     *
     * @param now unix seconds
     */
    public Answer answer(PriceRecord.Proposed proposed, LedgerFacts facts, long now) {
        if (proposed.sequence() <= facts.sequence()) {
            return new Answer.Outdated();
        }
        Bytes32 digest = Eip712.digest(domain, proposed.price());
        String objection = objection(proposed, digest, facts, now);
        return objection.isEmpty()
                ? new Answer.Signed(new PriceRecord.CoSigned(digest, address(), signer.sign(digest)))
                : new Answer.Declined(objection);
    }

    private String objection(PriceRecord.Proposed proposed, Bytes32 digest, LedgerFacts facts, long now) {
        boolean known = facts.feeders()
                .map(set -> set.feeders().contains(proposed.feeder()))
                .orElse(false);
        if (!known || !Signatures.recover(digest, proposed.signature()).equals(Optional.of(proposed.feeder()))) {
            return "it is not signed by a feeder of the set";
        }
        if (proposed.time() < facts.time()) {
            return "its time (%d) is before the last (%d)".formatted(proposed.time(), facts.time());
        }
        if (Math.abs(proposed.time() - now) > bounds.clock() && proposed.time() != facts.time()) {
            return "its time (%d) is more than %d s from mine (%d)".formatted(proposed.time(), bounds.clock(), now);
        }
        PriceContent content;
        try {
            content = PriceContent.decode(proposed.content());
        } catch (Undecodable e) {
            return "its content is malformed: " + e.getMessage();
        }
        if (!content.marksRoot(facts.paramsHash()).equals(proposed.marksRoot())) {
            return "its marks root is not that of its marks under the parameters in force";
        }
        String found = PriceChecks.duplicates(content);
        found = found.isEmpty() ? disagreement(content, market.at(proposed.time(), facts.listed())) : found;
        found = found.isEmpty() ? jump(content, proposed.time(), facts) : found;
        found = found.isEmpty() ? PriceChecks.arbitrage(content, proposed.time()) : found;
        return found.isEmpty() ? PriceChecks.irreproducible(content, proposed.time()) : found;
    }

    private String jump(PriceContent content, long time, LedgerFacts facts) {
        return time - facts.time() > bounds.heartbeat()
                ? ""
                : facts.content()
                        .map(last -> PriceChecks.jump(last, facts.time(), content, time, bounds))
                        .orElse("");
    }

    /** The first value that differs by more than the tolerance, or nothing. */
    static String disagreement(PriceContent theirs, PriceContent mine) {
        String found = compare("stable", theirs.stable(), mine.stable());
        if (!found.isEmpty()) {
            return found;
        }
        List<Integer> theirUnderlyings = theirs.underlyings().stream()
                .map(PriceContent.Underlying::underlying)
                .toList();
        List<Integer> myUnderlyings = mine.underlyings().stream()
                .map(PriceContent.Underlying::underlying)
                .toList();
        List<AssetId> theirAssets =
                theirs.marks().stream().map(PriceContent.Mark::asset).toList();
        List<AssetId> myAssets =
                mine.marks().stream().map(PriceContent.Mark::asset).toList();
        if (!theirUnderlyings.equals(myUnderlyings) || !theirAssets.equals(myAssets)) {
            return "it prices other assets (%d of %d underlyings) than are listed (%d of %d)"
                    .formatted(theirAssets.size(), theirUnderlyings.size(), myAssets.size(), myUnderlyings.size());
        }
        for (int i = 0; i < mine.underlyings().size() && found.isEmpty(); i++) {
            found = disagreement(theirs.underlyings().get(i), mine.underlyings().get(i));
        }
        for (int i = 0; i < mine.marks().size() && found.isEmpty(); i++) {
            found = compare(
                    "mark of " + mine.marks().get(i).asset(),
                    theirs.marks().get(i).mark(),
                    mine.marks().get(i).mark());
        }
        return found;
    }

    private static String disagreement(PriceContent.Underlying theirs, PriceContent.Underlying mine) {
        String of = " of underlying " + mine.underlying();
        List<Integer> theirDays =
                theirs.expiries().stream().map(PriceContent.Expiry::day).toList();
        List<Integer> myDays =
                mine.expiries().stream().map(PriceContent.Expiry::day).toList();
        if (!theirDays.equals(myDays)) {
            return "the expiries%s are %s, mine %s".formatted(of, theirDays, myDays);
        }
        String found = compare("spot" + of, theirs.spot(), mine.spot());
        found = found.isEmpty() ? compare("confidence" + of, theirs.confidence(), mine.confidence()) : found;
        found = found.isEmpty() ? compare("rate" + of, theirs.rate(), mine.rate()) : found;
        found = found.isEmpty() ? compare("perp mark" + of, theirs.perpMark(), mine.perpMark()) : found;
        for (int i = 0; i < mine.expiries().size() && found.isEmpty(); i++) {
            PriceContent.Expiry one = theirs.expiries().get(i);
            PriceContent.Expiry other = mine.expiries().get(i);
            String expiry = " of expiry " + other.day() + of;
            found = compare("forward" + expiry, one.forward(), other.forward());
            // What the smile is worth shows in the marks; its own numbers need only be near.
            found = found.isEmpty() ? compare("a" + expiry, one.a(), other.a()) : found;
            found = found.isEmpty() ? compare("b" + expiry, one.b(), other.b()) : found;
            found = found.isEmpty() ? compare("rho" + expiry, one.rho(), other.rho()) : found;
            found = found.isEmpty() ? compare("m" + expiry, one.m(), other.m()) : found;
            found = found.isEmpty() ? compare("sigma" + expiry, one.sigma(), other.sigma()) : found;
        }
        return found;
    }

    private static String compare(String what, long theirs, long mine) {
        long allowed = what.startsWith("mark") || what.startsWith("spot") || what.startsWith("perp")
                ? CENT
                : Fixed8.ONE / 100_000;
        allowed = Math.max(allowed, Fixed8.mulDivFloor(Math.abs(mine), TOLERANCE, Fixed8.ONE));
        return Math.abs(theirs - mine) <= allowed && Math.signum((double) theirs) * Math.signum((double) mine) >= 0
                ? ""
                : "the %s is %s, mine %s".formatted(what, Fixed8.format(theirs), Fixed8.format(mine));
    }
}
