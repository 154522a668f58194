package io.parley.contracts.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** JSON-RPC 2.0 over HTTP/1.1 with the JDK's client (which sets TCP_NODELAY, as others do not). Thread-safe. */
public final class JsonRpc {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI uri;
    private final Duration timeout;
    private final HttpClient http;
    private final AtomicLong ids = new AtomicLong();

    public JsonRpc(URI uri, Duration timeout) {
        this.uri = uri;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * @param params anything that Jackson writes as the method expects it
     * @return the result, a JSON null node where the node answered null
     * @throws RpcException if the node answers with an error or does not answer in time
     */
    public JsonNode call(String method, Object... params) {
        var body = JSON.createObjectNode();
        body.put("jsonrpc", "2.0").put("id", ids.incrementAndGet()).put("method", method);
        body.set("params", JSON.valueToTree(params));
        var request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        JsonNode answer;
        try {
            answer = JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new RpcException(method, uri.getHost() + ":" + uri.getPort(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(method, uri.getHost() + ":" + uri.getPort(), e);
        }
        if (answer.hasNonNull("error")) {
            var error = answer.get("error");
            var data = error.path("data");
            // Some nodes nest the revert data one level deeper.
            var hex = data.isTextual() ? data.asText() : data.path("data").asText("");
            throw new RpcException(
                    method, error.path("code").asInt(), error.path("message").asText(), hex);
        }
        return answer.path("result");
    }
}
