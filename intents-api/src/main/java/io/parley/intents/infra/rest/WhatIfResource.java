package io.parley.intents.infra.rest;

import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.margin.MarginMode;
import io.parley.clearing.margin.Portfolio;
import io.parley.clearing.margin.RiskModel;
import io.parley.clearing.margin.WhatIf;
import io.parley.intents.domain.KnownState;
import io.parley.intents.infra.config.ApiConfig;
import io.parley.intents.infra.store.AccountRow;
import io.parley.intents.infra.store.PositionRow;
import io.parley.intents.infra.store.PricingRow;
import io.parley.protocol.AssetId;
import io.parley.protocol.Listings;
import io.parley.protocol.Reason;
import io.parley.protocol.SetMode;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What a trade would do to an account's margin. Decides nothing and changes nothing. */
@Singleton
@Path("/v1/margin/what-if")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "margin")
public final class WhatIfResource {

    /** As many as an account may hold positions. */
    private static final int MOST_LEGS = 64;

    private final KnownState known;
    private final ApiConfig config;

    private record Asked(AccountRow.Key key, long cash, SortedMap<AssetId, Long> legs) {}

    private record Found(
            AccountRow account,
            List<PositionRow> positions,
            @Nullable PricingRow pricing) {}

    WhatIfResource(KnownState known, ApiConfig config) {
        this.known = known;
        this.config = config;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary =
                    "Margin before and after a trade, what each leg adds, its payoff, and where the account would be liquidated")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Messages.WhatIf.class)))
    @APIResponse(
            responseCode = "200",
            description = "At the latest price, in the account's mode and as the portfolio mode would say",
            content = @Content(schema = @Schema(implementation = Answers.WhatIf.class)))
    @APIResponse(
            responseCode = "4XX",
            description = "Refused: what is asked cannot be read or has no margin",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    public Uni<Response> ask(byte @Nullable [] body) {
        var listings = known.listings();
        var asked = JsonBody.read(body, config.bounds().body()).whole(json -> asked(json, listings));
        return Panache.withSession(() -> AccountRow.<AccountRow>findById(asked.key())
                        .flatMap(account -> account == null
                                ? Uni.createFrom().nullItem()
                                : PositionRow.<PositionRow>find(
                                                "owner = ?1 and account = ?2",
                                                asked.key().owner(),
                                                asked.key().account())
                                        .list()
                                        .flatMap(positions -> PricingRow.<PricingRow>findById(PricingRow.ID)
                                                .map(pricing -> new Found(account, positions, pricing)))))
                // A search over hundreds of prices is nothing for the thread that serves everyone.
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(found -> found == null
                        ? Failures.noAccount(asked.key())
                        : Response.ok(answer(asked, found, listings)).build());
    }

    private static Asked asked(JsonBody json, Listings listings) {
        var key = new AccountRow.Key(
                Parameters.address("owner", json.address("owner").hex()), json.u32("account"));
        var legs = new TreeMap<AssetId, Long>();
        json.objects("legs", MOST_LEGS, leg -> {
            var asset = SignedJson.asset(leg, "asset", listings);
            long quantity = leg.i64("quantity");
            if (asset.isCash()) {
                throw leg.refuse(
                        Reason.BAD_FIELD, "asset", leg.text("asset"), "not be the cash: that is the field cash");
            }
            if (quantity == 0) {
                throw leg.refuse(Reason.BAD_AMOUNT, "quantity", "0", "not be zero");
            }
            if (legs.put(asset, quantity) != null) {
                throw leg.refuse(Reason.BAD_FIELD, "asset", leg.text("asset"), "be in one leg only");
            }
            return quantity;
        });
        return new Asked(key, json.i64("cash"), legs);
    }

    private static Answers.WhatIf answer(Asked asked, Found found, Listings listings) {
        var pricing = found.pricing();
        if (pricing == null) {
            throw new Refused(Reason.NO_PRICE, "price", "none", "be taken by the ledger first");
        }
        var parameters = pricing.marginParameters()
                .orElseThrow(() ->
                        new Refused(Reason.NO_PRICE, "margin parameters", "none", "be taken by the ledger first"));
        var positions = new TreeMap<AssetId, Long>();
        found.positions().forEach(row -> positions.put(new AssetId(row.asset), row.quantity));
        var held = new Portfolio(found.account().cash, positions);
        var model = RiskModel.published().with(parameters);
        var mode = found.account().mode == SetMode.ISOLATED ? MarginMode.ISOLATED : MarginMode.STANDARD;
        WhatIf decides;
        try {
            decides = of(model, held, pricing, mode, asked);
        } catch (MarginUnavailable e) {
            throw new Refused(e.reason(), "legs", e.detail(), "leave the account with a margin that can be stated");
        }
        return Answers.WhatIf.of(pricing, mode, decides, portfolio(model, held, pricing, asked), listings);
    }

    /** Only reported, so that a surface without values takes nothing from what decides. */
    private static Optional<WhatIf> portfolio(RiskModel model, Portfolio held, PricingRow pricing, Asked asked) {
        try {
            return Optional.of(of(model, held, pricing, MarginMode.PORTFOLIO, asked));
        } catch (MarginUnavailable e) {
            return Optional.empty();
        }
    }

    private static WhatIf of(RiskModel model, Portfolio held, PricingRow pricing, MarginMode mode, Asked asked) {
        return WhatIf.of(model, held, pricing.content(), pricing.time, mode, asked.cash(), asked.legs());
    }
}
