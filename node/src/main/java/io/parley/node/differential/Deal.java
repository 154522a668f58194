package io.parley.node.differential;

import io.parley.node.differential.Scene.Holder;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Conditions;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A trade in the making: every field can still be bent before it is signed. */
final class Deal {

    /** One intent and how much of it is filled. */
    static final class Part {
        Holder owner;
        PrivateKeySigner signer;
        List<Leg> legs = new ArrayList<>();
        long cash;
        long maxFee;
        long parts = 1;
        long minParts = 1;
        long validFrom;
        long validUntil;
        long nonce;
        boolean verifiedOnly;
        Conditions conditions = Conditions.NONE;

        long filled = 1;

        /** Null for what the owner signed. */
        @Nullable
        Long filledCash;

        long fee;

        /** Null for the intent's own id. */
        @Nullable
        Bytes32 named;

        /** Null for that of the signer. */
        @Nullable
        Signature signature;

        /** Of an intent that was signed before. */
        @Nullable
        SignedIntent standing;

        Part(Holder owner) {
            this.owner = owner;
            this.signer = owner.signer();
        }

        Part leg(AssetId asset, long quantity) {
            TreeMap<AssetId, Leg> sorted = new TreeMap<>();
            legs.forEach(leg -> sorted.put(leg.asset(), leg));
            sorted.put(asset, new Leg(asset, quantity));
            legs = new ArrayList<>(sorted.values());
            return this;
        }

        Intent intent() {
            return standing != null
                    ? standing.intent()
                    : new Intent(
                            owner.owner(),
                            owner.account(),
                            legs,
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

        /** The least cash that the owner must get for what is filled; the whole's where that cannot be said. */
        long limit() {
            var intent = intent();
            try {
                return intent.parts() == 0 ? intent.cash() : Fixed8.mulDivCeil(intent.cash(), filled, intent.parts());
            } catch (ArithmeticException e) {
                return intent.cash();
            }
        }

        /** The highest fee for what is filled. */
        long feeLimit() {
            var intent = intent();
            try {
                return intent.parts() == 0
                        ? intent.maxFee()
                        : Fixed8.mulDivFloor(intent.maxFee(), filled, intent.parts());
            } catch (ArithmeticException e) {
                return intent.maxFee();
            }
        }
    }

    private final Scene scene;
    Holder solver;
    PrivateKeySigner signer;
    long auction;
    long pays;
    long validUntil;
    List<Part> parts = new ArrayList<>();

    /** Null for the bid's. */
    @Nullable
    Long tradeAuction;

    /** Null for that of the signer. */
    @Nullable
    Signature signature;

    Deal(Scene scene, Holder solver) {
        this.scene = scene;
        this.solver = solver;
        this.signer = solver.signer();
        this.auction = scene.of(solver)
                .map(a -> Math.max(a.lastAuction(), a.lastAuction() + 1))
                .orElse(1L);
        this.validUntil = scene.now() + 60;
    }

    Part fills(Holder owner) {
        var part = new Part(owner);
        part.validUntil = scene.now() + 3_600;
        // The lane's last number where all of them are used.
        part.nonce = scene.of(owner)
                .map(a -> Math.min(a.nonces().base(0), (1L << 62) - 1))
                .orElse(0L);
        parts.add(part);
        return part;
    }

    private boolean listed(Intent intent) {
        return intent.legs().stream().allMatch(leg -> scene.ledger.listings().contains(leg.asset()));
    }

    Bytes32 id(Part part) {
        var intent = part.intent();
        return listed(intent) ? Eip712.digest(scene.domain, intent, scene.ledger.listings()) : Bytes32.ZERO;
    }

    SignedIntent sign(Part part) {
        if (part.standing != null) {
            return part.standing;
        }
        return new SignedIntent(part.intent(), part.signature != null ? part.signature : part.signer.sign(id(part)));
    }

    List<SignedIntent> intents() {
        return parts.stream().map(this::sign).toList();
    }

    SignedBid bid() {
        List<Fill> fills = new ArrayList<>();
        for (var part : parts) {
            fills.add(new Fill(
                    part.named != null ? part.named : id(part),
                    part.filled,
                    part.filledCash != null ? part.filledCash : part.limit(),
                    part.fee));
        }
        var bid =
                new Bid(solver.owner(), solver.account(), auction, fills, pays, Bytes32.ZERO, validUntil, Bytes32.ZERO);
        return new SignedBid(bid, signature != null ? signature : signer.sign(Eip712.digest(scene.domain, bid)));
    }

    byte[] record() {
        return new TradeCommand(tradeAuction != null ? tradeAuction : auction, Bytes32.ZERO, bid(), intents()).encode();
    }
}
