package io.parley.bench;

import io.parley.bench.load.Load;
import io.parley.bench.micro.Micro;
import io.parley.bench.wdp.Wdp;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Measures what Parley does, part by part, and prints plain tables. */
public final class Bench {

    private static final List<String> PARTS =
            List.of("signatures", "decode", "clearing", "margin", "selection", "gas", "load");

    /** There is no log here: no word about that. */
    public static final String QUIET = "slf4j.internal.verbosity";

    private Bench() {}

    public static void main(String... args) throws Exception {
        if (args.length > 0 && args[0].equals("wdp")) {
            System.setProperty(QUIET, "ERROR");
            Locale.setDefault(Locale.ROOT);
            machine();
            System.exit(Wdp.run(List.of(args).subList(1, args.length)));
        }
        var wanted = new TreeSet<String>(List.of(args));
        for (var part : wanted) {
            if (!PARTS.contains(part)) {
                System.err.printf("There is no part (%s). The parts are %s.%n", part, String.join(", ", PARTS));
                System.exit(2);
            }
        }
        System.setProperty(QUIET, "ERROR");
        Locale.setDefault(Locale.ROOT);
        var parts = wanted.isEmpty() ? Set.copyOf(PARTS) : wanted;
        var home = Path.of(System.getProperty("parley.home", ".")).toAbsolutePath();
        machine();
        var micro = new Micro(System.out);
        for (var part : PARTS) {
            if (parts.contains(part)) {
                switch (part) {
                    case "signatures" -> micro.signatures();
                    case "decode" -> micro.decode();
                    case "clearing" -> micro.clearing();
                    case "margin" -> micro.margin();
                    case "selection" -> micro.selection();
                    case "gas" -> Gas.print(System.out, home);
                    default -> new Load(System.out).run(home);
                }
            }
        }
    }

    private static void machine() {
        var system = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        System.out.printf(
                "%s %s, %d processors, %s %s%n%n",
                system.getName(),
                system.getArch(),
                system.getAvailableProcessors(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.vm.version"));
    }
}
