package io.parley.intents.infra.rest;

import io.parley.intents.infra.config.Role;
import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** A process without the role has no door: its HTTP serves health, metrics and the like only. */
@Singleton
final class RoleGate {

    private static final int FIRST = 1000;

    void register(@Observes Filters filters, Role role) {
        if (!role.isOn()) {
            filters.register(
                    request -> {
                        var path = request.normalizedPath();
                        if (path.startsWith("/q/")) {
                            request.next();
                        } else {
                            request.response()
                                    .setStatusCode(404)
                                    .putHeader("Content-Type", "application/json")
                                    .end("{\"message\":\"This process does not play the role api.\"}");
                        }
                    },
                    FIRST);
        }
    }
}
