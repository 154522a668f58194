package io.parley.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Domain;
import io.parley.protocol.Intent;
import io.parley.protocol.Listings;
import io.parley.protocol.Signature;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The door over HTTP, as a wallet or the command line sees it. Thread-safe. */
public final class Door {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI api;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    public Door(URI api) {
        this.api = api;
    }

    /** An answer of the door: what was asked for, or a refusal with its code and reason. */
    public record Answer(int status, JsonNode body) {

        public boolean accepted() {
            return status / 100 == 2;
        }
    }

    /** Posts a signed intent. The names of its assets are those of the listings. */
    public Answer post(Intent intent, Listings listings, Signature signature) {
        var body = JSON.createObjectNode();
        body.put("owner", intent.owner().hex());
        body.put("account", intent.account());
        var legs = body.putArray("legs");
        for (var leg : intent.legs()) {
            legs.addObject()
                    .put("asset", listings.nameOf(leg.asset()).orElseThrow())
                    .put("quantity", Long.toString(leg.quantity()));
        }
        body.put("cash", Long.toString(intent.cash()));
        body.put("maxFee", Long.toString(intent.maxFee()));
        body.put("parts", intent.parts());
        body.put("minParts", intent.minParts());
        body.put("validFrom", Long.toString(intent.validFrom()));
        body.put("validUntil", Long.toString(intent.validUntil()));
        body.put("nonce", Long.toUnsignedString(intent.nonce()));
        body.put("verifiedOnly", intent.verifiedOnly());
        body.put("signature", signature.hex());
        return send("POST", "/v1/intents", body);
    }

    public Answer intent(String id) {
        return send("GET", "/v1/intents/" + id, null);
    }

    public Answer account(Address owner, long account) {
        return send("GET", "/v1/accounts/%s/%d".formatted(owner.hex(), account), null);
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    /** @return what was rebuilt, as the door tells it */
    public String rebuildViews() {
        var answer = send("POST", "/admin/views/rebuild", JSON.createObjectNode());
        if (!answer.accepted()) {
            throw new IllegalStateException("The views were not rebuilt: " + answer.body());
        }
        return answer.body().toString();
    }

    /** What a wallet puts into the domain of what it signs. */
    public Domain domain() {
        var domain = expect("/v1/domain").path("domain");
        return new Domain(
                domain.path("chainId").asLong(),
                Address.parse(domain.path("verifyingContract").asText()));
    }

    /** What is listed, with its latest mark in units of 1e-8; what has no mark yet is missing. */
    public Map<String, Long> marks() {
        var marks = new TreeMap<String, Long>();
        for (var asset : expect("/v1/markets")) {
            if (asset.hasNonNull("mark")) {
                marks.put(asset.path("asset").asText(), asset.path("mark").asLong());
            }
        }
        return marks;
    }

    /** What is listed, in the order of listing. */
    public Listings listings() {
        var listings = Listings.NONE;
        for (var asset : expect("/v1/markets")) {
            listings = listings.with(
                    new AssetId(Long.parseUnsignedLong(asset.path("id").asText().substring(2), 16)),
                    asset.path("asset").asText());
        }
        return listings;
    }

    /** @return the body, where nothing but success is expected */
    public JsonNode expect(String path) {
        var answer = get(path);
        if (!answer.accepted()) {
            throw new IllegalStateException("%s answered %d: %s".formatted(path, answer.status(), answer.body()));
        }
        return answer.body();
    }

    private Answer send(String method, String path, @org.jspecify.annotations.Nullable ObjectNode body) {
        var request = HttpRequest.newBuilder(api.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("content-type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            var text = response.body();
            return new Answer(response.statusCode(), text.isBlank() ? JSON.createObjectNode() : JSON.readTree(text));
        } catch (IOException e) {
            throw new IllegalStateException("%s does not answer: %s".formatted(api, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
