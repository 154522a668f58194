package io.parley.intents.infra.rest;

import io.parley.intents.infra.store.AccountRow;
import io.parley.intents.infra.store.OwnerIntents;
import io.parley.intents.infra.store.PositionRow;
import io.parley.intents.infra.store.ReceiptRow;
import io.parley.protocol.admission.Nonces;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Accounts. */
@Singleton
@Path("/v1/accounts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "accounts")
public final class AccountsResource {

    private final OwnerIntents intents;

    AccountsResource(OwnerIntents intents) {
        this.intents = intents;
    }

    @GET
    @Path("{owner}/{account}")
    @Operation(
            summary =
                    "Positions, cash, margin around the last step, partial fills, and the next free nonce of each lane")
    @APIResponse(
            responseCode = "200",
            description = "Known",
            content = @Content(schema = @Schema(implementation = Answers.Account.class)))
    @APIResponse(responseCode = "404", description = "Not known: a first deposit opens an account")
    public Uni<Response> get(@PathParam("owner") String ownerText, @PathParam("account") String accountText) {
        var key = Parameters.accountKey(ownerText, accountText);
        var owner = key.owner();
        long account = key.account();
        return Panache.withSession(() -> AccountRow.<AccountRow>findById(key).flatMap(row -> {
            if (row == null) {
                return Uni.createFrom().item(Failures.noAccount(key));
            }
            return PositionRow.<PositionRow>find("owner = ?1 and account = ?2", owner, account)
                    .list()
                    .flatMap(positions -> ReceiptRow.<ReceiptRow>find(
                                    "owner = ?1 and account = ?2 order by commandsOffset desc", owner, account)
                            .page(0, 1)
                            .list()
                            .flatMap(receipts -> intents.nonces(owner, account)
                                    .map(taken -> Response.ok(answer(row, positions, receipts, taken))
                                            .build())));
        }));
    }

    private static Answers.Account answer(
            AccountRow row, List<PositionRow> positions, List<ReceiptRow> receipts, Set<OwnerIntents.Named> taken) {
        var lanes = new ArrayList<Answers.Lane>();
        var json = new JsonArray(row.lanes);
        for (int i = 0; i < json.size(); i++) {
            int number = i;
            JsonObject lane = json.getJsonObject(i);
            var nonces = new Nonces.Lane(lane.getLong("base"), lane.getLong("bits"));
            var next = nonces.next(n -> taken.contains(new OwnerIntents.Named(number, n)));
            lanes.add(new Answers.Lane(
                    i,
                    Long.toString(nonces.base()),
                    Long.toUnsignedString(nonces.bits()),
                    next.isEmpty() ? null : Long.toUnsignedString(Nonces.nonce(i, next.getAsLong()))));
        }
        return Answers.Account.of(
                row,
                positions.stream()
                        .sorted((a, b) -> Long.compareUnsigned(a.asset, b.asset))
                        .map(Answers.Position::of)
                        .toList(),
                lanes,
                receipts.isEmpty() ? null : receipts.getFirst());
    }
}
