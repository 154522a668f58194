package io.parley.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Listings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.TreeMap;

/** The door over HTTP, as a wallet sees it. Thread-safe. */
final class DoorClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI api;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    DoorClient(URI api) {
        this.api = api;
    }

    /** What may be traded now, and at which marks. */
    record Market(Listings listings, TreeMap<AssetId, Long> marks) {}

    Market market() throws IOException, InterruptedException {
        var listings = Listings.NONE;
        var marks = new TreeMap<AssetId, Long>();
        for (var asset : get("/v1/markets").body()) {
            var id =
                    new AssetId(Long.parseUnsignedLong(asset.path("id").asText().substring(2), 16));
            listings = listings.with(id, asset.path("asset").asText());
            if (asset.hasNonNull("mark")) {
                marks.put(id, asset.path("mark").asLong());
            }
        }
        return new Market(listings, marks);
    }

    boolean hasAccount(Address owner) throws IOException, InterruptedException {
        return get("/v1/accounts/%s/0".formatted(owner.hex())).status() == 200;
    }

    /** An answer of the door. */
    record Answer(int status, JsonNode body) {

        /** {@return the code of a refusal, the HTTP status where there is none} */
        int code() {
            return body.path("code").asInt(status);
        }
    }

    Answer post(byte[] intent) throws IOException, InterruptedException {
        return send(request("/v1/intents")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(intent)));
    }

    private Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(api.resolve(path)).timeout(Duration.ofSeconds(30));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        var body = response.body();
        return new Answer(response.statusCode(), body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
