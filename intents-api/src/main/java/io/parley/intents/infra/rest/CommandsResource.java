package io.parley.intents.infra.rest;

import io.parley.intents.domain.Door;
import io.parley.intents.infra.store.CommandRow;
import io.parley.protocol.Bytes32;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Signed commands other than intents: straight into the one ordered log. */
@Singleton
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "commands")
public final class CommandsResource {

    private final DoorDesk desk;
    private final Door door;

    CommandsResource(DoorDesk desk, Door door) {
        this.desk = desk;
        this.door = door;
    }

    @POST
    @Path("withdrawals")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Sends a signed withdrawal; answers when the log has it")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Messages.Withdraw.class)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; whether it is applied says /v1/commands/{id}",
            content = @Content(schema = @Schema(implementation = Answers.Accepted.class)))
    @APIResponse(
            responseCode = "4XX",
            description = "Refused: no funds moved",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    public Uni<Response> withdraw(byte @Nullable [] body) {
        return desk.withdrawal(body).map(CommandsResource::accepted);
    }

    @POST
    @Path("cancels")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Sends a signed cancel; answers when the log has it")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Messages.Cancel.class)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; whether it is applied says /v1/commands/{id}",
            content = @Content(schema = @Schema(implementation = Answers.Accepted.class)))
    @APIResponse(
            responseCode = "4XX",
            description = "Refused: no funds moved",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    public Uni<Response> cancel(byte @Nullable [] body) {
        return desk.cancel(body).map(CommandsResource::accepted);
    }

    @POST
    @Path("modes")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Sends a signed choice of margin mode; answers when the log has it")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Messages.SetMode.class)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; whether it is applied says /v1/commands/{id}",
            content = @Content(schema = @Schema(implementation = Answers.Accepted.class)))
    @APIResponse(
            responseCode = "4XX",
            description = "Refused: no funds moved",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    public Uni<Response> mode(byte @Nullable [] body) {
        return desk.mode(body).map(CommandsResource::accepted);
    }

    @POST
    @Path("heartbeats")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Sends a signed heartbeat; answers when the log has it")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Messages.Heartbeat.class)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; whether it is applied says /v1/commands/{id}",
            content = @Content(schema = @Schema(implementation = Answers.Accepted.class)))
    @APIResponse(
            responseCode = "4XX",
            description = "Refused: no funds moved",
            content = @Content(schema = @Schema(implementation = Answers.Refusal.class)))
    public Uni<Response> heartbeat(byte @Nullable [] body) {
        return desk.heartbeat(body).map(CommandsResource::accepted);
    }

    private static Response accepted(Answers.Accepted accepted) {
        return Response.accepted(accepted)
                .location(URI.create("/v1/commands/" + accepted.id()))
                .build();
    }

    @GET
    @Path("commands/{id}")
    @Operation(summary = "What became of a command")
    @APIResponse(
            responseCode = "200",
            description = "Known",
            content = @Content(schema = @Schema(implementation = Answers.CommandOutcome.class)))
    @APIResponse(responseCode = "404", description = "Not known")
    public Uni<Response> get(@PathParam("id") String text) {
        var id = Parameters.id("id", text);
        return Panache.withSession(() -> CommandRow.<CommandRow>find("command = ?1 order by code, commandsOffset", id)
                        .page(0, 1)
                        .list())
                .map(rows -> {
                    if (!rows.isEmpty()) {
                        return Response.ok(Answers.CommandOutcome.of(rows.getFirst()))
                                .build();
                    }
                    return door.hasSeen(Bytes32.parse(id))
                            ? Response.ok(Answers.CommandOutcome.onItsWay(id)).build()
                            : Failures.unknown("id", id);
                });
    }
}
