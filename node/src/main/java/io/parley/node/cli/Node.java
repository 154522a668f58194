package io.parley.node.cli;

import io.parley.node.NodeApplication;
import io.parley.node.NodeSettings;
import io.parley.node.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Some roles against services that the settings name. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = {
            "Runs some roles against an external broker, database and chain.",
            "Settings come from --settings, from the environment (PARLEY_CHAIN_RPC for parley.chain.rpc), or from -D."
        })
final class Node implements Callable<Integer> {

    private static final long GOODBYE_MILLIS = 4_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--roles",
            split = ",",
            required = true,
            description = "Of api, auction, solver, risk, feeder, relayer, watcher.")
    private List<String> roles = List.of();

    @Option(names = "--settings", description = "A properties file; keys are named in it by file, never written in it.")
    private @Nullable Path settings;

    @Option(
            names = "--with-parent",
            description = "Stop when standard input ends: the process that started this one is gone.")
    private boolean withParent;

    @Override
    public Integer call() throws IOException {
        var node = settings();
        if (settings != null) {
            var properties = new Properties();
            try (var in = Files.newBufferedReader(settings)) {
                properties.load(in);
            }
            properties.stringPropertyNames().forEach(name -> node.set(name, properties.getProperty(name)));
        }
        node.apply();
        if (withParent) {
            Thread.ofPlatform().daemon().name("parent-watch").start(Node::stopWithParent);
        }
        return NodeApplication.run(() -> {
            System.out.println("READY " + String.join(",", roles));
            System.out.flush();
            return NodeApplication.untilStopped();
        });
    }

    private NodeSettings settings() {
        try {
            return NodeSettings.of(Role.parse(roles));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    java.util.Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private static void stopWithParent() {
        try {
            while (System.in.read() >= 0) {
                // What the parent writes means nothing; that it can is all.
            }
        } catch (IOException e) {
            // The same as the end.
        }
        // The parent is gone, and with it whoever would wait for a long goodbye.
        Thread.ofPlatform().daemon().name("parent-is-gone").start(() -> {
            try {
                Thread.sleep(GOODBYE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(Parley.DONE);
        });
        System.exit(Parley.DONE);
    }
}
