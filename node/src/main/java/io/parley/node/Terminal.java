package io.parley.node;

import java.io.PrintStream;
import java.util.Locale;

/** What a person reads while Parley runs: one line per stage. Thread-safe; a line is never torn. */
public final class Terminal {

    private final PrintStream out;
    private final long started = System.nanoTime();

    public Terminal(PrintStream out) {
        this.out = out;
    }

    /** A stage of the start: {@code   broker       127.0.0.1:40123, ready in 1.6 s}. */
    public void stage(String name, String text, Object... arguments) {
        line("  %-12s %s", name, text.formatted(arguments));
    }

    /** A step in the life of an intent, with the seconds since the start. */
    public void step(String name, String text, Object... arguments) {
        line("    %8.3f s  %-11s %s", (System.nanoTime() - started) / 1e9, name, text.formatted(arguments));
    }

    public void line(String text, Object... arguments) {
        var line = String.format(Locale.ROOT, text, arguments);
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }
}
