package io.parley.solvers.amm;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Reads views of contracts from an Ethereum node, over the JDK's client. Every result is a hex string, so no JSON library is put on the
 * class path of those who copy this solver.
 */
final class Node {

    private static final Pattern RESULT = Pattern.compile("\"result\"\\s*:\\s*\"(0x[0-9a-fA-F]*)\"");
    private static final Pattern ERROR = Pattern.compile("\"error\"\\s*:\\s*\\{.*?\"message\"\\s*:\\s*\"([^\"]*)\"");

    /** The node answered with an error, or did not answer. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }

    private final URI uri;
    private final Duration timeout;
    private final HttpClient http;
    private final AtomicLong ids = new AtomicLong();

    Node(URI uri, Duration timeout) {
        this.uri = uri;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** The words that a view function of a contract returns. */
    BigInteger[] call(String contract, String data) throws Failure, InterruptedException {
        var hex = result("eth_call", "{\"to\":\"%s\",\"data\":\"%s\"},\"latest\"".formatted(contract, data))
                .substring(2);
        var words = new BigInteger[hex.length() / 64];
        for (int i = 0; i < words.length; i++) {
            words[i] = new BigInteger(hex.substring(64 * i, 64 * i + 64), 16);
        }
        return words;
    }

    private String result(String method, String params) throws Failure, InterruptedException {
        var answer = post(method, params);
        var result = RESULT.matcher(answer);
        if (!result.find()) {
            throw new Failure(method + ": the node answered without a result");
        }
        return result.group(1);
    }

    private String post(String method, String params) throws Failure, InterruptedException {
        var body = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":[%s]}"
                .formatted(ids.incrementAndGet(), method, params);
        var request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        String answer;
        try {
            answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new Failure("%s: no answer from %s:%d: %s".formatted(method, uri.getHost(), uri.getPort(), e));
        }
        var error = ERROR.matcher(answer);
        if (error.find()) {
            throw new Failure(method + ": " + error.group(1));
        }
        return answer;
    }
}
