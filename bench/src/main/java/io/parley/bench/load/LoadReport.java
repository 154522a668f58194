package io.parley.bench.load;

import io.parley.bench.Table;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The tables of a load run, and which stage holds the rest up. */
final class LoadReport {

    private LoadReport() {}

    static void print(PrintStream out, List<Round> rounds) {
        out.println("From when an intent was due, in milliseconds");
        var latencies = new Table(
                "offered/s",
                "accepted",
                "cleared",
                "cleared/s",
                "p50",
                "p99",
                "p50 less window",
                "p99 less window",
                "final",
                "p50 to final",
                "p99 to final");
        for (var round : rounds) {
            latencies.row(
                    round.rate(),
                    round.passed(Point.ACKNOWLEDGED),
                    round.passedInTime(Point.CLEARED),
                    "%.1f".formatted(round.perSecond(Point.CLEARED)),
                    text(round.percentile(50, Point.CLEARED)),
                    text(round.percentile(99, Point.CLEARED)),
                    text(round.percentile(50, Point.CLEARED, life -> life.untilWithoutWindow(Point.CLEARED))),
                    text(round.percentile(99, Point.CLEARED, life -> life.untilWithoutWindow(Point.CLEARED))),
                    round.passed(Point.FINAL),
                    text(round.percentile(50, Point.FINAL)),
                    text(round.percentile(99, Point.FINAL)));
        }
        latencies.print(out);

        out.println("Median time in each stage, in milliseconds");
        var heads = new ArrayList<String>(List.of("stage"));
        rounds.forEach(round -> heads.add(round.rate() + "/s"));
        heads.add("until");
        var stages = new Table(heads.toArray(String[]::new));
        for (var point : Point.values()) {
            if (point != Point.DUE) {
                var row = new ArrayList<Object>(List.of(point.stage()));
                rounds.forEach(round -> row.add(text(median(round, point))));
                row.add(point.event());
                stages.row(row.toArray());
            }
        }
        stages.print(out);

        out.println("Processor time, in cores");
        var cores = new Table("offered/s", "node", "broker, database, chain", "load generator", "other work");
        for (var round : rounds) {
            cores.row(
                    round.rate(),
                    "%.2f".formatted(round.cores().node()),
                    "%.2f".formatted(round.cores().services()),
                    "%.2f".formatted(round.cores().generator()),
                    "%.2f".formatted(round.cores().others()));
        }
        cores.print(out);
        out.println("  " + verdict(rounds));
    }

    /** How much it takes, and what holds it up. */
    static String verdict(List<Round> rounds) {
        var last = rounds.getLast();
        var first = rounds.getFirst();
        if (!last.saturated()) {
            return "It kept pace up to %d/s, the highest rate offered. %s.".formatted(last.rate(), grown(first, last));
        }
        var kept = rounds.stream()
                .filter(round -> !round.saturated())
                .mapToInt(Round::rate)
                .max();
        return "It %s; at %d/s it cleared %.0f/s. %s%s."
                .formatted(
                        kept.isPresent() ? "kept pace up to %d/s".formatted(kept.getAsInt()) : "never kept pace",
                        last.rate(),
                        last.perSecond(Point.CLEARED),
                        grown(first, last),
                        last.firstShort()
                                .map(point ->
                                        "; the first that let less than nine in ten pass in time is " + point.stage())
                                .orElse(""));
    }

    private static String grown(Round first, Round last) {
        var point = last.grownMost(first);
        return first == last
                ? "The longest stage is %s (median %s ms)".formatted(point.stage(), text(median(last, point)))
                : "The stage that grew most is %s (median %s to %s ms)"
                        .formatted(point.stage(), text(median(first, point)), text(median(last, point)));
    }

    private static OptionalLong median(Round round, Point point) {
        var median = round.stages().get(point);
        return median == null ? OptionalLong.empty() : OptionalLong.of(median);
    }

    private static String text(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "-";
    }
}
