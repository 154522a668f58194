package io.parley.devnet.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * One Kafka node, broker and controller in one. Prints {@code READY <host>:<port>} once it serves; SIGTERM
 * stops it in order. That it does not outlive its parent is the parent's watchdog's business.
 *
 * <p>Arguments: data directory, port (0 for a free one).
 */
public final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] args) throws Exception {
        var directory = Path.of(args[0]).toAbsolutePath();
        var named = Integer.parseInt(args[1]);
        int port;
        int controllerPort;
        // Both are held until both are known, so that they differ.
        try (var first = new ServerSocket(named, 1, InetAddress.getLoopbackAddress());
                var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = first.getLocalPort();
            controllerPort = second.getLocalPort();
        }
        Files.createDirectories(directory);
        var properties = properties(directory.resolve("log"), port, controllerPort);
        format(directory, properties);

        var server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        server.startup();
        System.out.println("READY 127.0.0.1:" + port);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "shutdown"));
        server.awaitShutdown();
    }

    private static Properties properties(Path logs, int port, int controllerPort) {
        var p = new Properties();
        p.put("process.roles", "broker,controller");
        p.put("node.id", "1");
        p.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("controller.listener.names", "CONTROLLER");
        p.put("inter.broker.listener.name", "PLAINTEXT");
        p.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.put("log.dirs", logs.toString());
        // The log is the ledger: nothing ages out of it, and a topic exists only because someone declared it.
        p.put("log.retention.ms", "-1");
        p.put("auto.create.topics.enable", "false");
        // A batch with its witnesses is one record.
        p.put("message.max.bytes", "33554432");
        p.put("replica.fetch.max.bytes", "33554432");
        p.put("min.insync.replicas", "1");
        p.put("offsets.topic.replication.factor", "1");
        p.put("offsets.topic.num.partitions", "4");
        p.put("transaction.state.log.replication.factor", "1");
        p.put("transaction.state.log.min.isr", "1");
        p.put("transaction.state.log.num.partitions", "4");
        p.put("share.coordinator.state.topic.replication.factor", "1");
        p.put("share.coordinator.state.topic.min.isr", "1");
        p.put("share.coordinator.state.topic.num.partitions", "1");
        p.put("group.initial.rebalance.delay.ms", "0");
        // A hung transaction blocks read_committed readers until it is aborted: look often.
        p.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        p.put("log.cleaner.dedupe.buffer.size", "2097152");
        p.put("log.cleaner.threads", "1");
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "4");
        return p;
    }

    private static void format(Path directory, Properties properties) throws IOException {
        if (Files.exists(directory.resolve("log/meta.properties"))) {
            return;
        }
        var file = directory.resolve("server.properties");
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        var code = StorageTool.execute(
                new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()},
                new PrintStream(System.err));
        if (code != 0) {
            throw new IllegalStateException(
                    "Kafka's storage tool could not format (%s): exit code %d".formatted(directory, code));
        }
    }
}
