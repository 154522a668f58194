package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** What is known of an owner's intents without looking at each. */
@Singleton
public final class OwnerIntents {

    /** One nonce. */
    public record Named(int lane, long number) {}

    private static final String NAMED = """
            select i.nonce_lane, i.nonce_number from views.intents i
            where i.owner = :owner and i.account = :account
              and exists (select 1 from views.accepted a where a.intent = i.id)""";

    private static final String LATEST = """
            select id from views.intents where owner = :owner and account between :from and :to
            order by arrival desc limit :most""";

    /** The ids of the latest, of one account or of all. */
    public Uni<List<String>> latest(String owner, OptionalLong account, int most) {
        return Panache.withSession(() -> Panache.getSession()
                .flatMap(session -> session.createNativeQuery(LATEST, String.class)
                        .setParameter("owner", owner)
                        .setParameter("from", account.orElse(0))
                        .setParameter("to", account.orElse(Long.MAX_VALUE))
                        .setParameter("most", most)
                        .getResultList()));
    }

    /** The nonces that signed intents of an account name, used or not: who takes one of them cancels the other. */
    public Uni<Set<Named>> nonces(String owner, long account) {
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
