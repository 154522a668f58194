package io.parley.intents.infra.config;

import io.parley.intents.domain.Door;
import io.parley.intents.domain.KnownState;
import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.protocol.admission.Admissions;
import io.parley.protocol.admission.SenderLimits;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether this process plays the role api, and the domain objects that it then needs. */
@Singleton
public final class Role {

    private final boolean on;
    private final Optional<Long> chainId;
    private final Optional<String> vault;

    Role(
            @ConfigProperty(name = "parley.role.api", defaultValue = "false") boolean on,
            @ConfigProperty(name = "parley.chain.id") Optional<Long> chainId,
            @ConfigProperty(name = "parley.chain.vault") Optional<String> vault) {
        this.on = on;
        this.chainId = chainId;
        this.vault = vault;
    }

    public boolean isOn() {
        return on;
    }

    @Produces
    @Singleton
    Domain domain() {
        return new Domain(
                chainId.orElseThrow(() -> missing("parley.chain.id")),
                Address.parse(vault.orElseThrow(() -> missing("parley.chain.vault"))));
    }

    private static IllegalStateException missing(String setting) {
        return new IllegalStateException(
                "The role api needs the setting (%s): signatures are made for one chain and one vault."
                        .formatted(setting));
    }

    @Produces
    @Singleton
    static KnownState known() {
        return new KnownState();
    }

    @Produces
    @Singleton
    static Door door(ApiConfig config, Domain domain, KnownState known) {
        var sender = config.sender();
        var bounds = config.bounds();
        return new Door(
                new Admissions(domain, config.longestValidity().toSeconds()),
                new SenderLimits(sender.perSecond(), sender.burst(), sender.remembered()),
                known,
                new Door.Bounds(
                        bounds.unacknowledged(),
                        bounds.waiting(),
                        bounds.patience().toMillis(),
                        bounds.remembered()));
    }
}
