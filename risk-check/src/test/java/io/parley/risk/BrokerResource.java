package io.parley.risk;

import io.parley.protocol.Bytes32;
import io.parley.risk.infra.kafka.Broker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A real broker for an application with both roles on. */
public class BrokerResource implements QuarkusTestResourceLifecycleManager {

    static @Nullable Broker broker;

    @Override
    public Map<String, String> start() {
        try {
            Path folder = Files.createTempDirectory("parley-risk");
            Broker started = new Broker(folder.resolve("kafka"));
            broker = started;
            String keys = List.of(0xf1, 0xf2, 0xf3).stream()
                    .map(seed -> key(folder, seed).toString())
                    .collect(Collectors.joining(","));
            return Map.of(
                    "kafka.bootstrap.servers",
                    started.servers(),
                    "parley.role.risk",
                    "true",
                    "parley.role.feeder",
                    "true",
                    "parley.chain.id",
                    Long.toString(Market.DOMAIN.chainId()),
                    "parley.chain.vault",
                    Market.DOMAIN.vault().toString(),
                    "parley.data",
                    folder.resolve("data").toString(),
                    "parley.feeders.key-files",
                    keys,
                    "parley.feeder.interval-ms",
                    "200");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path key(Path folder, int seed) {
        byte[] key = new byte[32];
        key[0] = 1;
        key[31] = (byte) seed;
        try {
            return Files.writeString(
                    folder.resolve("feeder-" + seed), Bytes32.of(key).hex());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
