package io.parley.intents.infra.rest;

import io.parley.intents.infra.config.ApiConfig;
import io.parley.intents.infra.config.Role;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Before anything is read of a request. A process without the role has no door: its HTTP serves health, metrics and the like
 * only. And what says by itself that it is too long is not read at all.
 */
@Singleton
final class RoleGate {

    private static final int FIRST = 1000;

    void register(@Observes Filters filters, Role role, ApiConfig config) {
        filters.register(
                request -> {
                    if (!role.isOn() && !request.normalizedPath().startsWith("/q/")) {
                        end(request, 404, new Refusal(Reason.BAD_FIELD, "role", "api", "be played by this process"));
                    } else if (length(request) > config.bounds().body()) {
                        request.response().putHeader(HttpHeaders.CONNECTION, "close");
                        end(
                                request,
                                413,
                                new Refusal(
                                        Reason.TOO_LARGE,
                                        "body",
                                        length(request) + " bytes",
                                        "be at most %d bytes"
                                                .formatted(config.bounds().body())));
                    } else {
                        request.next();
                    }
                },
                FIRST);
    }

    private static long length(RoutingContext request) {
        var length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private static void end(RoutingContext request, int status, Refusal refusal) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(new JsonObject()
                        .put("code", refusal.reason().code())
                        .put("reason", refusal.reason().name())
                        .put("field", refusal.field())
                        .put("value", refusal.value())
                        .put("rule", refusal.rule())
                        .put("message", refusal.message())
                        .encode());
    }
}
