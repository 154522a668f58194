package io.parley.clearing.margin;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Every number of the portfolio margin, as data with a hash; layout and meaning in docs/margin.md. Ratios are in units of
 * 1e-8, so 100_000_000 is 1. Each number is checked for its range and, where two belong together, for their direction.
 *
 * @param maintenanceFactor share of the worst scenario that maintenance covers (0.8)
 * @param initialFactor share that initial margin covers, before what a weak stablecoin adds (1)
 * @param confidenceThreshold an oracle confidence below this adds to the initial requirement (0.55)
 * @param stableThreshold a stablecoin below this raises the initial factor (0.99)
 * @param stableFactor by how much for each 1 it is below (2)
 * @param scenarios at most 200
 */
public record PortfolioParameters(
        long maintenanceFactor,
        long initialFactor,
        long confidenceThreshold,
        long stableThreshold,
        long stableFactor,
        Volatility volatility,
        Discount discount,
        Skew skew,
        Basis basis,
        Contingencies contingencies,
        List<Scenario> scenarios) {
    private static final int VERSION = 2;
    private static final int MOST_SCENARIOS = 200;

    /** What a scenario does to volatilities. */
    public enum Vols {
        UNCHANGED,
        UP,
        DOWN,
        /** Strikes above the forward gain what strikes below lose; only the size of the result counts, as a loss. */
        LINEAR_SKEW,
        /** Strikes away from the forward gain; only the size of the result counts, as a loss. */
        ABSOLUTE_SKEW;

        boolean isSkew() {
            return this == LINEAR_SKEW || this == ABSOLUTE_SKEW;
        }
    }

    /**
     * One row of the table.
     *
     * @param spot relative move of spot, forwards and perpetual (-0.18), above -1 and at most 99
     * @param vols what it does to volatilities
     * @param weight share of the result that counts, above zero and at most 1
     */
    public record Scenario(long spot, Vols vols, long weight) {
        /** The same from decimals: {@code of("-0.18", UP, "1")}. */
        public static Scenario of(String spot, Vols vols, String weight) {
            return new Scenario(Fixed8.parse(spot), vols, Fixed8.parse(weight));
        }
    }

    /**
     * Shocked vol = vol (1 ± range (reference / max(T, least))^power).
     *
     * @param up range upward (0.5), at most 1.5
     * @param down range downward (0.3), as a magnitude
     * @param upLeast a volatility shocked upward is at least this (0.4)
     * @param shortPower for expiries up to the reference (0.30)
     * @param longPower for later ones (0.13)
     * @param reference seconds (30 days), at most 40 times the least
     * @param least seconds (1 day)
     */
    public record Volatility(
            long up, long down, long upLeast, long shortPower, long longPower, long reference, long least) {}

    /**
     * A shocked expiry that is worth something is discounted, one that is owed grows.
     *
     * @param longFactor (0.98) at most 1
     * @param shortFactor (1.02) at least 1
     * @param spread added to the rate (0.10)
     */
    public record Discount(long longFactor, long shortFactor, long spread) {}

    /**
     * Factor of a volatility = max(0, 1 + clamp(k c / w, ±c)), k = ln(K/F), c = max(0, cap - capSlope sqrt(years)),
     * w = max(leastWidth, width sqrt(years)).
     *
     * @param cap (0.25)
     * @param capSlope (0.1)
     * @param width (2.4)
     * @param leastWidth (0.01), above zero
     */
    public record Skew(long cap, long capSlope, long width, long leastWidth) {}

    /**
     * Forwards that leave the spot: loss at F (1 ± shock) times (base + slope years).
     *
     * @param shock (0.045)
     * @param base (0.5)
     * @param slope (2)
     */
    public record Basis(long shock, long base, long slope) {}

    /**
     * Shares of notional required beside the scenarios; the initial ones come on top of those for maintenance.
     *
     * @param perpMaintenance of perpetuals at mark (0.03)
     * @param perpInitial (0.01)
     * @param nakedMaintenance of net short calls and net short puts per expiry, at spot (0.003)
     * @param nakedInitial (0.002)
     * @param baseMaintenance of base assets at spot (0)
     * @param baseInitial (0)
     */
    public record Contingencies(
            long perpMaintenance,
            long perpInitial,
            long nakedMaintenance,
            long nakedInitial,
            long baseMaintenance,
            long baseInitial) {}

    /**
     * Checks ranges and directions.
     *
     * @throws IllegalArgumentException naming the first number that is out of range or in the wrong direction
     */
    public PortfolioParameters {
        scenarios = List.copyOf(scenarios);
        long one = Fixed8.ONE;
        between("maintenanceFactor", maintenanceFactor, 1, 10 * one);
        between("initialFactor", initialFactor, 1, 10 * one);
        notAbove("maintenanceFactor", maintenanceFactor, "initialFactor", initialFactor);
        between("confidenceThreshold", confidenceThreshold, 0, one);
        between("stableThreshold", stableThreshold, 0, one);
        between("stableFactor", stableFactor, 0, 100 * one);
        between("volatility.up", volatility.up, 0, one * 3 / 2);
        between("volatility.down", volatility.down, 0, one);
        between("volatility.upLeast", volatility.upLeast, 0, 10 * one);
        between("volatility.shortPower", volatility.shortPower, 0, one);
        between("volatility.longPower", volatility.longPower, 0, one);
        whole("volatility.least", volatility.least, 3_600, 365 * 86_400L);
        whole("volatility.reference", volatility.reference, volatility.least, 40 * volatility.least);
        if (discount.longFactor > discount.shortFactor) {
            throw new IllegalArgumentException(
                    """
                    The margin parameter discount.longFactor (%s) must not be above discount.shortFactor (%s): what an \
                    account is owed shrinks, what it owes grows. Maybe the two were exchanged.""".formatted(Fixed8.format(discount.longFactor), Fixed8.format(discount.shortFactor)));
        }
        between("discount.longFactor", discount.longFactor, 0, one);
        between("discount.shortFactor", discount.shortFactor, one, 10 * one);
        between("discount.spread", discount.spread, 0, one);
        between("skew.cap", skew.cap, 0, one);
        between("skew.capSlope", skew.capSlope, 0, one);
        between("skew.width", skew.width, 0, 60 * one);
        between("skew.leastWidth", skew.leastWidth, one / 1_000, 60 * one);
        between("basis.shock", basis.shock, 0, one - 1);
        between("basis.base", basis.base, 0, 10 * one);
        between("basis.slope", basis.slope, 0, 10 * one);
        between("contingencies.perpMaintenance", contingencies.perpMaintenance, 0, one);
        between("contingencies.perpInitial", contingencies.perpInitial, 0, one);
        between("contingencies.nakedMaintenance", contingencies.nakedMaintenance, 0, one);
        between("contingencies.nakedInitial", contingencies.nakedInitial, 0, one);
        between("contingencies.baseMaintenance", contingencies.baseMaintenance, 0, one);
        between("contingencies.baseInitial", contingencies.baseInitial, 0, one);
        whole("number of scenarios", scenarios.size(), 1, MOST_SCENARIOS);
        for (int i = 0; i < scenarios.size(); i++) {
            between("spot of scenario " + i, scenarios.get(i).spot(), 1 - one, 99 * one);
            between("weight of scenario " + i, scenarios.get(i).weight(), 1, one);
        }
    }

    /** The published values: 23 moves of spot and volatility with 10 far moves of spot and both skews, 33 in all. */
    public static PortfolioParameters published() {
        List<Scenario> scenarios = new ArrayList<>();
        scenarios.add(Scenario.of("-0.18", Vols.UP, "1"));
        scenarios.add(Scenario.of("0.18", Vols.UP, "1"));
        for (String move : List.of("-0.135", "0.135", "-0.09", "0.09", "-0.045", "0.045", "0")) {
            for (Vols vols : List.of(Vols.UP, Vols.UNCHANGED, Vols.DOWN)) {
                scenarios.add(Scenario.of(move, vols, "1"));
            }
        }
        scenarios.add(Scenario.of("-0.66", Vols.UP, "0.21"));
        scenarios.add(Scenario.of("-0.33", Vols.UP, "0.42"));
        scenarios.add(Scenario.of("0.5", Vols.UP, "0.2772"));
        scenarios.add(Scenario.of("1", Vols.UP, "0.1386"));
        scenarios.add(Scenario.of("2", Vols.UP, "0.0693"));
        scenarios.add(Scenario.of("3", Vols.UP, "0.0462"));
        scenarios.add(Scenario.of("4", Vols.UP, "0.03465"));
        scenarios.add(Scenario.of("5", Vols.UP, "0.02772"));
        scenarios.add(Scenario.of("0", Vols.LINEAR_SKEW, "1"));
        scenarios.add(Scenario.of("0", Vols.ABSOLUTE_SKEW, "1"));
        return new PortfolioParameters(
                Fixed8.parse("0.8"),
                Fixed8.ONE,
                Fixed8.parse("0.55"),
                Fixed8.parse("0.99"),
                Fixed8.parse("2"),
                new Volatility(
                        Fixed8.parse("0.5"),
                        Fixed8.parse("0.3"),
                        Fixed8.parse("0.4"),
                        Fixed8.parse("0.3"),
                        Fixed8.parse("0.13"),
                        30 * 86_400,
                        86_400),
                new Discount(Fixed8.parse("0.98"), Fixed8.parse("1.02"), Fixed8.parse("0.1")),
                new Skew(Fixed8.parse("0.25"), Fixed8.parse("0.1"), Fixed8.parse("2.4"), Fixed8.parse("0.01")),
                new Basis(Fixed8.parse("0.045"), Fixed8.parse("0.5"), Fixed8.parse("2")),
                new Contingencies(
                        Fixed8.parse("0.03"), Fixed8.parse("0.01"), Fixed8.parse("0.003"), Fixed8.parse("0.002"), 0, 0),
                scenarios);
    }

    /** The same with another table. */
    public PortfolioParameters with(List<Scenario> table) {
        return new PortfolioParameters(
                maintenanceFactor,
                initialFactor,
                confidenceThreshold,
                stableThreshold,
                stableFactor,
                volatility,
                discount,
                skew,
                basis,
                contingencies,
                table);
    }

    /** The same with other discounts. */
    public PortfolioParameters with(Discount other) {
        return new PortfolioParameters(
                maintenanceFactor,
                initialFactor,
                confidenceThreshold,
                stableThreshold,
                stableFactor,
                volatility,
                other,
                skew,
                basis,
                contingencies,
                scenarios);
    }

    /** The canonical bytes. */
    public byte[] encode() {
        WireWriter out = new WireWriter(2 + 8 * 28 + 17 * scenarios.size()).u8(VERSION);
        for (long number : new long[] {
            maintenanceFactor,
            initialFactor,
            confidenceThreshold,
            stableThreshold,
            stableFactor,
            volatility.up,
            volatility.down,
            volatility.upLeast,
            volatility.shortPower,
            volatility.longPower,
            volatility.reference,
            volatility.least,
            discount.longFactor,
            discount.shortFactor,
            discount.spread,
            skew.cap,
            skew.capSlope,
            skew.width,
            skew.leastWidth,
            basis.shock,
            basis.base,
            basis.slope,
            contingencies.perpMaintenance,
            contingencies.perpInitial,
            contingencies.nakedMaintenance,
            contingencies.nakedInitial,
            contingencies.baseMaintenance,
            contingencies.baseInitial
        }) {
            out.i64(number);
        }
        out.u8(scenarios.size());
        for (Scenario scenario : scenarios) {
            out.i64(scenario.spot()).u8(scenario.vols().ordinal()).i64(scenario.weight());
        }
        return out.toBytes();
    }

    /**
     * Reads the canonical bytes.
     *
     * @throws IllegalArgumentException if they are malformed or a number is not admissible
     */
    public static PortfolioParameters decode(byte[] bytes) {
        try {
            return WireReader.whole(bytes, PortfolioParameters::readFrom);
        } catch (Undecodable e) {
            if (e.getCause() instanceof IllegalArgumentException rule) {
                throw rule;
            }
            throw new IllegalArgumentException(
                    "These %d bytes are no portfolio margin parameters: %s".formatted(bytes.length, e.getMessage()), e);
        }
    }

    private static PortfolioParameters readFrom(WireReader in) {
        int version = in.u8("version");
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "Portfolio margin parameters have version %d, not %d.".formatted(VERSION, version));
        }
        return new PortfolioParameters(
                in.i64("maintenanceFactor"),
                in.i64("initialFactor"),
                in.i64("confidenceThreshold"),
                in.i64("stableThreshold"),
                in.i64("stableFactor"),
                new Volatility(
                        in.i64("volatility.up"),
                        in.i64("volatility.down"),
                        in.i64("volatility.upLeast"),
                        in.i64("volatility.shortPower"),
                        in.i64("volatility.longPower"),
                        in.i64("volatility.reference"),
                        in.i64("volatility.least")),
                new Discount(in.i64("discount.longFactor"), in.i64("discount.shortFactor"), in.i64("discount.spread")),
                new Skew(in.i64("skew.cap"), in.i64("skew.capSlope"), in.i64("skew.width"), in.i64("skew.leastWidth")),
                new Basis(in.i64("basis.shock"), in.i64("basis.base"), in.i64("basis.slope")),
                new Contingencies(
                        in.i64("contingencies.perpMaintenance"),
                        in.i64("contingencies.perpInitial"),
                        in.i64("contingencies.nakedMaintenance"),
                        in.i64("contingencies.nakedInitial"),
                        in.i64("contingencies.baseMaintenance"),
                        in.i64("contingencies.baseInitial")),
                in.list(
                        in.u8("nScenarios"),
                        "scenarios",
                        reader -> new Scenario(reader.i64("spot"), vols(reader.u8("vols")), reader.i64("weight"))));
    }

    private static Vols vols(int code) {
        if (code >= Vols.values().length) {
            throw new IllegalArgumentException(
                    "A scenario's vols are 0 to %d, not %d.".formatted(Vols.values().length - 1, code));
        }
        return Vols.values()[code];
    }

    /** H of the bytes. */
    public Bytes32 hash() {
        return Keccak256.hash(encode());
    }

    private static void between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("The margin parameter %s (%s) must be between %s and %s."
                    .formatted(name, Fixed8.format(value), Fixed8.format(least), Fixed8.format(most)));
        }
    }

    private static void whole(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "The margin parameter %s (%d) must be between %d and %d.".formatted(name, value, least, most));
        }
    }

    private static void notAbove(String name, long value, String otherName, long other) {
        if (value > other) {
            throw new IllegalArgumentException(
                    """
                    The margin parameter %s (%s) must not be above %s (%s).
                    Maybe the two were exchanged.""".formatted(name, Fixed8.format(value), otherName, Fixed8.format(other)));
        }
    }
}
