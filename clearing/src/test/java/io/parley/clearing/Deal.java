package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import java.util.ArrayList;
import java.util.List;

/** A bid as a test tells it: {@code bid().by(SOLVER).fills(offer).pays("1")}. */
final class Deal {
    private Trader solver = Trader.SOLVER;
    private Trader signer;
    private long account;
    private long auction;
    private Long tradeAuction;
    private long pays;
    private long validUntil = Market.LATER;
    private final List<Part> parts = new ArrayList<>();

    /** One fill; what is null is taken from the offer: all of its parts, its cash, no fee. */
    record Part(Offer offer, Long parts, Long cash, long fee, Bytes32 intent) {}

    static Deal bid() {
        return new Deal();
    }

    Deal by(Trader trader) {
        solver = trader;
        return this;
    }

    Deal signedBy(Trader trader) {
        signer = trader;
        return this;
    }

    Deal account(long number) {
        account = number;
        return this;
    }

    /** Otherwise the next auction is taken. */
    Deal auction(long number) {
        auction = number;
        return this;
    }

    /** Otherwise the same as the bid's. */
    Deal tradeAuction(long number) {
        tradeAuction = number;
        return this;
    }

    Deal pays(String dollars) {
        pays = Fixed8.parse(dollars);
        return this;
    }

    Deal paysUnits(long units) {
        pays = units;
        return this;
    }

    Deal validUntil(long time) {
        validUntil = time;
        return this;
    }

    /** All of it, at the owner's limit, without a fee. */
    Deal fills(Offer offer) {
        parts.add(new Part(offer, null, null, 0, null));
        return this;
    }

    Deal fills(Offer offer, long k, String cash, String fee) {
        parts.add(new Part(offer, k, Fixed8.parse(cash), Fixed8.parse(fee), null));
        return this;
    }

    Deal fillsUnits(Offer offer, long k, long cash, long fee) {
        parts.add(new Part(offer, k, cash, fee, null));
        return this;
    }

    /** Names another intent than the one that it brings. */
    Deal fillsAs(Offer offer, Bytes32 intent) {
        parts.add(new Part(offer, null, null, 0, intent));
        return this;
    }

    Trader solver() {
        return solver;
    }

    Trader signer() {
        return signer == null ? solver : signer;
    }

    long account() {
        return account;
    }

    long auction() {
        return auction;
    }

    Long tradeAuction() {
        return tradeAuction;
    }

    long pays() {
        return pays;
    }

    long validUntil() {
        return validUntil;
    }

    List<Part> parts() {
        return parts;
    }
}
