package io.parley.intents.infra.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.protocol.AssetId;
import io.parley.protocol.Listings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every naughty string in every string of every body: it is read or refused, and the refusal can be written as JSON. */
class NaughtyTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Listings LISTINGS = Listings.of(Map.of(AssetId.cash(), "USD", AssetId.spot(1), "ETH"));

    private static final String ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private static final String SIGNATURE = "0x" + "11".repeat(64) + "1b";

    static Stream<Arguments> bodies() {
        var intent = """
                {"owner":"%s","account":"0","legs":[{"asset":"ETH","quantity":"1"}],"cash":"-1","maxFee":"0","parts":"1",
                "minParts":"1","validFrom":"0","validUntil":"1","nonce":"0","verifiedOnly":false,"conditions":{"watch":"",
                "when":"","price":"0","trail":"0","every":"0","reduceOnly":false,"onlyImprove":false},"signature":"%s"}""".formatted(ADDRESS, SIGNATURE);
        var withdraw = """
                {"owner":"%s","account":"0","asset":"USD","amount":"1","to":"%s","validUntil":"1","nonce":"0",
                "signature":"%s"}""".formatted(ADDRESS, ADDRESS, SIGNATURE);
        var cancel = """
                {"owner":"%s","account":"0","kind":"0","nonce":"0","validUntil":"1","signature":"%s"}""".formatted(ADDRESS, SIGNATURE);
        return Stream.of(
                Arguments.of("intent", intent, (Consumer<JsonBody>) body -> SignedJson.intent(body, LISTINGS), 17),
                Arguments.of(
                        "withdraw", withdraw, (Consumer<JsonBody>) body -> SignedJson.withdrawal(body, LISTINGS), 8),
                Arguments.of("cancel", cancel, (Consumer<JsonBody>) SignedJson::cancel, 6));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void naughtyString_isReadOrRefused_inEveryStringField(
            String name, String body, Consumer<JsonBody> reader, int fields) throws IOException {
        reader.accept(JsonBody.read(body.getBytes(StandardCharsets.UTF_8), 65_536));
        var paths = new ArrayList<List<Object>>();
        strings(JSON.readTree(body), List.of(), paths);
        assertThat(paths).hasSize(fields);
        JsonNode naughty;
        try (var in = NaughtyTest.class.getResourceAsStream("/corpora/blns/blns.json")) {
            naughty = JSON.readTree(Objects.requireNonNull(in));
        }
        int refused = 0;
        for (var text : naughty) {
            for (var path : paths) {
                var changed = JSON.readTree(body);
                put(changed, path, text.textValue());
                var thrown = catchThrowable(() ->
                        reader.accept(JsonBody.read(changed.toString().getBytes(StandardCharsets.UTF_8), 65_536)));
                if (thrown != null) {
                    assertThat(thrown).as("%s = %s", path, text).isInstanceOf(Refused.class);
                    var answer = Answers.Refusal.of(((Refused) thrown).refusal());
                    var written = JSON.writeValueAsBytes(answer);
                    assertThat(JSON.readTree(written).get("message").textValue())
                            .endsWith("no funds moved")
                            .hasSizeLessThan(1000);
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(515 * fields - 515);
    }

    private static void strings(JsonNode node, List<Object> path, List<List<Object>> found) {
        switch (node) {
            case ObjectNode object ->
                object.properties().forEach(e -> strings(e.getValue(), with(path, e.getKey()), found));
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    strings(array.get(i), with(path, i), found);
                }
            }
            default -> {
                if (node.isTextual()) {
                    found.add(path);
                }
            }
        }
    }

    private static List<Object> with(List<Object> path, Object step) {
        var longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }

    private static void put(JsonNode root, List<Object> path, String text) {
        var node = root;
        for (var step : path.subList(0, path.size() - 1)) {
            node = step instanceof Integer i ? node.get(i) : node.get((String) step);
        }
        ((ObjectNode) node).put((String) path.getLast(), text);
    }
}
