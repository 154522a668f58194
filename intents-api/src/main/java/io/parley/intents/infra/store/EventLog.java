package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** What happened, as rows in the order in which this database learned it. */
@Singleton
public final class EventLog {

    /**
     * @param key names it for ever, so that a reader knows what it was told before
     * @param at the time of its record in milliseconds
     * @param data a JSON object
     */
    public record Event(long arrival, long at, String key, String kind, String data) {}

    private static final String OF_INTENT = """
            select arrival, at, key, kind, cast(data as text) from views.life(:intent)
            where arrival > :after and arrival <= :upTo order by at, rank, nth, key""";

    private static final String AFTER = """
            select arrival, at, cast(arrival as text) as key, kind, cast(data as text) from views.feed
            where arrival > :after order by arrival limit :most""";

    // Bounded before it is sorted: the views join, and a join of everything is not needed for the latest few.
    private static final String LATEST = """
            select arrival, at, cast(arrival as text) as key, kind, cast(data as text) from views.feed
            where arrival > (select last_value - 20000 from views.arrival) order by arrival desc limit :most""";

    /** Events of one intent's life in their own order, of those that arrived after one and up to another. */
    public Uni<List<Event>> ofIntent(String intent, long after, long upTo) {
        return select(OF_INTENT, Map.of("intent", intent, "after", after, "upTo", upTo));
    }

    /** Everything that arrived after, in order of arrival. */
    public Uni<List<Event>> after(long arrival, int most) {
        return select(AFTER, Map.of("after", arrival, "most", most));
    }

    /** The latest of everything, in order of arrival. */
    public Uni<List<Event>> latest(int most) {
        return select(LATEST, Map.of("most", most)).map(List::reversed);
    }

    private static Uni<List<Event>> select(String sql, Map<String, Object> parameters) {
        return Panache.withSession(() -> Panache.getSession().flatMap(session -> {
                    var query = session.createNativeQuery(sql, Object[].class);
                    parameters.forEach(query::setParameter);
                    return query.getResultList();
                }))
                .map(rows -> rows.stream().map(EventLog::event).toList());
    }

    private static Event event(Object[] row) {
        return new Event(
                ((Number) row[0]).longValue(), ((Number) row[1]).longValue(), (String) row[2], (String) row[3], (String)
                        row[4]);
    }
}
