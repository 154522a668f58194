package io.parley.intents.infra.rest;

import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.greeks.GreeksReport;
import io.parley.clearing.margin.MarketSnapshot;
import io.parley.clearing.margin.Portfolio;
import io.parley.intents.infra.store.AccountRow;
import io.parley.intents.infra.store.PositionRow;
import io.parley.intents.infra.store.PricingRow;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Greeks of an account: a report in doubles, no part of any decision. */
@Singleton
@Path("/v1/accounts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "accounts")
public final class GreeksResource {

    private static final List<Double> MOVES = List.of(-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2);
    private static final List<Double> VOLS = List.of(-0.25, 0.0, 0.25);

    @GET
    @Path("{owner}/{account}/greeks")
    @Operation(
            summary =
                    "Delta, gamma, vega, theta and rho by position, expiry, underlying and account, and a grid of moves")
    @APIResponse(
            responseCode = "200",
            description = "At the latest price",
            content = @Content(schema = @Schema(implementation = Answers.GreeksOfAccount.class)))
    @APIResponse(responseCode = "404", description = "No such account, or a position without a price")
    public Uni<Response> get(@PathParam("owner") String ownerText, @PathParam("account") String accountText) {
        var key = Parameters.accountKey(ownerText, accountText);
        return Panache.withSession(() -> AccountRow.<AccountRow>findById(key).flatMap(account -> {
            if (account == null) {
                return Uni.createFrom().item(Failures.noAccount(key));
            }
            return PositionRow.<PositionRow>find("owner = ?1 and account = ?2", key.owner(), key.account())
                    .list()
                    .flatMap(positions -> PricingRow.<PricingRow>findById(PricingRow.ID)
                            .map(pricing -> answer(account, positions, pricing)));
        }));
    }

    private static Response answer(AccountRow account, List<PositionRow> positions, @Nullable PricingRow pricing) {
        var held = new TreeMap<AssetId, Long>();
        var names = new TreeMap<AssetId, String>();
        positions.forEach(row -> {
            var position = Answers.Position.of(row);
            held.put(new AssetId(row.asset), row.quantity);
            names.put(new AssetId(row.asset), position.asset());
        });
        var portfolio = new Portfolio(account.cash, held);
        var market = pricing == null
                ? new MarketSnapshot(0, Fixed8.ONE, List.of())
                : MarketSnapshot.of(pricing.content(), pricing.time);
        try {
            return Response.ok(Answers.GreeksOfAccount.of(
                            market.time(),
                            GreeksReport.of(portfolio, market),
                            names,
                            MOVES,
                            VOLS,
                            GreeksReport.grid(portfolio, market, MOVES, VOLS)))
                    .build();
        } catch (MarginUnavailable e) {
            return Failures.answer(
                    Response.Status.NOT_FOUND.getStatusCode(),
                    new Refusal(Reason.NO_PRICE, "price", e.detail(), "be taken by the ledger first"));
        }
    }
}
