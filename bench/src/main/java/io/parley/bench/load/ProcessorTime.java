package io.parley.bench.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Who uses the processors: the node, broker with database and chain, this process, and the machine as a whole. */
final class ProcessorTime {

    private final ProcessHandle node;
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private Map<ProcessHandle, Duration> before = Map.of();
    private long since;

    ProcessorTime(ProcessHandle node) {
        this.node = node;
    }

    void start() {
        before = now();
        since = System.nanoTime();
        // It tells the load since it was last asked.
        system.getCpuLoad();
    }

    Round.Cores stop() {
        double seconds = (System.nanoTime() - since) / 1e9;
        double byNode = 0;
        double byServices = 0;
        double byMe = 0;
        for (var entry : now().entrySet()) {
            var used = entry.getValue().minus(before.getOrDefault(entry.getKey(), Duration.ZERO));
            double cores = used.toNanos() / 1e9 / seconds;
            if (entry.getKey().equals(node)) {
                byNode += cores;
            } else if (entry.getKey().equals(ProcessHandle.current())) {
                byMe += cores;
            } else {
                byServices += cores;
            }
        }
        double machine = Math.max(0, system.getCpuLoad()) * system.getAvailableProcessors();
        return new Round.Cores(byNode, byServices, byMe, machine);
    }

    private static Map<ProcessHandle, Duration> now() {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(ProcessHandle.current()),
                        ProcessHandle.current().descendants())
                .collect(Collectors.toMap(
                        process -> process,
                        process -> process.info().totalCpuDuration().orElse(Duration.ZERO)));
    }
}
