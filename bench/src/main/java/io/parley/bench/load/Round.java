package io.parley.bench.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What was measured at one rate.
 *
 * @param rate intents per second that were offered
 * @param seconds for how long
 * @param lives all intents that were offered
 * @param ended unix milliseconds at which the last was due
 * @param looked unix milliseconds at which it was read off
 * @param cores processor time per second while it ran
 */
record Round(int rate, int seconds, List<Times> lives, long ended, long looked, Cores cores) {

    /** What clears later than this after the last was due has not kept pace. */
    static final long GRACE_MS = 1_000;

    /** Below this share of the offered rate the round is saturated. */
    private static final double ENOUGH = 0.9;

    Round {
        lives = List.copyOf(lives);
    }

    /** Processor time by whom, in cores. */
    record Cores(double node, double services, double generator, double machine) {

        /** {@return what else the machine did: above some hundredths, the measurement was disturbed} */
        double others() {
            return Math.max(0, machine - node - services - generator);
        }
    }

    long passed(Point point) {
        return lives.stream().filter(life -> life.has(point)).count();
    }

    /** {@return how many passed while the round ran, and a little after} */
    long passedInTime(Point point) {
        return lives.stream()
                .filter(life -> life.has(point) && life.at(point) <= ended + GRACE_MS)
                .count();
    }

    double perSecond(Point point) {
        return (double) passedInTime(point) / seconds;
    }

    boolean saturated() {
        return passedInTime(Point.CLEARED) < ENOUGH * lives.size();
    }

    OptionalLong percentile(int percent, Point point, ToLongFunction<Times> time) {
        return Percentile.of(
                percent,
                lives.stream()
                        .filter(life -> life.has(point))
                        .map(life -> time.applyAsLong(life))
                        .toList());
    }

    OptionalLong percentile(int percent, Point point) {
        return percentile(percent, point, life -> life.until(point));
    }

    /** The median time in each stage, for all that entered it; who is still in it counts with its time so far. */
    Map<Point, Long> stages() {
        var medians = new EnumMap<Point, Long>(Point.class);
        for (var point : Point.values()) {
            if (point == Point.DUE) {
                continue;
            }
            var times = new ArrayList<Long>();
            for (var life : lives) {
                life.in(point, looked).ifPresent(times::add);
            }
            Percentile.of(50, times).ifPresent(median -> medians.put(point, median));
        }
        return medians;
    }

    /**
     * The stage up to clearing whose median grew most since another round; settlement is behind the market and never holds it
     * up. If there is no other round, the longest but the window, which is long by design.
     */
    Point grownMost(Round since) {
        var before = since == this ? Map.of(Point.REVEALED, Long.MAX_VALUE / 2) : since.stages();
        var most = Point.ACKNOWLEDGED;
        long growth = Long.MIN_VALUE;
        for (var stage : stages().entrySet()) {
            long grown = stage.getValue() - before.getOrDefault(stage.getKey(), 0L);
            if (stage.getKey() != Point.FINAL && grown > growth) {
                growth = grown;
                most = stage.getKey();
            }
        }
        return most;
    }

    /** The first point up to clearing that fewer than nine in ten of those passed in time who passed the one before. */
    Optional<Point> firstShort() {
        long before = lives.size();
        for (var point : Point.values()) {
            if (point == Point.FINAL) {
                break;
            }
            long here = passedInTime(point);
            if (here < ENOUGH * before) {
                return Optional.of(point);
            }
            before = here;
        }
        return Optional.empty();
    }
}
