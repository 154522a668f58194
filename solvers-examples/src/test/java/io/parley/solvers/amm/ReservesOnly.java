package io.parley.solvers.amm;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A node that knows the reserves of some pairs and nothing else: enough to quote from. Lay-offs are tested against a real chain in
 * solver-runtime, which may have one on its class path.
 */
final class ReservesOnly implements AutoCloseable {

    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private volatile @Nullable CountDownLatch silence;

    ReservesOnly() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            var request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                    .toLowerCase(Locale.ROOT);
            var silent = silence;
            if (silent != null) {
                try {
                    silent.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            var answer = answers.entrySet().stream()
                    .filter(e -> request.contains(e.getKey()) && request.contains("0x0902f1ac"))
                    .map(e -> "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"%s\"}".formatted(e.getValue()))
                    .findFirst()
                    .orElse("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"unknown\"}}");
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void reserves(String pair, BigInteger first, BigInteger second) {
        answers.put(pair, "0x%064x%064x%064x".formatted(first, second, 1));
    }

    /** From now on it takes requests and does not answer. */
    void fallSilent() {
        silence = new CountDownLatch(1);
    }

    @Override
    public void close() {
        var silent = silence;
        if (silent != null) {
            silent.countDown();
        }
        server.stop(0);
    }
}
