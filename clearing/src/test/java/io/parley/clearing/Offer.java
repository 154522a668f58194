package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.Conditions;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** An intent as a test tells it: {@code intent().by(ALICE).gets("1 ETH").pays("3000")}. */
final class Offer {
    private Trader owner = Trader.ALICE;
    private Trader signer;
    private long account;
    private final TreeMap<AssetId, Long> quantities = new TreeMap<>();
    private List<Leg> legs;
    private long cash;
    private long maxFee;
    private long parts = 1;
    private long minParts = 1;
    private long validFrom;
    private long validUntil = Market.LATER;
    private long nonce;
    private boolean verifiedOnly;
    private Conditions conditions = Conditions.NONE;

    static Offer intent() {
        return new Offer();
    }

    Offer by(Trader trader) {
        owner = trader;
        return this;
    }

    Offer signedBy(Trader trader) {
        signer = trader;
        return this;
    }

    Offer account(long number) {
        account = number;
        return this;
    }

    /** {@code "1 ETH"}. */
    Offer gets(String amount) {
        Market.Amount of = Market.Amount.parse(amount);
        quantities.put(of.asset(), of.units());
        return this;
    }

    Offer gives(String amount) {
        Market.Amount of = Market.Amount.parse(amount);
        quantities.put(of.asset(), -of.units());
        return this;
    }

    /** Legs as they are, in any order and of any size. */
    Offer legs(Leg... exactly) {
        legs = List.of(exactly);
        return this;
    }

    /** At most so many dollars for the whole. */
    Offer pays(String dollars) {
        cash = -Fixed8.parse(dollars);
        return this;
    }

    /** At least so many dollars for the whole. */
    Offer takes(String dollars) {
        cash = Fixed8.parse(dollars);
        return this;
    }

    Offer cash(long units) {
        cash = units;
        return this;
    }

    Offer maxFee(String dollars) {
        maxFee = Fixed8.parse(dollars);
        return this;
    }

    Offer parts(long number) {
        parts = number;
        return this;
    }

    Offer atLeast(long number) {
        minParts = number;
        return this;
    }

    Offer validFrom(long time) {
        validFrom = time;
        return this;
    }

    Offer validUntil(long time) {
        validUntil = time;
        return this;
    }

    Offer nonce(long number) {
        nonce = number;
        return this;
    }

    Offer verifiedOnly() {
        verifiedOnly = true;
        return this;
    }

    Offer conditions(Conditions wanted) {
        conditions = wanted;
        return this;
    }

    Trader signer() {
        return signer == null ? owner : signer;
    }

    Intent build() {
        List<Leg> all = new ArrayList<>();
        quantities.forEach((asset, quantity) -> all.add(new Leg(asset, quantity)));
        return new Intent(
                owner.address(),
                account,
                legs == null ? all : legs,
                cash,
                maxFee,
                parts,
                minParts,
                validFrom,
                validUntil,
                nonce,
                verifiedOnly,
                conditions);
    }
}
