package io.parley.contracts.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.contracts.Artifacts;
import io.parley.protocol.Keccak256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names a revert and its numbers from the custom errors in the contracts' interfaces. */
public final class Reverts {

    private record CustomError(String name, List<String> names, List<String> types) {}

    private final Map<String, CustomError> bySelector = new HashMap<>();

    public Reverts(String... contracts) {
        for (var contract : contracts) {
            try {
                new ObjectMapper().readTree(Artifacts.abi(contract)).forEach(this::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void add(JsonNode entry) {
        if (!entry.path("type").asText().equals("error")) {
            return;
        }
        var names = new ArrayList<String>();
        var types = new ArrayList<String>();
        entry.path("inputs").forEach(i -> {
            names.add(i.path("name").asText());
            types.add(i.path("type").asText());
        });
        var name = entry.path("name").asText();
        var signature = name + "(" + String.join(",", types) + ")";
        var selector = Keccak256.hash(signature.getBytes(StandardCharsets.US_ASCII))
                .hex()
                .substring(0, 10);
        bySelector.put(selector, new CustomError(name, List.copyOf(names), List.copyOf(types)));
    }

    /** @param data the revert data as 0x-hex; what is unknown comes back as the hex itself */
    public String describe(String data) {
        if (data.length() < 10) {
            return "reverted without data";
        }
        var error = bySelector.get(data.substring(0, 10));
        if (error == null) {
            return "reverted with " + (data.length() > 138 ? data.substring(0, 138) + "…" : data);
        }
        var parts = new ArrayList<String>();
        for (int i = 0; i < error.types().size(); i++) {
            int from = 10 + 64 * i;
            if (data.length() < from + 64) {
                break;
            }
            parts.add(error.names().get(i) + "=" + value(error.types().get(i), data.substring(from, from + 64)));
        }
        return error.name() + "(" + String.join(", ", parts) + ")";
    }

    private static String value(String type, String word) {
        if (type.startsWith("int")) {
            var value = new BigInteger(word, 16);
            return (value.testBit(255) ? value.subtract(BigInteger.ONE.shiftLeft(256)) : value).toString();
        }
        if (type.startsWith("uint")) {
            return new BigInteger(word, 16).toString();
        }
        return type.equals("address") ? "0x" + word.substring(24) : "0x" + word;
    }
}
