package io.parley.intents.infra.rest;

import io.parley.protocol.AssetId;
import io.parley.protocol.Cancel;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Conditions;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.Listings;
import io.parley.protocol.Reason;
import io.parley.protocol.SetMode;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;

/** What wallets sign, from JSON: the fields of the EIP-712 message, and the signature beside them. */
final class SignedJson {

    private SignedJson() {}

    static SignedIntent intent(JsonBody body, Listings listings) {
        return body.whole(json -> {
            var intent = new Intent(
                    json.address("owner"),
                    json.u32("account"),
                    json.objects(
                            "legs",
                            Intent.MAX_LEGS,
                            leg -> new Leg(asset(leg, "asset", listings), leg.i64("quantity"))),
                    json.i64("cash"),
                    json.amount("maxFee"),
                    json.u32("parts"),
                    json.u32("minParts"),
                    json.time("validFrom"),
                    json.time("validUntil"),
                    json.u64("nonce"),
                    json.bool("verifiedOnly"),
                    json.object("conditions", conditions -> conditions(conditions, listings))
                            .orElse(Conditions.NONE));
            return new SignedIntent(intent, signature(json));
        });
    }

    private static Conditions conditions(JsonBody json, Listings listings) {
        var watch = json.text("watch");
        var when = json.text("when");
        return new Conditions(
                watch.isEmpty() ? AssetId.cash() : listed(json, "watch", watch, listings),
                when(json, when),
                json.i64("price"),
                json.i64("trail"),
                json.u32("every"),
                json.bool("reduceOnly"),
                json.bool("onlyImprove"));
    }

    private static Conditions.When when(JsonBody json, String word) {
        for (var when : Conditions.When.values()) {
            if (when.word().equals(word)) {
                return when;
            }
        }
        throw json.refuse(Reason.BAD_FIELD, "when", word, "be empty, above or below");
    }

    static WithdrawCommand withdrawal(JsonBody body, Listings listings) {
        return body.whole(json -> new WithdrawCommand(
                new Withdraw(
                        json.address("owner"),
                        json.u32("account"),
                        asset(json, "asset", listings),
                        json.amount("amount"),
                        json.address("to"),
                        json.time("validUntil"),
                        json.u64("nonce")),
                signature(json)));
    }

    static CancelCommand cancel(JsonBody body) {
        return body.whole(json -> new CancelCommand(
                new Cancel(
                        json.address("owner"),
                        json.u32("account"),
                        json.u8("kind"),
                        json.u64("nonce"),
                        json.time("validUntil")),
                signature(json)));
    }

    static SetModeCommand mode(JsonBody body) {
        return body.whole(json -> new SetModeCommand(
                new SetMode(
                        json.address("owner"),
                        json.u32("account"),
                        json.u8("mode"),
                        json.time("validUntil"),
                        json.u64("nonce")),
                signature(json)));
    }

    static HeartbeatCommand heartbeat(JsonBody body) {
        return body.whole(json -> new HeartbeatCommand(
                new Heartbeat(
                        json.address("owner"),
                        json.u32("account"),
                        json.time("until"),
                        json.time("validUntil"),
                        json.u64("nonce")),
                signature(json)));
    }

    static AssetId asset(JsonBody json, String field, Listings listings) {
        return listed(json, field, json.text(field), listings);
    }

    private static AssetId listed(JsonBody json, String field, String name, Listings listings) {
        return listings.idOf(name)
                .orElseThrow(() -> json.refuse(Reason.NOT_LISTED, field, name, "be the name of a listed asset"));
    }

    private static Signature signature(JsonBody json) {
        var bytes = json.bytes("signature");
        return Signatures.expand(bytes.bytes())
                .orElseThrow(() -> json.refuse(
                        Reason.SIGNATURE_FORM,
                        "signature",
                        bytes.hex(),
                        "have 65 bytes r, s, v, or the 64 of EIP-2098"));
    }
}
