package io.parley.intents.infra.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.intents.domain.LogRecord;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one transaction writes: rows by table, and of things of which only the latest counts, the latest. */
final class Rows {

    /** A record that could not be read, and why. */
    record Unreadable(LogRecord record, int code, String detail) {}

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Map<Table, ArrayNode> facts = new EnumMap<>(Table.class);
    private final Map<String, ObjectNode> posts = new LinkedHashMap<>();
    private final Map<Latest, Map<String, ObjectNode>> latest = new EnumMap<>(Latest.class);
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private final Set<Bytes32> named = new LinkedHashSet<>();
    private final List<Unreadable> unreadable = new ArrayList<>();

    ObjectNode add(Table table) {
        return facts.computeIfAbsent(table, t -> JSON.arrayNode()).addObject();
    }

    /** One row per intent and signer may be written by a statement: that of the earliest record. */
    ObjectNode post(Bytes32 intent, Address signer, LogRecord record) {
        var key = intent.hex() + hex(signer);
        var known = posts.get(key);
        if (known != null && !isBefore(record, known)) {
            return JSON.objectNode();
        }
        var row = JSON.objectNode();
        posts.put(key, row);
        return row;
    }

    private static boolean isBefore(LogRecord record, ObjectNode known) {
        if (record.at() != known.get("at").longValue()) {
            return record.at() < known.get("at").longValue();
        }
        if (record.partition() != known.get("partition").intValue()) {
            return record.partition() < known.get("partition").intValue();
        }
        return record.offset() < known.get("position").longValue();
    }

    /** Returns whether it is the first time that an intent is named here. */
    boolean names(Bytes32 intent) {
        return named.add(intent);
    }

    Set<Bytes32> named() {
        return named;
    }

    /** The row to fill in; it is dropped if a later one is known. */
    ObjectNode latest(Latest table, String key, long commandsOffset) {
        var rows = latest.computeIfAbsent(table, t -> new LinkedHashMap<>());
        var known = rows.get(key);
        if (known != null && known.get("commands_offset").longValue() >= commandsOffset) {
            return JSON.objectNode();
        }
        var row = JSON.objectNode().put("commands_offset", commandsOffset);
        rows.put(key, row);
        return row;
    }

    void read(LogRecord record) {
        offsets.merge(record.topic() + "/" + record.partition(), record.offset() + 1, Math::max);
    }

    void unreadable(LogRecord record, int code, String detail) {
        unreadable.add(new Unreadable(record, code, detail));
    }

    List<Unreadable> unreadable() {
        return unreadable;
    }

    Map<Table, ArrayNode> facts() {
        if (!posts.isEmpty()) {
            facts.put(Table.INTENT_POSTS, JSON.arrayNode().addAll(posts.values()));
        }
        return facts;
    }

    Map<Latest, ArrayNode> latest() {
        var arrays = new EnumMap<Latest, ArrayNode>(Latest.class);
        latest.forEach((table, rows) -> arrays.put(table, JSON.arrayNode().addAll(rows.values())));
        return arrays;
    }

    ArrayNode offsets() {
        var rows = JSON.arrayNode();
        offsets.forEach((partition, next) -> {
            int slash = partition.lastIndexOf('/');
            rows.addObject()
                    .put("topic", partition.substring(0, slash))
                    .put("partition", Integer.parseInt(partition.substring(slash + 1)))
                    .put("next", next);
        });
        return rows;
    }

    /** Lower case, as rows hold it. */
    static String hex(Address address) {
        return "0x" + HexFormat.of().formatHex(address.bytes());
    }

    /** PostgreSQL's text holds everything but the character 0. */
    static String text(String text) {
        return text.replace('\0', '\ufffd');
    }
}
