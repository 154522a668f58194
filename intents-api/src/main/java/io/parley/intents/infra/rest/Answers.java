package io.parley.intents.infra.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.parley.clearing.greeks.GreeksReport;
import io.parley.clearing.margin.MarginMode;
import io.parley.intents.infra.store.AccountRow;
import io.parley.intents.infra.store.AuctionRow;
import io.parley.intents.infra.store.BatchRow;
import io.parley.intents.infra.store.BidFillRow;
import io.parley.intents.infra.store.BidRow;
import io.parley.intents.infra.store.CommandRow;
import io.parley.intents.infra.store.EventLog;
import io.parley.intents.infra.store.FillRow;
import io.parley.intents.infra.store.IntentRow;
import io.parley.intents.infra.store.MarketRow;
import io.parley.intents.infra.store.PositionRow;
import io.parley.intents.infra.store.PricingRow;
import io.parley.intents.infra.store.ReceiptRow;
import io.parley.intents.infra.store.SettlementRow;
import io.parley.intents.infra.store.UnderlyingRow;
import io.parley.protocol.AssetId;
import io.parley.protocol.Listings;
import io.parley.protocol.admission.Nonces;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answers as JSON has them. Every int64 and uint64 is a decimal string. */
final class Answers {

    private Answers() {}

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static String name(long asset, Listings listings) {
        return listings.nameOf(asset == 0 ? AssetId.cash() : new AssetId(asset))
                .orElseGet(() -> "0x%016x".formatted(asset));
    }

    @Schema(description = "Why not. Nothing was written and no funds moved.")
    record Refusal(
            @Schema(description = "Stable; docs/errors.md says more", examples = "106")
            int code,

            @Schema(examples = "BAD_COUNT") String reason,
            @Schema(examples = "legs") String field,

            @Schema(description = "What the field had", examples = "17")
            String value,

            @Schema(description = "To be read after \"must\"", examples = "be 1 to 16")
            String rule,

            @Schema(examples = "BAD_COUNT (106): legs (17) must be 1 to 16; no funds moved")
            String message) {

        static Refusal of(io.parley.protocol.Refusal refusal) {
            var shown = new io.parley.protocol.Refusal(
                    refusal.reason(), refusal.field(), JsonBody.shown(refusal.value()), refusal.rule());
            return new Refusal(
                    shown.reason().code(),
                    shown.reason().name(),
                    shown.field(),
                    shown.value(),
                    shown.rule(),
                    shown.message());
        }
    }

    @Schema(description = "The broker has it.")
    record Accepted(
            @Schema(description = "The intent's EIP-712 digest, or the hash of the command")
            String id,

            @Schema(examples = "accepted") String state) {}

    record Leg(String asset, String quantity) {}

    record Conditions(
            String watch,
            String when,
            String price,
            String trail,
            String every,
            boolean reduceOnly,
            boolean onlyImprove) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Intent(
            String id,

            @Schema(
                    enumeration = {
                        "accepted",
                        "in-auction",
                        "partially-filled",
                        "filled",
                        "cancelled",
                        "superseded",
                        "refused",
                        "expired",
                        "unsigned"
                    })
            String state,

            @Nullable String partsDone,
            @Nullable String owner,
            @Nullable String account,
            @Nullable List<Leg> legs,
            @Nullable String cash,
            @Nullable String maxFee,
            @Nullable String parts,
            @Nullable String minParts,
            @Nullable String validFrom,
            @Nullable String validUntil,
            @Nullable String nonce,
            @Nullable Boolean verifiedOnly,
            @Nullable Conditions conditions,
            @Nullable String acceptedAt,
            @Nullable List<Fill> fills,
            @Nullable List<Event> events) {

        /** One that was accepted and is on its way into the views. */
        static Intent onItsWay(String id) {
            return new Intent(
                    id,
                    "accepted",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        static Intent of(IntentRow row, @Nullable List<Fill> fills, @Nullable List<Event> events, Listings listings) {
            var legs = new JsonArray(row.legs)
                    .stream()
                            .map(JsonObject.class::cast)
                            .map(leg -> new Leg(
                                    name(leg.getLong("asset"), listings),
                                    leg.getLong("quantity").toString()))
                            .toList();
            return new Intent(
                    row.id,
                    row.state,
                    text(row.partsDone),
                    row.owner,
                    text(row.account),
                    legs,
                    text(row.cash),
                    text(row.maxFee),
                    text(row.parts),
                    text(row.minParts),
                    text(row.validFrom),
                    text(row.validUntil),
                    Long.toUnsignedString(Nonces.nonce(row.nonceLane, row.nonceNumber)),
                    row.verifiedOnly,
                    row.conditions == null ? null : conditions(new JsonObject(row.conditions), listings),
                    text(row.acceptedAt),
                    fills,
                    events);
        }

        private static Conditions conditions(JsonObject json, Listings listings) {
            long watch = json.getLong("watch");
            return new Conditions(
                    watch == 0 ? "" : name(watch, listings),
                    json.getString("when"),
                    json.getLong("price").toString(),
                    json.getLong("trail").toString(),
                    json.getLong("every").toString(),
                    json.getBoolean("reduceOnly"),
                    json.getBoolean("onlyImprove"));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Event(
            @Schema(description = "Names it for ever") String key,
            String kind,
            @Schema(description = "Milliseconds") String at,
            @Schema(type = SchemaType.OBJECT) @JsonRawValue String data) {

        static Event of(EventLog.Event event) {
            return new Event(event.key(), event.kind(), Long.toString(event.at()), event.data());
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Fill(
            String intent,
            String owner,
            String account,
            String auction,
            String bid,
            String solver,
            String parts,
            String cash,
            String fee,
            String commandsOffset,
            String batch,
            String step,
            String time,
            @Nullable Margin margin,

            @Schema(
                    enumeration = {
                        "cleared",
                        "batched",
                        "submitted",
                        "posted",
                        "verified",
                        "final",
                        "failed",
                        "retrying"
                    })
            String settlement,

            @Nullable String tx,
            @Nullable String block) {

        static Fill of(FillRow row) {
            return new Fill(
                    row.intent,
                    row.owner,
                    Long.toString(row.account),
                    Long.toString(row.auction),
                    row.bid,
                    row.solver,
                    Long.toString(row.parts),
                    Long.toString(row.cash),
                    Long.toString(row.fee),
                    Long.toString(row.commandsOffset),
                    Long.toString(row.batch),
                    Long.toString(row.step),
                    Long.toString(row.time),
                    row.imBefore == null
                            ? null
                            : new Margin(
                                    row.imBefore.toString(),
                                    text(row.imAfter),
                                    text(row.mmBefore),
                                    text(row.mmAfter),
                                    text(row.value),
                                    row.priceHash,
                                    row.paramsHash,
                                    Long.toString(row.commandsOffset)),
                    row.settlement,
                    row.tx,
                    text(row.block));
        }
    }

    @Schema(description = "Net margins: value less requirement; below zero fails.")
    record Margin(
            String initialBefore,
            @Nullable String initialAfter,
            @Nullable String maintenanceBefore,
            @Nullable String maintenanceAfter,
            @Nullable String value,
            @Nullable String priceHash,
            @Nullable String paramsHash,
            String commandsOffset) {

        static Margin of(ReceiptRow row) {
            return new Margin(
                    Long.toString(row.imBefore),
                    Long.toString(row.imAfter),
                    Long.toString(row.mmBefore),
                    Long.toString(row.mmAfter),
                    Long.toString(row.value),
                    row.priceHash,
                    row.paramsHash,
                    Long.toString(row.commandsOffset));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Auction(
            String auction,
            boolean closed,
            String openedAt,
            String commitUntil,
            String revealUntil,
            String commandsOffset,
            String seedCommitment,
            String feePerFill,
            int intents,
            long commitments,
            long reveals,
            @Nullable Integer awards,
            @Nullable Integer unfilled,
            @Nullable String seed,
            @Nullable String transcript,
            @Nullable String selector,
            @Nullable String value,
            @Nullable String bound) {

        static Auction of(AuctionRow row) {
            return new Auction(
                    Long.toString(row.auction),
                    row.closed,
                    Long.toString(row.openedAt),
                    Long.toString(row.commitUntil),
                    Long.toString(row.revealUntil),
                    Long.toString(row.commandsOffset),
                    row.seedCommitment,
                    Long.toString(row.feePerFill),
                    row.intents,
                    row.commitments,
                    row.reveals,
                    row.awards,
                    row.unfilled,
                    row.seed,
                    row.transcript,
                    row.selector,
                    text(row.value),
                    text(row.bound));
        }
    }

    record BidFill(String intent, String parts, String cash, String fee) {

        static BidFill of(BidFillRow row) {
            return new BidFill(row.intent, Long.toString(row.parts), Long.toString(row.cash), Long.toString(row.fee));
        }
    }

    record Verdict(int code, String detail) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Bid(
            String bid,
            String auction,
            @Nullable String solver,
            @Nullable String account,

            @Schema(description = "The margin it asked to be held") @Nullable
            String cap,

            @Nullable Verdict hold,
            boolean revealed,

            @Schema(description = "Revealed behind the end of the phase")
            boolean late,

            @Nullable String pays,
            @Nullable String validUntil,
            @Nullable Verdict verdict,
            @Nullable String score,
            @Nullable String marginBefore,
            @Nullable String marginAfter,
            boolean awarded,
            @Nullable String clearedOffset,
            List<BidFill> fills) {

        static Bid of(BidRow row, List<BidFill> fills) {
            return new Bid(
                    row.bid,
                    Long.toString(row.auction),
                    row.solver,
                    text(row.account),
                    text(row.cap),
                    row.holdCode == null
                            ? null
                            : new Verdict(row.holdCode, Objects.requireNonNullElse(row.holdDetail, "")),
                    row.revealedAt != null,
                    row.late,
                    text(row.pays),
                    text(row.validUntil),
                    row.verdictCode == null
                            ? null
                            : new Verdict(row.verdictCode, Objects.requireNonNullElse(row.verdictDetail, "")),
                    text(row.score),
                    text(row.marginBefore),
                    text(row.marginAfter),
                    row.awarded,
                    text(row.clearedOffset),
                    fills);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Position(String asset, String quantity, @Nullable String mark) {

        static Position of(PositionRow row) {
            return new Position(
                    row.name == null ? "0x%016x".formatted(row.asset) : row.name,
                    Long.toString(row.quantity),
                    text(row.mark));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Lane(
            int lane,
            String base,

            @Schema(description = "Bit i is set if base + i is used")
            String bits,

            @Schema(description = "A whole nonce that neither was used nor stands in a signed intent") @Nullable
            String nextNonce) {}

    record Partial(String intent, String nonce, String validUntil, String lastFill, String partsDone) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Account(
            String owner,
            String account,
            String index,
            int mode,
            String cash,
            List<Position> positions,
            List<Partial> partials,
            List<Lane> nonces,
            String lastAuction,

            @Schema(
                    description =
                            "Unix seconds after which open intents are cancelled without another heartbeat; 0 if none is asked for")
            String liveUntil,

            @Schema(description = "Around the last step that touched the account") @Nullable
            Margin margin,

            String commandsOffset) {

        static Account of(AccountRow row, List<Position> positions, List<Lane> nonces, @Nullable ReceiptRow receipt) {
            var partials = new JsonArray(row.partials)
                    .stream()
                            .map(JsonObject.class::cast)
                            .map(p -> new Partial(
                                    p.getString("intent"),
                                    p.getString("nonce"),
                                    p.getString("validUntil"),
                                    p.getString("lastFill"),
                                    p.getString("partsDone")))
                            .toList();
            return new Account(
                    row.owner,
                    Long.toString(row.account),
                    Long.toString(row.index),
                    row.mode,
                    Long.toString(row.cash),
                    positions,
                    partials,
                    nonces,
                    Long.toString(row.lastAuction),
                    Long.toString(row.liveUntil),
                    receipt == null ? null : Margin.of(receipt),
                    Long.toString(row.commandsOffset));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Batch(
            String sequence,

            @Schema(enumeration = {"batched", "submitted", "posted", "verified", "final", "failed", "retrying"})
            String settlement,

            @Nullable String tx,
            @Nullable String block,
            String root,
            String parentRoot,
            String stepsRoot,
            String dataHash,
            String steps,
            String fills,
            String queueFrom,
            String queueTo,
            String firstOffset,
            String lastOffset,
            String feesBefore,
            String feesAfter,
            int dataSize,
            int witnessSize,
            @Schema(type = SchemaType.ARRAY) @JsonRawValue String commands,
            @Schema(type = SchemaType.ARRAY) @JsonRawValue String withdrawals,
            @Nullable List<Settlement> settlements) {

        static Batch of(BatchRow row, @Nullable List<Settlement> settlements) {
            return new Batch(
                    Long.toString(row.sequence),
                    row.settlement,
                    row.tx,
                    text(row.block),
                    row.root,
                    row.parentRoot,
                    row.stepsRoot,
                    row.dataHash,
                    Long.toString(row.steps),
                    Long.toString(row.fills),
                    Long.toString(row.queueFrom),
                    Long.toString(row.queueTo),
                    Long.toString(row.firstOffset),
                    Long.toString(row.lastOffset),
                    Long.toString(row.feesBefore),
                    Long.toString(row.feesAfter),
                    row.dataSize,
                    row.witnessSize,
                    row.commands,
                    row.withdrawals,
                    settlements);
        }
    }

    record Settlement(
            String status,
            String tx,
            String block,
            String gasUsed,
            String effectiveGasPrice,
            String fees,
            int code,
            String detail,
            String at) {

        static Settlement of(SettlementRow row) {
            return new Settlement(
                    row.word,
                    row.tx,
                    Long.toString(row.block),
                    Long.toString(row.gasUsed),
                    Long.toString(row.gasPrice),
                    Long.toString(row.fees),
                    row.code,
                    row.detail,
                    Long.toString(row.reportedAt));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CommandOutcome(
            String id,
            int kind,

            @Schema(enumeration = {"on-its-way", "applied", "refused"})
            String state,

            @Nullable Integer code,
            @Nullable String reason,
            @Nullable String commandsOffset,
            @Nullable String batch,
            @Nullable String step,
            @Nullable String time,

            @Schema(type = SchemaType.OBJECT) @JsonRawValue @Nullable
            String detail) {

        static CommandOutcome onItsWay(String id) {
            return new CommandOutcome(id, 0, "on-its-way", null, null, null, null, null, null, null);
        }

        static CommandOutcome of(CommandRow row) {
            boolean refused = row.code != 0;
            return new CommandOutcome(
                    row.command,
                    row.kind,
                    refused ? "refused" : "applied",
                    refused ? row.code : null,
                    refused ? row.reason : null,
                    Long.toString(row.commandsOffset),
                    text(row.batch),
                    text(row.step),
                    Long.toString(row.time),
                    row.detail);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Market(
            String asset,
            @Schema(description = "The asset id, 0x-hex") String id,
            long listing,
            @Nullable String mark,
            @Nullable String time,
            @Nullable String sequence) {

        static Market of(MarketRow row) {
            return new Market(
                    row.name,
                    "0x%016x".formatted(row.asset),
                    row.listing,
                    text(row.mark),
                    text(row.time),
                    text(row.sequence));
        }
    }

    record Underlying(
            int underlying,
            String spot,
            String confidence,
            String rate,
            String perpMark,
            @Schema(type = SchemaType.ARRAY) @JsonRawValue String expiries) {

        static Underlying of(UnderlyingRow row) {
            return new Underlying(
                    row.underlying,
                    Long.toString(row.spot),
                    Long.toString(row.confidence),
                    Long.toString(row.rate),
                    Long.toString(row.perpMark),
                    row.expiries);
        }
    }

    record Prices(String time, String sequence, String priceHash, List<Underlying> underlyings, List<Market> marks) {}

    record Rebuilt(long records, long milliseconds) {}

    @Schema(description = "Slopes in whole dollars, as numbers: they report and decide nothing.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Greeks(
            @Nullable String asset,
            @Nullable Integer underlying,

            @Schema(description = "Days since 2020-01-01; 0 is what does not expire") @Nullable
            Integer day,

            double value,

            @Schema(
                    description =
                            "In wholes of the underlying per 1 of spot; of the account: in dollars if all spots doubled at this slope")
            double delta,

            @Schema(description = "Change of delta for 1 of spot; of the account: for a move of 1.00 of all spots")
            double gamma,

            @Schema(description = "For 1.00 of volatility") double vega,
            @Schema(description = "For a day that passes") double theta,
            @Schema(description = "For 1.00 of the rate") double rho) {

        static Greeks of(
                @Nullable String asset,
                @Nullable Integer underlying,
                @Nullable Integer day,
                io.parley.clearing.greeks.Greeks greeks) {
            return new Greeks(
                    asset,
                    underlying,
                    day,
                    greeks.value(),
                    greeks.delta(),
                    greeks.gamma(),
                    greeks.vega(),
                    greeks.theta(),
                    greeks.rho());
        }
    }

    @Schema(
            description =
                    "Change of the account's value in dollars: a row for each move of all spots, a cell for each of volatility")
    record Grid(List<Double> moves, List<Double> vols, double[][] changes) {}

    record GreeksOfAccount(
            @Schema(description = "Of the price, unix seconds")
            String time,

            Greeks account,
            List<Greeks> underlyings,
            List<Greeks> expiries,
            List<Greeks> positions,
            Grid grid) {

        static GreeksOfAccount of(
                long time,
                GreeksReport report,
                Map<AssetId, String> names,
                List<Double> moves,
                List<Double> vols,
                double[][] changes) {
            return new GreeksOfAccount(
                    Long.toString(time),
                    Greeks.of(null, null, null, report.account()),
                    report.underlyings().entrySet().stream()
                            .map(u -> Greeks.of(null, u.getKey(), null, u.getValue()))
                            .toList(),
                    report.expiries().entrySet().stream()
                            .flatMap(u -> u.getValue().entrySet().stream()
                                    .map(day -> Greeks.of(null, u.getKey(), day.getKey(), day.getValue())))
                            .toList(),
                    report.positions().entrySet().stream()
                            .map(p -> Greeks.of(names.get(p.getKey()), null, null, p.getValue()))
                            .toList(),
                    new Grid(moves, vols, changes));
        }
    }

    @Schema(description = "Cash units of 1e-8. Net is value less requirement; below zero is too little.")
    record StatedMargin(
            String value,
            String initialRequirement,
            String maintenanceRequirement,
            String netInitial,
            String netMaintenance) {

        static StatedMargin of(io.parley.clearing.Margin margin) {
            return new StatedMargin(
                    Long.toString(margin.value()),
                    Long.toString(margin.imRequirement()),
                    Long.toString(margin.mmRequirement()),
                    Long.toString(margin.netInitial()),
                    Long.toString(margin.netMaintenance()));
        }
    }

    record MarginalLeg(
            String asset,
            String quantity,

            @Schema(description = "More initial requirement with this leg than with all others; below zero it hedges")
            String marginalInitial) {}

    @Schema(
            description =
                    "The spots next to the present one at which net maintenance margin is below zero; null: none from a hundredth to ten times")
    record Liquidation(
            int underlying,
            @Nullable String below,
            @Nullable String above) {}

    record WhatIfView(
            @Schema(examples = {"standard", "isolated", "portfolio"})
            String mode,

            StatedMargin before,
            StatedMargin after,
            List<MarginalLeg> legs,
            List<Liquidation> liquidation) {

        static WhatIfView of(MarginMode mode, io.parley.clearing.margin.WhatIf whatIf, Listings listings) {
            return new WhatIfView(
                    mode.name().toLowerCase(Locale.ROOT),
                    StatedMargin.of(whatIf.before()),
                    StatedMargin.of(whatIf.after()),
                    whatIf.legs().stream()
                            .map(leg -> new MarginalLeg(
                                    listings.listing(leg.asset()).orElseThrow().name(),
                                    Long.toString(leg.quantity()),
                                    Long.toString(leg.marginalInitial())))
                            .toList(),
                    whatIf.liquidation().entrySet().stream()
                            .map(at -> new Liquidation(
                                    at.getKey(),
                                    text(at.getValue().below()),
                                    text(at.getValue().above())))
                            .toList());
        }
    }

    record WhatIf(
            @Schema(description = "Of the price, unix seconds")
            String time,

            String sequence,
            String priceHash,

            @Schema(description = "In the account's mode, at the signed marks: what the ledger would say")
            WhatIfView decides,

            @Schema(description = "As the portfolio mode would say; null if the surface has no values") @Nullable
            WhatIfView portfolio,

            @Schema(description = "Greatest loss of the trade alone, each leg settled at one price; null: no bound")
            @Nullable
            String maxLoss,

            @Schema(
                    description =
                            "Prices at which the trade neither gains nor loses; none if it has several underlyings")
            List<String> breakEvens) {

        static WhatIf of(
                PricingRow pricing,
                MarginMode mode,
                io.parley.clearing.margin.WhatIf decides,
                Optional<io.parley.clearing.margin.WhatIf> portfolio,
                Listings listings) {
            return new WhatIf(
                    Long.toString(pricing.time),
                    Long.toString(pricing.sequence),
                    pricing.priceHash,
                    WhatIfView.of(mode, decides, listings),
                    portfolio
                            .map(view -> WhatIfView.of(MarginMode.PORTFOLIO, view, listings))
                            .orElse(null),
                    text(decides.payoff().maxLoss()),
                    decides.payoff().breakEvens().stream()
                            .map(price -> Long.toString(price))
                            .toList());
        }
    }

    private static @Nullable String text(OptionalLong value) {
        return value.isEmpty() ? null : Long.toString(value.getAsLong());
    }
}
