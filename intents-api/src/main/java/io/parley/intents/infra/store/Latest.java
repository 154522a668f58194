package io.parley.intents.infra.store;

import java.util.List;

/** Tables of which only the latest row per key counts: a row of an older command never replaces that of a newer one. */
enum Latest {
    ACCOUNTS(
            "accounts",
            List.of("owner", "account"),
            List.of(
                    "index",
                    "mode",
                    "cash",
                    "lanes",
                    "last_auction",
                    "liquidation_start",
                    "live_until",
                    "partials",
                    "positions")),
    MARKS("marks", List.of("asset"), List.of("mark")),
    UNDERLYINGS("underlyings", List.of("underlying"), List.of("spot", "confidence", "rate", "perp_mark", "expiries")),
    STABLE_PRICES("stable_prices", List.of("id"), List.of("stable")),
    MARGIN_PARAMETERS("margin_parameters", List.of("id"), List.of("content"));

    private final String table;
    private final List<String> key;
    private final List<String> values;

    Latest(String table, List<String> key, List<String> values) {
        this.table = table;
        this.key = key;
        this.values = values;
    }

    /** Takes all rows as one JSON array. */
    String upsert() {
        var keys = String.join(", ", key);
        var columns = keys + ", " + String.join(", ", values) + ", commands_offset";
        var set = new StringBuilder("commands_offset = excluded.commands_offset");
        values.forEach(v -> set.append(", ").append(v).append(" = excluded.").append(v));
        return """
                insert into views.%s (%s)
                select %s from json_populate_recordset(cast(null as views.%s), cast(cast(:rows as text) as json))
                on conflict (%s) do update set %s where %s.commands_offset < excluded.commands_offset""".formatted(table, columns, columns, table, keys, set, table);
    }
}
