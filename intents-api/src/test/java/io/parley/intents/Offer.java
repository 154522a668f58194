package io.parley.intents;

import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Conditions;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.SignedIntent;
import java.util.ArrayList;
import java.util.TreeMap;

/** An intent as a test tells it: {@code offer(alice).gets("1 ETH").pays("3000")}. */
final class Offer {

    private final Scene scene;
    private final Trader owner;
    private Trader signer;
    private final TreeMap<AssetId, Long> quantities = new TreeMap<>();
    private long cash;
    private long maxFee;
    private long parts = 1;
    private long minParts = 1;
    private long validFrom;
    private long validUntil;
    private long nonce;

    Offer(Scene scene, Trader owner) {
        this.scene = scene;
        this.owner = owner;
        this.signer = owner;
        this.validUntil = scene.time() + 3600;
    }

    Offer gets(String amount) {
        return leg(amount, 1);
    }

    Offer gives(String amount) {
        return leg(amount, -1);
    }

    private Offer leg(String amount, int sign) {
        var words = amount.split(" ");
        quantities.put(Scene.asset(words[1]), sign * Fixed8.parse(words[0]));
        return this;
    }

    Offer pays(String dollars) {
        cash = -Fixed8.parse(dollars);
        return this;
    }

    Offer takes(String dollars) {
        cash = Fixed8.parse(dollars);
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

    Offer signedBy(Trader trader) {
        signer = trader;
        return this;
    }

    Intent intent() {
        var legs = new ArrayList<Leg>();
        quantities.forEach((asset, quantity) -> legs.add(new Leg(asset, quantity)));
        return new Intent(
                owner.address(),
                0,
                legs,
                cash,
                maxFee,
                parts,
                minParts,
                validFrom,
                validUntil,
                nonce,
                false,
                Conditions.NONE);
    }

    Bytes32 id() {
        return Eip712.digest(Scene.DOMAIN, intent(), scene.listings());
    }

    SignedIntent signed() {
        return new SignedIntent(intent(), signer.signer().sign(id()));
    }

    /** As a wallet sends it. */
    String json() {
        var intent = intent();
        var legs = new StringBuilder();
        for (var leg : intent.legs()) {
            legs.append(legs.isEmpty() ? "" : ",")
                    .append("{\"asset\":\"%s\",\"quantity\":\"%d\"}"
                            .formatted(scene.listings().nameOf(leg.asset()).orElseThrow(), leg.quantity()));
        }
        return """
                {"owner":"%s","account":"0","legs":[%s],"cash":"%d","maxFee":"%d","parts":"%d","minParts":"%d",
                "validFrom":"%d","validUntil":"%d","nonce":"%s","verifiedOnly":false,"signature":"%s"}""".formatted(
                        owner.address().hex(),
                        legs,
                        intent.cash(),
                        intent.maxFee(),
                        intent.parts(),
                        intent.minParts(),
                        intent.validFrom(),
                        intent.validUntil(),
                        Long.toUnsignedString(intent.nonce()),
                        signed().signature().hex());
    }
}
