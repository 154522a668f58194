package io.parley.intents.infra.rest;

import io.parley.intents.infra.kafka.ViewsFeed;
import io.parley.protocol.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** For the operator at this machine. */
@Singleton
@Path("/admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "admin")
public final class AdminResource {

    private final ViewsFeed feed;

    AdminResource(ViewsFeed feed) {
        this.feed = feed;
    }

    @POST
    @Path("views/rebuild")
    @Operation(
            summary = "Empties the views and reads the topics again; answers when they are as before",
            description = "From this machine only, and not from a page in a browser.")
    public Uni<Answers.Rebuilt> rebuild(@Context RoutingContext request) {
        var from = request.request().remoteAddress().hostAddress();
        if (!isLoopback(from) || request.request().getHeader("Origin") != null) {
            throw new WebApplicationException(
                    Response.status(Response.Status.FORBIDDEN).build());
        }
        if (!feed.isReady()) {
            throw new Refused(
                    new io.parley.protocol.Refusal(
                            Reason.OVERLOADED, "views", "being read", "be up to date before they are rebuilt"),
                    1);
        }
        long start = System.nanoTime();
        return Uni.createFrom()
                .completionStage(feed.rebuild())
                .map(records -> new Answers.Rebuilt(records, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)));
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
