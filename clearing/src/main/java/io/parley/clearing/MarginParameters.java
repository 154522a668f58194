package io.parley.clearing;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every number of the standard margin, as data: its bytes are set by a command, hashed into the state and named in
 * each margin receipt (layout and meaning: docs/margin.md). Ratios are in units of 1e-8, so 100_000_000 is 1.
 *
 * @param perpInitial share of a perp's notional required to open (0.10)
 * @param perpMaintenance share of a perp's notional below which it is liquidated (0.065)
 * @param optionInitialMost share of spot required for a short option at the money (0.15)
 * @param optionInitialLeast share of spot required for one however far out of the money (0.13)
 * @param optionMaintenance share of spot in the maintenance of a short option (0.09)
 * @param putMaintenanceOfMark least maintenance of a short put as a share of its mark (0.09)
 * @param putInitialOfMaintenance least initial of a short put as a multiple of its maintenance (1.05)
 * @param maxLossInitial multiple of the forward required for each net short call beside the worst payoff (1.2)
 * @param maxLossMaintenance the same for maintenance (1.1)
 * @param confidenceThreshold an oracle confidence below this adds to the initial requirement (0.55)
 * @param stableThreshold a stablecoin below this adds to the initial requirement (0.99)
 * @param stableFactor how strongly it does (2)
 * @param bases the assets that support margin by being held, ascending by underlying; others count nothing
 */
public record MarginParameters(
        long perpInitial,
        long perpMaintenance,
        long optionInitialMost,
        long optionInitialLeast,
        long optionMaintenance,
        long putMaintenanceOfMark,
        long putInitialOfMaintenance,
        long maxLossInitial,
        long maxLossMaintenance,
        long confidenceThreshold,
        long stableThreshold,
        long stableFactor,
        List<Base> bases) {
    private static final int VERSION = 1;
    private static final int RATES = 12;
    private static final int FIXED = 1 + 8 * RATES + 1;
    private static final int BASE = 18;

    /**
     * How much of a base asset's value supports margin.
     *
     * @param underlying its number in asset ids
     * @param weight share of its spot value that counts for maintenance (0.80)
     * @param initialScale share of that which counts for initial margin (0.9375)
     */
    public record Base(int underlying, long weight, long initialScale) {}

    /**
     * @throws IllegalArgumentException naming the first number that is out of range or in the wrong direction
     */
    public MarginParameters {
        bases = List.copyOf(bases);
        between("perpMaintenance", perpMaintenance, 1, Fixed8.ONE);
        between("perpInitial", perpInitial, 1, Fixed8.ONE);
        notAbove("perpMaintenance", perpMaintenance, "perpInitial", perpInitial);
        between("optionMaintenance", optionMaintenance, 1, Fixed8.ONE);
        between("optionInitialLeast", optionInitialLeast, 1, Fixed8.ONE);
        between("optionInitialMost", optionInitialMost, 1, Fixed8.ONE);
        notAbove("optionMaintenance", optionMaintenance, "optionInitialLeast", optionInitialLeast);
        notAbove("optionInitialLeast", optionInitialLeast, "optionInitialMost", optionInitialMost);
        between("putMaintenanceOfMark", putMaintenanceOfMark, 0, Fixed8.ONE);
        between("putInitialOfMaintenance", putInitialOfMaintenance, Fixed8.ONE, 2 * Fixed8.ONE);
        between("maxLossMaintenance", maxLossMaintenance, Fixed8.ONE, 2 * Fixed8.ONE);
        between("maxLossInitial", maxLossInitial, Fixed8.ONE, 2 * Fixed8.ONE);
        notAbove("maxLossMaintenance", maxLossMaintenance, "maxLossInitial", maxLossInitial);
        between("confidenceThreshold", confidenceThreshold, 0, Fixed8.ONE);
        between("stableThreshold", stableThreshold, 0, Fixed8.ONE);
        between("stableFactor", stableFactor, 0, 10 * Fixed8.ONE);
        if (bases.size() > 255) {
            throw new IllegalArgumentException("There may be at most 255 bases, not %d.".formatted(bases.size()));
        }
        int before = 0;
        for (Base base : bases) {
            between("underlying", base.underlying(), 1, 4095);
            if (base.underlying() <= before) {
                throw new IllegalArgumentException(
                        "Bases must ascend by underlying: %d comes after %d.".formatted(base.underlying(), before));
            }
            before = base.underlying();
            between("weight of base " + before, base.weight(), 0, Fixed8.ONE);
            between("initialScale of base " + before, base.initialScale(), 0, Fixed8.ONE);
        }
    }

    /** The published values, with underlying 1 weighted as ETH and 2 as BTC: for the devnet and for tests. */
    public static MarginParameters demo() {
        return new MarginParameters(
                Fixed8.parse("0.1"),
                Fixed8.parse("0.065"),
                Fixed8.parse("0.15"),
                Fixed8.parse("0.13"),
                Fixed8.parse("0.09"),
                Fixed8.parse("0.09"),
                Fixed8.parse("1.05"),
                Fixed8.parse("1.2"),
                Fixed8.parse("1.1"),
                Fixed8.parse("0.55"),
                Fixed8.parse("0.99"),
                Fixed8.parse("2"),
                List.of(
                        new Base(1, Fixed8.parse("0.8"), Fixed8.parse("0.9375")),
                        new Base(2, Fixed8.parse("0.75"), Fixed8.parse("0.93"))));
    }

    /** The content of the command that sets these. */
    public byte[] encode() {
        byte[] bytes = new byte[FIXED + BASE * bases.size()];
        bytes[0] = VERSION;
        long[] rates = {
            perpInitial,
            perpMaintenance,
            optionInitialMost,
            optionInitialLeast,
            optionMaintenance,
            putMaintenanceOfMark,
            putInitialOfMaintenance,
            maxLossInitial,
            maxLossMaintenance,
            confidenceThreshold,
            stableThreshold,
            stableFactor
        };
        int at = 1;
        for (long rate : rates) {
            BigEndian.u64(bytes, at, rate);
            at += 8;
        }
        bytes[at++] = (byte) bases.size();
        for (Base base : bases) {
            BigEndian.u16(bytes, at, base.underlying());
            BigEndian.u64(bytes, at + 2, base.weight());
            BigEndian.u64(bytes, at + 10, base.initialScale());
            at += BASE;
        }
        return bytes;
    }

    /**
     * Reads the content of a set-parameters command.
     *
     * @throws IllegalArgumentException if it is malformed or a number is not admissible
     */
    public static MarginParameters decode(byte[] bytes) {
        if (bytes.length < FIXED || bytes[0] != VERSION) {
            throw new IllegalArgumentException(
                    "Margin parameters have at least %d bytes and version 1; these are %d bytes of version %d."
                            .formatted(FIXED, bytes.length, bytes.length == 0 ? -1 : bytes[0]));
        }
        int count = BigEndian.u8(bytes, FIXED - 1);
        if (bytes.length != FIXED + BASE * count) {
            throw new IllegalArgumentException("Margin parameters with %d bases have %d bytes, not %d."
                    .formatted(count, FIXED + BASE * count, bytes.length));
        }
        long[] rates = new long[RATES];
        for (int i = 0; i < RATES; i++) {
            rates[i] = BigEndian.u64(bytes, 1 + 8 * i);
        }
        Base[] bases = new Base[count];
        for (int i = 0; i < count; i++) {
            int at = FIXED + BASE * i;
            bases[i] = new Base(BigEndian.u16(bytes, at), BigEndian.u64(bytes, at + 2), BigEndian.u64(bytes, at + 10));
        }
        return new MarginParameters(
                rates[0],
                rates[1],
                rates[2],
                rates[3],
                rates[4],
                rates[5],
                rates[6],
                rates[7],
                rates[8],
                rates[9],
                rates[10],
                rates[11],
                List.of(bases));
    }

    /** As {@link #decode}; null where the bytes are no admissible set, which then count as no parameters at all. */
    public static @Nullable MarginParameters admissible(byte[] bytes) {
        try {
            return decode(bytes);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** H of the bytes, as it stands in the state. */
    public Bytes32 hash() {
        return Keccak256.hash(encode());
    }

    long weight(int underlying) {
        for (Base base : bases) {
            if (base.underlying() == underlying) {
                return base.weight();
            }
        }
        return 0;
    }

    long initialScale(int underlying) {
        for (Base base : bases) {
            if (base.underlying() == underlying) {
                return base.initialScale();
            }
        }
        return 0;
    }

    private static void between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("The margin parameter %s (%s) must be between %s and %s."
                    .formatted(name, Fixed8.format(value), Fixed8.format(least), Fixed8.format(most)));
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
