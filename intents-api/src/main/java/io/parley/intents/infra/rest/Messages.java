package io.parley.intents.infra.rest;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Bodies of requests, for the OpenAPI document: they are read by {@link SignedJson}, field by field. */
final class Messages {

    private Messages() {}

    @Schema(name = "IntentLeg")
    record Leg(
            @Schema(required = true, examples = "ETH") String asset,

            @Schema(required = true, description = "Positive: the owner receives", examples = "100000000")
            String quantity) {}

    @Schema(name = "IntentConditions")
    record Conditions(
            @Schema(required = true, examples = "") String watch,

            @Schema(
                    required = true,
                    examples = "",
                    enumeration = {"", "above", "below"})
            String when,

            @Schema(required = true, examples = "0") String price,
            @Schema(required = true, examples = "0") String trail,
            @Schema(required = true, examples = "0") String every,
            @Schema(required = true) boolean reduceOnly,
            @Schema(required = true) boolean onlyImprove) {}

    @Schema(
            name = "SignedIntent",
            description = "The EIP-712 message Intent and the signature over it. Unknown fields are refused.")
    record Intent(
            @Schema(required = true, examples = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
            String owner,

            @Schema(required = true, examples = "0") String account,

            @Schema(required = true, minItems = 1, maxItems = 16, description = "Ascending by asset id")
            List<Leg> legs,

            @Schema(
                    required = true,
                    description = "The worst signed change of the owner's cash for the whole, fee excluded",
                    examples = "-300500000000")
            String cash,

            @Schema(required = true, examples = "100000000") String maxFee,

            @Schema(required = true, description = "1: all or none", examples = "1")
            String parts,

            @Schema(required = true, examples = "1") String minParts,

            @Schema(required = true, description = "Unix seconds", examples = "0")
            String validFrom,

            @Schema(required = true, description = "Unix seconds", examples = "1795190400")
            String validUntil,

            @Schema(required = true, description = "lane << 62 | number", examples = "0")
            String nonce,

            @Schema(required = true) boolean verifiedOnly,
            @Schema(description = "Left out: none") Conditions conditions,

            @Schema(required = true, description = "65 bytes r, s, v, or the 64 of EIP-2098")
            String signature) {}

    @Schema(name = "WhatIfQuestion")
    record WhatIf(
            @Schema(required = true) String owner,
            @Schema(required = true, examples = "0") String account,

            @Schema(required = true, description = "At most 64, each asset once; none asks for the account as it is")
            java.util.List<Answers.Leg> legs,

            @Schema(
                    required = true,
                    description = "What the account receives; below zero is paid",
                    examples = "-299500000000")
            String cash) {}

    @Schema(name = "SignedWithdraw")
    record Withdraw(
            @Schema(required = true) String owner,
            @Schema(required = true, examples = "0") String account,
            @Schema(required = true, examples = "USD") String asset,

            @Schema(required = true, examples = "2500000000")
            String amount,

            @Schema(required = true) String to,
            @Schema(required = true) String validUntil,
            @Schema(required = true) String nonce,
            @Schema(required = true) String signature) {}

    @Schema(name = "SignedCancel")
    record Cancel(
            @Schema(required = true) String owner,
            @Schema(required = true, examples = "0") String account,

            @Schema(required = true, description = "0 one nonce, 1 all below it in its lane, 2 all", examples = "0")
            String kind,

            @Schema(required = true) String nonce,
            @Schema(required = true) String validUntil,
            @Schema(required = true) String signature) {}

    @Schema(name = "SignedSetMode")
    record SetMode(
            @Schema(required = true) String owner,
            @Schema(required = true, examples = "0") String account,

            @Schema(required = true, description = "0 standard, 1 isolated, 2 portfolio", examples = "1")
            String mode,

            @Schema(required = true) String validUntil,
            @Schema(required = true) String nonce,
            @Schema(required = true) String signature) {}

    @Schema(name = "SignedHeartbeat")
    record Heartbeat(
            @Schema(required = true) String owner,
            @Schema(required = true, examples = "0") String account,

            @Schema(
                    required = true,
                    description =
                            "Unix seconds after which open intents are cancelled; 0 asks for no heartbeats any more",
                    examples = "1795190400")
            String until,

            @Schema(required = true) String validUntil,
            @Schema(required = true) String nonce,
            @Schema(required = true) String signature) {}
}
