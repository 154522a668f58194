package io.parley.clearing.margin;

import static io.parley.protocol.Fixed8.multiplyCeil;
import static io.parley.protocol.Fixed8.multiplyFloor;
import static java.lang.Math.addExact;
import static java.lang.Math.multiplyHigh;
import static java.lang.Math.negateExact;
import static java.lang.Math.subtractExact;

import io.parley.clearing.Margin;
import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.margin.Assessment.UnderlyingRisk;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The portfolio margin of docs/margin.md as sums over {@link Columns}, in integers. A sum over the positions of a group is
 * exact in 128 bits and rounded once, against the account. For one thread at a time: it keeps its sums between calls.
 */
public final class PortfolioMargin {
    private final PortfolioParameters parameters;
    private final long[] weights;
    private final boolean[] skews;
    private final int scenarios;
    private final int width;

    /** Below this many units in a group a sum over cents stays within int64. */
    private static final long MOST_NARROW = 1L << 35;

    /** Makes such a sum positive, so that its division by a constant is a multiplication. */
    private static final long BIAS = MOST_NARROW * Fixed8.ONE;

    /** Sums over one group by column, in cash units rounded down. */
    private final long[] sums;

    /** What was rounded off, in units of 1e-16. */
    private final long[] rests;
    /** Change of value of one underlying by scenario. */
    private final long[] changes;

    private long value;
    private long cashAndDerivatives;
    private long netInitial;
    private long netMaintenance;

    /** Within one underlying. */
    private long underlyingValue;

    private long maintenanceContingency;
    private long initialContingency;
    private long perpSize;
    private long shortSize;
    private long baseSize;

    /** For accounts under these parameters. */
    public PortfolioMargin(PortfolioParameters parameters) {
        this.parameters = parameters;
        this.scenarios = parameters.scenarios().size();
        this.width = 1 + scenarios + 2;
        this.sums = new long[width];
        this.rests = new long[width];
        this.changes = new long[scenarios];
        this.weights = new long[scenarios];
        this.skews = new boolean[scenarios];
        for (int j = 0; j < scenarios; j++) {
            var scenario = parameters.scenarios().get(j);
            weights[j] = scenario.weight();
            skews[j] = scenario.vols().isSkew();
        }
    }

    /**
     * The margin of an account.
     *
     * @param columns under the same parameters, of the book's instruments
     * @throws MarginUnavailable OVERFLOW if a value leaves int64
     * @throws IllegalArgumentException if the columns are of other instruments or parameters
     */
    public Margin evaluate(Book book, Columns columns) {
        return evaluate(book, columns, null);
    }

    /** As {@link #evaluate}, with what stands behind it. */
    public Assessment assess(Book book, Columns columns) {
        List<UnderlyingRisk> risks = new ArrayList<>();
        Margin margin = evaluate(book, columns, risks::add);
        return new Assessment(MarginMode.PORTFOLIO, margin, risks);
    }

    private Margin evaluate(Book book, Columns columns, @Nullable Consumer<UnderlyingRisk> risks) {
        if (columns.instruments != book.instruments
                || columns.parameters != parameters && !columns.parameters.equals(parameters)) {
            throw new IllegalArgumentException(
                    "The columns and the book must be of the same instruments, and the columns of these parameters.");
        }
        try {
            value = book.cash;
            cashAndDerivatives = book.cash;
            netInitial = book.cash;
            netMaintenance = book.cash;
            int position = 0;
            while (position < book.rows.length) {
                position = underlying(book, columns, position, risks);
            }
            return new Margin(
                    value, subtractExact(value, netInitial), subtractExact(value, netMaintenance), cashAndDerivatives);
        } catch (ArithmeticException e) {
            throw new MarginUnavailable(
                    Reason.OVERFLOW, "the margin leaves the 64-bit range: %s".formatted(e.getMessage()));
        }
    }

    private int underlying(Book book, Columns columns, int first, @Nullable Consumer<UnderlyingRisk> risks) {
        int[] groups = columns.instruments.groups;
        int[] groupUnderlyings = columns.instruments.groupUnderlyings;
        int underlying = groupUnderlyings[groups[book.rows[first]]];
        long spot = columns.spots[underlying];
        Arrays.fill(changes, 0);
        underlyingValue = 0;
        maintenanceContingency = 0;
        initialContingency = 0;
        perpSize = 0;
        shortSize = 0;
        baseSize = 0;
        int position = first;
        while (position < book.rows.length) {
            int group = groups[book.rows[position]];
            if (groupUnderlyings[group] != underlying) {
                break;
            }
            int end = position + 1;
            while (end < book.rows.length && groups[book.rows[end]] == group) {
                end++;
            }
            group(book, columns, group, position, end, spot);
            position = end;
        }
        weak(columns.confidences[underlying], spot);

        int worst = -1;
        long least = 0;
        for (int j = 0; j < scenarios; j++) {
            long change = weights[j] == Fixed8.ONE ? changes[j] : multiplyFloor(changes[j], weights[j]);
            changes[j] = change;
            if (change < least) {
                least = change;
                worst = j;
            }
        }
        value = addExact(value, underlyingValue);
        long maintained = subtractExact(
                addExact(underlyingValue, multiplyFloor(least, parameters.maintenanceFactor())),
                maintenanceContingency);
        long opened = subtractExact(
                subtractExact(
                        addExact(underlyingValue, multiplyFloor(least, initialFactor(columns.stable))),
                        maintenanceContingency),
                initialContingency);
        netMaintenance = addExact(netMaintenance, maintained);
        netInitial = addExact(netInitial, opened);
        if (risks != null) {
            risks.accept(new UnderlyingRisk(
                    columns.instruments.underlyings[underlying],
                    underlyingValue,
                    Arrays.stream(changes).boxed().toList(),
                    worst,
                    maintenanceContingency,
                    initialContingency));
        }
        return position;
    }

    private long initialFactor(long stable) {
        return stable >= parameters.stableThreshold()
                ? parameters.initialFactor()
                : addExact(
                        parameters.initialFactor(),
                        multiplyCeil(parameters.stableThreshold() - stable, parameters.stableFactor()));
    }

    /** An oracle that is not sure takes its doubt off the initial margin. */
    private void weak(long confidence, long spot) {
        if (confidence < parameters.confidenceThreshold()) {
            long notional = multiplyCeil(addExact(addExact(perpSize, shortSize), baseSize), spot);
            initialContingency = addExact(initialContingency, multiplyCeil(notional, Fixed8.ONE - confidence));
        }
    }

    private void group(Book book, Columns columns, int group, int first, int end, long spot) {
        sum(book, columns, first, end);
        long worth = sums[Columns.MARK];
        // What a scenario is compared with is rounded the other way, so that the difference is too low, never too high.
        long paid = rests[Columns.MARK] == 0 ? worth : addExact(worth, 1);
        underlyingValue = addExact(underlyingValue, worth);
        AssetKind kind = columns.instruments.groupKinds[group];
        if (kind != AssetKind.SPOT) {
            cashAndDerivatives = addExact(cashAndDerivatives, worth);
        }
        long longFactor = columns.longFactors[group];
        long shortFactor = columns.shortFactors[group];
        for (int j = 0; j < scenarios; j++) {
            long shocked = sums[1 + j];
            long change;
            if (skews[j]) {
                // The smaller of both directions, each rounded down.
                change = Math.min(
                        subtractExact(shocked, paid),
                        subtractExact(worth, rests[1 + j] == 0 ? shocked : addExact(shocked, 1)));
            } else {
                change = subtractExact(FixedMath.scaleDown(shocked, shocked > 0 ? longFactor : shortFactor), paid);
            }
            changes[j] = addExact(changes[j], change);
        }
        switch (kind) {
            case SPOT -> base(magnitude(book.quantities[first]), spot);
            case PERP -> perp(magnitude(book.quantities[first]), columns.mark(book.rows[first]));
            default -> {
                long moved = Math.min(sums[1 + scenarios], sums[2 + scenarios]);
                basis(subtractExact(moved, paid), columns.basisWeights[group]);
                naked(book, columns, first, end, spot);
            }
        }
    }

    /** The exact sums over the positions of a group, each rounded down once. */
    private void sum(Book book, Columns columns, int first, int end) {
        long size = 0;
        for (int i = first; i < end; i++) {
            size = addExact(size, magnitude(book.quantities[i]));
        }
        if (size >= MOST_NARROW || multiplyHigh(size, columns.mostDollars) != 0 || size * columns.mostDollars < 0) {
            sumWide(book, columns, first, end);
            return;
        }
        Arrays.fill(sums, 0);
        Arrays.fill(rests, 0);
        for (int i = first; i < end; i++) {
            add(columns.dollars, columns.cents, book.rows[i] * width, book.quantities[i]);
        }
        for (int column = 0; column < width; column++) {
            long carry = (rests[column] + BIAS) / Fixed8.ONE - MOST_NARROW;
            rests[column] -= carry * Fixed8.ONE;
            sums[column] = addExact(sums[column], carry);
        }
    }

    private void add(long[] dollars, long[] cents, int at, long quantity) {
        for (int column = 0; column < width; column++) {
            sums[column] += quantity * dollars[at + column];
            rests[column] += quantity * cents[at + column];
        }
    }

    /** The same in 128 bits. */
    private void sumWide(Book book, Columns columns, int first, int end) {
        for (int column = 0; column < width; column++) {
            long high = 0;
            long low = 0;
            for (int i = first; i < end; i++) {
                long cell = columns.cell(book.rows[i] * width + column);
                long product = book.quantities[i] * cell;
                low += product;
                high += multiplyHigh(book.quantities[i], cell) + (Long.compareUnsigned(low, product) < 0 ? 1 : 0);
            }
            sums[column] = floor(high, low);
            rests[column] = low - sums[column] * Fixed8.ONE;
        }
    }

    private void base(long size, long spot) {
        baseSize = size;
        contingency(
                multiplyCeil(size, spot),
                parameters.contingencies().baseMaintenance(),
                parameters.contingencies().baseInitial());
    }

    private void perp(long size, long mark) {
        perpSize = size;
        contingency(
                multiplyCeil(size, mark),
                parameters.contingencies().perpMaintenance(),
                parameters.contingencies().perpInitial());
    }

    private void basis(long change, long weight) {
        if (change < 0) {
            maintenanceContingency = addExact(
                    maintenanceContingency,
                    Fixed8.mulDivCeil(negateExact(change), weight, Fixed8.ONE * FixedMath.YEAR));
        }
    }

    private void naked(Book book, Columns columns, int first, int end, long spot) {
        long calls = 0;
        long puts = 0;
        for (int i = first; i < end; i++) {
            long quantity = book.quantities[i];
            if (columns.instruments.calls[book.rows[i]]) {
                calls = addExact(calls, quantity);
            } else {
                puts = addExact(puts, quantity);
            }
            if (quantity < 0) {
                shortSize = addExact(shortSize, magnitude(quantity));
            }
        }
        long naked = addExact(Math.max(negateExact(calls), 0), Math.max(negateExact(puts), 0));
        contingency(
                multiplyCeil(naked, spot),
                parameters.contingencies().nakedMaintenance(),
                parameters.contingencies().nakedInitial());
    }

    private void contingency(long notional, long maintenance, long initial) {
        maintenanceContingency = addExact(maintenanceContingency, multiplyCeil(notional, maintenance));
        initialContingency = addExact(initialContingency, multiplyCeil(notional, initial));
    }

    private static long magnitude(long quantity) {
        return quantity < 0 ? negateExact(quantity) : quantity;
    }

    /** A sum of products of two numbers in units of 1e-8, in such units, rounded down. */
    static long floor(long high, long low) {
        // 2^63 1e8 / 2^64: within it the quotient fits.
        if (high >= Fixed8.ONE / 2 || high < -Fixed8.ONE / 2) {
            throw new ArithmeticException("A sum over positions leaves the 64-bit range.");
        }
        // 1e8 = 2^8 5^8; the rest in two digits, the lower of 31 bits, so that both divisions are of 64 bits.
        long top = high << 25 | low >>> 39;
        long bottom = low >>> 8 & (1L << 31) - 1;
        long quotient = Math.floorDiv(top, FIVE_TO_8);
        long rest = top - quotient * FIVE_TO_8;
        return (quotient << 31) + (rest << 31 | bottom) / FIVE_TO_8;
    }

    private static final long FIVE_TO_8 = 390_625;
}
