package io.parley.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import java.util.Arrays;

/** An event in the life of an intent as one line. */
public final class Story {

    private Story() {}

    public static String line(JsonNode event) {
        return "%-16s %s".formatted(event.path("kind").asText(), details(event));
    }

    /** The event's data, as one would say it: amounts in dollars, hashes shortened where nobody looks them up. */
    public static String details(JsonNode event) {
        var data = event.path("data");
        return switch (event.path("kind").asText()) {
            case "in-auction" -> "auction %s, %s left".formatted(text(data, "auction"), parts(data, "partsLeft"));
            case "bids" ->
                "auction %s, revealed for this intent: %s".formatted(text(data, "auction"), text(data, "bids"));
            case "screened" -> "%s passed, %s refused".formatted(text(data, "passed"), text(data, "refused"));
            case "awarded" ->
                "to %s for %s, %s, fee %s, score %s"
                        .formatted(
                                shortened(text(data, "solver")),
                                dollars(data, "cash"),
                                parts(data, "parts"),
                                dollars(data, "fee"),
                                dollars(data, "score"));
            case "unfilled", "refused" -> reason(data);
            case "cleared" ->
                "%s for %s; initial margin %s before, %s after; maintenance %s, %s; command %s"
                        .formatted(
                                dollars(data, "cash"),
                                parts(data, "parts"),
                                dollars(data, "initialMarginBefore"),
                                dollars(data, "initialMarginAfter"),
                                dollars(data, "maintenanceMarginBefore"),
                                dollars(data, "maintenanceMarginAfter"),
                                text(data, "commandsOffset"));
            case "filled", "partially-filled" -> "%s of %s".formatted(text(data, "partsDone"), parts(data, "parts"));
            case "batched" -> "batch %s, root %s".formatted(text(data, "batch"), shortened(text(data, "root")));
            case "submitted" -> "transaction %s".formatted(text(data, "tx"));
            case "posted", "verified", "final" ->
                "batch %s in block %s, gas %,d"
                        .formatted(
                                text(data, "batch"),
                                text(data, "block"),
                                data.path("gasUsed").asLong());
            case "failed", "retrying" -> reason(data);
            default -> data.isEmpty() ? "" : data.toString();
        };
    }

    private static String reason(JsonNode data) {
        int code = data.path("code").asInt();
        var name = Arrays.stream(Reason.values())
                .filter(reason -> reason.code() == code)
                .map(Reason::name)
                .findFirst()
                .orElse("");
        return "%d %s: %s; no funds moved".formatted(code, name, text(data, "detail"));
    }

    private static String text(JsonNode data, String field) {
        return data.path(field).asText("?");
    }

    private static String parts(JsonNode data, String field) {
        var count = text(data, field);
        return count.equals("1") ? "1 part" : count + " parts";
    }

    private static String dollars(JsonNode data, String field) {
        return data.hasNonNull(field) ? dollars(Long.parseLong(data.path(field).asText())) : "?";
    }

    private static String shortened(String hex) {
        return hex.length() <= 14 ? hex : hex.substring(0, 8) + "…" + hex.substring(hex.length() - 4);
    }

    /** An amount of cash to the cent, rounded down: 3,012.44. */
    public static String dollars(long units) {
        return "%,.2f".formatted(Math.floorDiv(units, Fixed8.ONE / 100) / 100.0);
    }
}
