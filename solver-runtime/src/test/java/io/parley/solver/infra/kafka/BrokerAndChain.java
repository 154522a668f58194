package io.parley.solver.infra.kafka;

import io.parley.clearing.MarginParameters;
import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import io.parley.devnet.EmbeddedKafka;
import io.parley.devnet.Topics;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.protocol.wire.Topic;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real broker with the documented topics, and a real chain with Uniswap pools, for one test class. */
public class BrokerAndChain implements QuarkusTestResourceLifecycleManager {

    private Path directory;
    private EmbeddedKafka kafka;
    private Anvil anvil;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("parley-solver");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        kafka = EmbeddedKafka.start(directory.resolve("kafka"));
        Topics.create(
                kafka.bootstrapServers(),
                Arrays.stream(Topic.values())
                        .map(topic -> new io.parley.devnet.Topic(topic.topicName(), topic.partitions(), Map.of()))
                        .toList());
        anvil = Anvil.start(directory.resolve("anvil"));
        var keys = new DevKeys(directory.resolve("keys"));
        var deployment = MarketDeployment.deploy(
                new Chain(URI.create(anvil.rpcUrl())),
                keys,
                MarginParameters.demo().encode());
        deployment.write(directory.resolve("deployment.json"));

        var settings = new HashMap<String, String>();
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("parley.role.solver", "true");
        settings.put("parley.chain.id", Long.toString(deployment.chainId()));
        settings.put("parley.chain.vault", deployment.vault().hex());
        settings.put("parley.chain.routes", deployment.routes().hex());
        settings.put("parley.solvers.amm.settings.adapter", deployment.adapter().hex());
        settings.put("test.directory", directory.toString());
        settings.put("test.rpc", anvil.rpcUrl());
        for (var name : new String[] {"netting", "options", "amm"}) {
            settings.put("parley.solvers." + name + ".factory", name);
            settings.put("parley.solvers." + name + ".accounts", "0,1");
        }
        // The tests' own, one that sleeps over its deadlines, and one that no class path has.
        settings.put("parley.solvers.sleeper.factory", SleeperFactory.class.getName());
        settings.put("parley.solvers.absent.factory", "no-such-solver");
        for (var name : new String[] {"netting", "options", "amm", "sleeper", "absent"}) {
            settings.put("parley.solvers." + name + ".key-file", keys.file(name).toString());
        }
        settings.put("parley.solvers.amm.settings.rpc", anvil.rpcUrl());
        settings.put("parley.solvers.amm.settings.refresh-ms", "50");
        settings.put(
                "parley.solvers.amm.settings.pools",
                deployment.pools().stream().map(p -> p.setting()).collect(Collectors.joining(",")));
        return settings;
    }

    @Override
    public void stop() {
        if (anvil != null) {
            anvil.close();
        }
        if (kafka != null) {
            kafka.close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(BrokerAndChain::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
