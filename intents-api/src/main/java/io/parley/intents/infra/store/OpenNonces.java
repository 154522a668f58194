package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.stream.Collectors;

/** The nonces that signed intents of an account name, used or not: who takes one of them cancels the other. */
@Singleton
public final class OpenNonces {

    /** One nonce. */
    public record Named(int lane, long number) {}

    private static final String NAMED = """
            select i.nonce_lane, i.nonce_number from views.intents i
            where i.owner = :owner and i.account = :account
              and exists (select 1 from views.accepted a where a.intent = i.id)""";

    public Uni<Set<Named>> of(String owner, long account) {
        return Panache.withSession(() -> Panache.getSession()
                        .flatMap(session -> session.createNativeQuery(NAMED, Object[].class)
                                .setParameter("owner", owner)
                                .setParameter("account", account)
                                .getResultList()))
                .map(rows -> rows.stream()
                        .map(row -> new Named(((Number) row[0]).intValue(), ((Number) row[1]).longValue()))
                        .collect(Collectors.toSet()));
    }
}
