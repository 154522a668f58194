package io.parley.node.cli;

import io.parley.node.Layout;
import io.parley.node.Running;
import io.parley.node.demo.Door;
import io.parley.protocol.Secp256k1;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What a person who asks for help would be asked for. */
@Command(name = "doctor", mixinStandardHelpOptions = true, description = "Checks this machine and what runs on it.")
final class Doctor implements Callable<Integer> {

    @Override
    public Integer call() {
        var layout = Layout.here();
        line("java", "%s at %s", Runtime.version(), System.getProperty("java.home"));
        line("signatures", "%s", Secp256k1.best().getClass().getSimpleName());
        line("data", "%s, %d MiB free", layout.data(), layout.home().toFile().getUsableSpace() >> 20);
        line("log", "%s%s", layout.log(), Files.exists(layout.log()) ? "" : " (none yet)");
        var running = Running.read(layout.running());
        if (running.isEmpty()) {
            line("node", "none runs here");
            return Parley.DONE;
        }
        line(
                "node",
                "process %d since %s at %s",
                running.get().pid(),
                running.get().started(),
                running.get().api());
        var health = new Door(running.get().api()).get("/q/health");
        line("health", "%s", health.body().path("status").asText("no answer"));
        for (var check : health.body().path("checks")) {
            line(
                    "",
                    "%-4s %s",
                    check.path("status").asText(),
                    check.path("name").asText());
        }
        return health.accepted() ? Parley.DONE : Parley.OUTCOME;
    }

    private static void line(String name, String text, Object... arguments) {
        System.out.printf("  %-11s %s%n", name, text.formatted(arguments));
    }
}
