package io.parley.intents.infra.rest;

import io.parley.intents.infra.config.Role;
import io.parley.intents.infra.kafka.ViewsFeed;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Ready when the views hold all that stood in the topics; the broker and the database have checks of their own. */
@org.eclipse.microprofile.health.Readiness
@Singleton
final class Readiness implements HealthCheck {

    private final Role role;
    private final ViewsFeed feed;

    Readiness(Role role, ViewsFeed feed) {
        this.role = role;
        this.feed = feed;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Parley views")
                .status(!role.isOn() || feed.isReady())
                .build();
    }
}
