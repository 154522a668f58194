package io.parley.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.protocol.Fixed8;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/** An event in the life of an intent as one line. */
public final class Story {

    private static final Set<String> AMOUNTS = Set.of(
            "cash",
            "fee",
            "score",
            "cap",
            "pays",
            "initialBefore",
            "initialAfter",
            "maintenanceBefore",
            "maintenanceAfter",
            "value");
    private static final Map<String, String> SHORT = Map.of(
            "initialBefore", "margin before",
            "initialAfter", "after",
            "commandsOffset", "command",
            "sequence", "batch");

    private Story() {}

    public static String line(JsonNode event) {
        return "%-16s %s".formatted(event.path("kind").asText(), details(event));
    }

    /** The event's data: amounts in dollars, hashes shortened where they are not what one looks for. */
    public static String details(JsonNode event) {
        var parts = new ArrayList<String>();
        event.path("data").properties().forEach(field -> {
            var text = value(field.getKey(), field.getValue());
            if (!text.isEmpty()) {
                parts.add(SHORT.getOrDefault(field.getKey(), field.getKey()) + " " + text);
            }
        });
        return String.join(", ", parts);
    }

    private static String value(String name, JsonNode value) {
        if (value.isNull() || value.isContainerNode()) {
            return "";
        }
        var text = value.asText();
        if (AMOUNTS.contains(name)) {
            return dollars(Long.parseLong(text));
        }
        return text.startsWith("0x") && text.length() == 66 && !name.equals("tx") ? text.substring(0, 10) + "…" : text;
    }

    /** An amount of cash to the cent, rounded down: 3,012.44. */
    public static String dollars(long units) {
        return "%,.2f".formatted(Math.floorDiv(units, Fixed8.ONE / 100) / 100.0);
    }
}
