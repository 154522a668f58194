package io.parley.node.cli;

import io.parley.node.Layout;
import io.parley.node.Network;
import io.parley.node.Running;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops what runs on this data folder. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops a running Parley; with --reset also forgets its state, keys and chain.")
final class Down implements Callable<Integer> {

    @Option(names = "--reset", description = "Forget everything.")
    private boolean reset;

    @Override
    public Integer call() throws Exception {
        var layout = Layout.here();
        var running = Running.read(layout.running());
        if (running.isPresent()) {
            var process = running.get().process().orElseThrow();
            process.destroy();
            try {
                process.onExit().get(40, TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                // Its children end with it, however it ends.
                process.destroyForcibly();
                process.onExit().get(10, TimeUnit.SECONDS);
            }
            System.out.printf("Stopped process %d.%n", running.get().pid());
        } else {
            System.out.println("Nothing was running.");
        }
        if (reset) {
            Network.reset(layout);
            System.out.println("State, keys and chain are forgotten.");
        }
        return Parley.DONE;
    }
}
