package io.parley.intents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import io.parley.intents.infra.kafka.ViewsFeed;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** One scene for all tests of a run, since one log has one order; and the views as they stand in the database. */
@Singleton
class Stage {

    private final Broker broker;
    private final Instance<AgroalDataSource> database;
    private final ViewsFeed feed;
    private final Scene scene = Scene.open();
    private int written;

    Stage(
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            Instance<AgroalDataSource> database,
            ViewsFeed feed) {
        this.broker = new Broker(bootstrapServers);
        this.database = database;
        this.feed = feed;
    }

    Scene scene() {
        return scene;
    }

    Broker broker() {
        return broker;
    }

    /** Writes what the scene has come to, and waits until the views have it. */
    synchronized Scene play() {
        var fresh = scene.records().subList(written, scene.records().size());
        broker.write(fresh);
        written = scene.records().size();
        awaitViews();
        return scene;
    }

    /** Until every record of every topic is in the views. */
    void awaitViews() {
        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    assertThat(feed.isReady()).isTrue();
                    for (var topic : List.of(
                            "intents",
                            "auctions",
                            "commitments",
                            "bids",
                            "screened-bids",
                            "cleared",
                            "batches",
                            "settlements",
                            "dead-letters")) {
                        var end = broker.size(
                                io.parley.protocol.wire.Topic.of(topic).orElseThrow());
                        var sum = number(
                                "select coalesce(sum(next), 0) from views.view_offsets where topic = '" + topic + "'");
                        assertThat(sum).as("offsets read of %s", topic).isEqualTo(end);
                    }
                });
    }

    long number(String sql) {
        return Long.parseLong(rows(sql).getFirst().getFirst());
    }

    List<List<String>> rows(String sql) {
        try (var connection = database.get().getConnection();
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            var rows = new ArrayList<List<String>>();
            while (result.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** A checksum of each table and of what is asked, without the order of arrival. */
    Map<String, String> checksums() {
        var sums = new TreeMap<String, String>();
        for (var name : rows("""
                select table_name from information_schema.tables
                where table_schema = 'views' and table_name <> 'flyway_schema_history' order by 1""")) {
            var table = name.getFirst();
            sums.put(table, rows("""
                    select count(*) || ':' || md5(coalesce(string_agg(r, E'\\n' order by r), ''))
                    from (select cast(to_jsonb(t) - 'arrival' as text) as r from views.%s t) x""".formatted(table)).getFirst().getFirst());
        }
        return sums;
    }
}
