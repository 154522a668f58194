package io.parley.solvers.amm;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * The few JSON-RPC calls of an Ethereum node that a swap needs, over the JDK's client. Every result asked for is a hex
 * string (or a receipt's status), so no JSON library is put on the class path of those who copy this solver.
 */
final class Node {

    private static final Pattern RESULT = Pattern.compile("\"result\"\\s*:\\s*\"(0x[0-9a-fA-F]*)\"");
    private static final Pattern STATUS = Pattern.compile("\"status\"\\s*:\\s*\"0x([01])\"");
    private static final Pattern ERROR = Pattern.compile("\"error\"\\s*:\\s*\\{.*?\"message\"\\s*:\\s*\"([^\"]*)\"");

    /** The node answered with an error, or did not answer: {@link #answered} tells the two apart. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean answered;

        Failure(String message, boolean answered) {
            super(message);
            this.answered = answered;
        }

        /** False means that nothing is known: a transaction that was being sent may well be mined. */
        boolean answered() {
            return answered;
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

    BigInteger chainId() throws Failure, InterruptedException {
        return number(result("eth_chainId", ""));
    }

    BigInteger gasPrice() throws Failure, InterruptedException {
        return number(result("eth_gasPrice", ""));
    }

    /** The next nonce by what is mined; what only waits may be dropped and is not counted. */
    BigInteger nonce(String account) throws Failure, InterruptedException {
        return number(result("eth_getTransactionCount", "\"%s\",\"latest\"".formatted(account)));
    }

    /** Hands over a signed transaction. That the node has it already is success. */
    void send(String raw) throws Failure, InterruptedException {
        try {
            result("eth_sendRawTransaction", "\"" + raw + "\"");
        } catch (Failure e) {
            if (!String.valueOf(e.getMessage()).contains("already")) {
                throw e;
            }
        }
    }

    /** True once the transaction is mined and did what it should, false once it is mined and reverted, empty until then. */
    Optional<Boolean> succeeded(String transaction) throws Failure, InterruptedException {
        var status = STATUS.matcher(post("eth_getTransactionReceipt", "\"" + transaction + "\""));
        return status.find() ? Optional.of(status.group(1).equals("1")) : Optional.empty();
    }

    private static BigInteger number(String hex) {
        return hex.length() == 2 ? BigInteger.ZERO : new BigInteger(hex.substring(2), 16);
    }

    private String result(String method, String params) throws Failure, InterruptedException {
        var answer = post(method, params);
        var result = RESULT.matcher(answer);
        if (!result.find()) {
            throw new Failure(method + ": the node answered without a result", true);
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
            throw new Failure("%s: no answer from %s:%d: %s".formatted(method, uri.getHost(), uri.getPort(), e), false);
        }
        var error = ERROR.matcher(answer);
        if (error.find()) {
            throw new Failure(method + ": " + error.group(1), true);
        }
        return answer;
    }
}
