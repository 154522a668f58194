package io.parley.intents.infra.rest;

import io.parley.intents.domain.Door;
import io.parley.intents.domain.KnownState;
import io.parley.intents.infra.store.EventLog;
import io.parley.intents.infra.store.FillRow;
import io.parley.intents.infra.store.IntentRow;
import io.parley.intents.infra.store.OwnerIntents;
import io.parley.protocol.Bytes32;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Intents: in, and how they live. */
@Singleton
@Path("/v1/intents")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "intents")
public final class IntentsResource {

    private final DoorDesk desk;
    private final Door door;
    private final KnownState known;
    private final EventLog events;
    private final OwnerIntents owners;
    private final Streams streams;

    IntentsResource(DoorDesk desk, Door door, KnownState known, EventLog events, OwnerIntents owners, Streams streams) {
        this.desk = desk;
        this.door = door;
        this.known = known;
        this.events = events;
        this.owners = owners;
        this.streams = streams;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Sends a signed intent; answers when the log has it")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Messages.Intent.class)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = Answers.Accepted.class)))
    @APIResponse(
            responseCode = "4XX",
            description = "Refused: no funds moved",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    @APIResponse(
            responseCode = "503",
            description = "Not now; Retry-After says when",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    public Uni<Response> post(byte @Nullable [] body) {
        return desk.intent(body)
                .map(accepted -> Response.accepted(accepted)
                        .location(URI.create("/v1/intents/" + accepted.id()))
                        .build());
    }

    @GET
    @Operation(summary = "An owner's intents, the latest first")
    public Uni<List<Answers.Intent>> list(
            @QueryParam("owner") @Nullable String owner,
            @QueryParam("account") @Nullable String account,
            @QueryParam("limit") @Nullable String limit) {
        var address = Parameters.address("owner", owner);
        var number = Parameters.optional("account", account);
        int most = Parameters.limit(limit);
        return Panache.withSession(() -> owners.latest(address, number, most)
                        .flatMap(ids -> IntentRow.<IntentRow>find("id in ?1 order by arrival desc", ids)
                                .list()))
                .map(rows -> rows.stream()
                        .map(row -> Answers.Intent.of(row, null, null, known.listings()))
                        .toList());
    }

    @GET
    @Path("{id}")
    @Operation(summary = "An intent: its state, fills and events")
    @APIResponse(
            responseCode = "200",
            description = "Known",
            content = @Content(schema = @Schema(implementation = Answers.Intent.class)))
    @APIResponse(responseCode = "404", description = "Not known")
    public Uni<Response> get(@PathParam("id") String text) {
        var id = Parameters.id("id", text);
        return Panache.withSession(() -> IntentRow.<IntentRow>findById(id).flatMap(row -> {
            if (row == null) {
                return Uni.createFrom()
                        .item(
                                door.hasSeen(Bytes32.parse(id))
                                        ? Response.ok(Answers.Intent.onItsWay(id))
                                                .build()
                                        : Failures.unknown("id", id));
            }
            return FillRow.<FillRow>find("intent = ?1 order by commandsOffset, ordinal", id)
                    .list()
                    .flatMap(fills -> events.ofIntent(id, 0, Long.MAX_VALUE)
                            .map(life -> Response.ok(Answers.Intent.of(
                                            row,
                                            fills.stream().map(Answers.Fill::of).toList(),
                                            life.stream().map(Answers.Event::of).toList(),
                                            known.listings()))
                                    .build()));
        }));
    }

    @GET
    @Path("{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "The life of an intent as it happens, from the first event",
            description = "Server-sent events named by their kind. With Last-Event-ID it goes on behind that event.")
    @APIResponse(
            responseCode = "200",
            description = "Each with id, event (its kind) and data (a JSON object with key, kind, at and more)",
            content =
                    @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = String.class)))
    public Multi<OutboundSseEvent> stream(
            @PathParam("id") String text, @HeaderParam("Last-Event-ID") @Nullable String last, @Context Sse sse) {
        return streams.ofIntent(Parameters.id("id", text), last, sse);
    }
}
