package io.parley.intents.infra.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.parley.intents.domain.Door;
import io.parley.intents.domain.KnownState;
import io.parley.intents.domain.LogRecord;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.admission.Nonces;
import io.parley.protocol.wire.DeadLetter;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.pgclient.PgException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/**
 * The views as they are written: records in, one transaction for as many as there are. Blocking, for the one thread that
 * writes at a time; other processes that write the same views are kept out by a lock, so that what arrives later
 * is also seen later.
 */
@Singleton
public final class Views {

    private static final Logger LOG = Logger.getLogger(Views.class);
    private static final long LOCK = 0x70_61_72_6c_65_79L;

    private static final String OFFSETS = """
            insert into views.view_offsets (topic, partition, next)
            select topic, partition, next
            from json_populate_recordset(cast(null as views.view_offsets), cast(cast(:rows as text) as json))
            on conflict (topic, partition) do update set next = excluded.next where view_offsets.next < excluded.next""";

    private static final String UNREADABLE = """
            insert into views.unreadable (topic, partition, position, code, detail, at)
            values (:topic, :partition, :position, :code, :detail, :at) on conflict do nothing""";

    private static final String EMPTY = """
            do $$ declare t text; begin
              for t in select tablename from pg_tables
                where schemaname = 'views' and tablename not in ('unreadable', 'flyway_schema_history')
              loop execute format('truncate views.%I', t); end loop;
            end $$""";

    private final KnownState known;
    private final Door door;
    private final Projection projection;
    private int listed;

    Views(Domain domain, KnownState known, Door door) {
        this.known = known;
        this.door = door;
        this.projection = new Projection(domain, known, door);
    }

    /**
     * Writes what the records say. Those that cannot be read are handed over before the transaction ends, each once.
     *
     * @param deadLetters completes when the broker has it
     * @throws RuntimeException if the database cannot be reached; nothing was written then
     */
    public void write(List<LogRecord> records, Function<DeadLetter, Uni<Void>> deadLetters) {
        var rows = projection.rows(records);
        var unparked = known.listings().size() > listed ? unpark(rows) : List.<LogRecord>of();
        int nowListed = known.listings().size();
        try {
            transaction(rows, unparked, deadLetters);
        } catch (RuntimeException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            if (records.size() == 1) {
                LOG.errorf(e, "The record %s cannot be stored", records.getFirst());
                var aside = new Rows();
                aside.read(records.getFirst());
                aside.unreadable(records.getFirst(), 101, Rows.text("cannot be stored: " + e.getMessage()));
                transaction(aside, List.of(), deadLetters);
                return;
            }
            LOG.warnf("One of %d records cannot be stored; they are tried one by one", records.size());
            for (var record : records) {
                write(List.of(record), deadLetters);
            }
            return;
        }
        projection.committed(rows);
        listed = nowListed;
    }

    private List<LogRecord> unpark(Rows rows) {
        List<Object[]> parked = select(
                "select topic, partition, position, at, record from views.parked order by topic, partition, position",
                Map.of());
        return parked.stream()
                .map(row -> new LogRecord(
                        (String) row[0],
                        ((Number) row[1]).intValue(),
                        ((Number) row[2]).longValue(),
                        ((Number) row[3]).longValue(),
                        new byte[0],
                        HexFormat.of().parseHex((String) row[4])))
                .filter(record -> projection.unpark(record, rows))
                .toList();
    }

    private void transaction(Rows rows, List<LogRecord> unparked, Function<DeadLetter, Uni<Void>> deadLetters) {
        await(() -> Panache.withTransaction(() -> Panache.getSession().flatMap(session -> {
            Uni<?> chain = session.createNativeQuery("select cast(pg_advisory_xact_lock(:lock) as text)")
                    .setParameter("lock", LOCK)
                    .getResultList();
            for (var entry : rows.facts().entrySet()) {
                chain = then(chain, session, entry.getKey().insert(), entry.getValue());
            }
            for (var entry : rows.latest().entrySet()) {
                chain = then(chain, session, entry.getKey().upsert(), entry.getValue());
            }
            chain = then(chain, session, OFFSETS, rows.offsets());
            for (var record : unparked) {
                chain = chain.flatMap(ignored -> session.createNativeQuery(
                                "delete from views.parked where topic = :topic and partition = :partition and position = :position")
                        .setParameter("topic", record.topic())
                        .setParameter("partition", record.partition())
                        .setParameter("position", record.offset())
                        .executeUpdate());
            }
            for (var unreadable : rows.unreadable()) {
                chain = chain.flatMap(ignored -> report(session, unreadable, deadLetters));
            }
            return chain.replaceWithVoid();
        })));
    }

    private static Uni<?> then(Uni<?> chain, Mutiny.Session session, String sql, ArrayNode rows) {
        return chain.flatMap(ignored -> session.createNativeQuery(sql)
                .setParameter("rows", rows.toString())
                .executeUpdate());
    }

    private static Uni<?> report(
            Mutiny.Session session, Rows.Unreadable unreadable, Function<DeadLetter, Uni<Void>> deadLetters) {
        var record = unreadable.record();
        return session.createNativeQuery(UNREADABLE)
                .setParameter("topic", record.topic())
                .setParameter("partition", record.partition())
                .setParameter("position", record.offset())
                .setParameter("code", unreadable.code())
                .setParameter("detail", unreadable.detail())
                .setParameter("at", record.at())
                .executeUpdate()
                .flatMap(isNew -> isNew == 0
                        ? Uni.createFrom().voidItem()
                        : deadLetters.apply(new DeadLetter(
                                record.topic(),
                                record.partition(),
                                record.offset(),
                                unreadable.code(),
                                unreadable.detail(),
                                record.at(),
                                Blob.of(record.key()),
                                Blob.of(record.value()))));
    }

    /** Data that PostgreSQL does not take (classes 22 and 23) stay so; whatever else failed may pass. */
    private static boolean isAboutData(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PgException refused) {
                var state = Objects.toString(refused.getSqlState(), "");
                return state.startsWith("22") || state.startsWith("23");
            }
        }
        return false;
    }

    /** The next offset to read of each partition, as topic/partition. */
    public Map<String, Long> offsets() {
        return select("select topic, partition, next from views.view_offsets", Map.of()).stream()
                .collect(Collectors.toMap(row -> row[0] + "/" + row[1], row -> ((Number) row[2]).longValue()));
    }

    /** Forgets everything but what was reported to dead-letters. */
    public void empty() {
        await(() -> Panache.withTransaction(() -> Panache.getSession()
                .flatMap(session -> session.createNativeQuery("select cast(pg_advisory_xact_lock(:lock) as text)")
                        .setParameter("lock", LOCK)
                        .getResultList()
                        .flatMap(ignored -> session.createNativeQuery(EMPTY).executeUpdate()))));
        projection.forget();
        listed = 0;
    }

    /** Tells the door what the views hold of the ledger. */
    public void tellTheDoor(int remembered) {
        select("select listing, asset, name from views.listings order by listing", Map.of())
                .forEach(row -> known.listed(
                        ((Number) row[0]).intValue(), new AssetId(((Number) row[1]).longValue()), (String) row[2]));
        select("select owner, account, cast(lanes as text), commands_offset from views.accounts", Map.of())
                .forEach(row -> known.account(
                        Address.parse((String) row[0]),
                        ((Number) row[1]).longValue(),
                        nonces((String) row[2]),
                        ((Number) row[3]).longValue()));
        select("select owner, account, signer, scope, expiry, commands_offset from views.session_keys", Map.of())
                .forEach(row -> known.key(
                        Address.parse((String) row[0]),
                        ((Number) row[1]).longValue(),
                        Address.parse((String) row[2]),
                        ((Number) row[3]).intValue(),
                        ((Number) row[4]).longValue(),
                        ((Number) row[5]).longValue()));
        select("select coalesce(max(time), 0), 0 from views.price_ticks", Map.of())
                .forEach(row -> known.time(((Number) row[0]).longValue()));
        select("""
                select a.intent, 0 from views.accepted a join views.intents i on i.id = a.intent
                where i.valid_until >= :time order by a.at desc limit :most""", Map.of("time", known.time(), "most", remembered))
                .reversed()
                .forEach(row -> door.posted(Bytes32.parse((String) row[0])));
        listed = known.listings().size();
    }

    private static Nonces nonces(String lanes) {
        var list = new ArrayList<Nonces.Lane>();
        for (var lane : new JsonArray(lanes)) {
            var json = (io.vertx.core.json.JsonObject) lane;
            list.add(new Nonces.Lane(json.getLong("base"), json.getLong("bits")));
        }
        return new Nonces(list);
    }

    private static List<Object[]> select(String sql, Map<String, Object> parameters) {
        return await(() -> Panache.withSession(() -> Panache.getSession().flatMap(session -> {
            var query = session.<Object[]>createNativeQuery(sql, Object[].class);
            new HashMap<>(parameters).forEach(query::setParameter);
            return query.getResultList();
        })));
    }

    private static <T> T await(java.util.function.Supplier<Uni<T>> work) {
        try {
            return VertxContextSupport.subscribeAndAwait(work);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The database could not be asked", e);
        }
    }
}
