package io.parley.auction.domain.selection;

import java.util.Arrays;

/**
 * The linear relaxation of a packing: the most that {@code Σ profit·x} can be where each row's members share one unit
 * and each {@code x} lies in [0, 1] or is fixed to an end. All variables have two ends, so every basis can be made dual
 * feasible by putting the others at the right one; fixing and freeing a variable therefore needs no new start, and one
 * tableau serves a whole search tree. Doubles throughout: what it finds guides, and proves nothing by itself.
 */
final class DualSimplex {

    /** What a column may be. */
    enum Range {
        FREE,
        OUT,
        IN
    }

    private static final double FEASIBLE = 1e-9;
    private static final double SMALLEST_PIVOT = 1e-7;
    private static final double ZERO = 1e-13;
    private static final int PIVOTS_BEFORE_RENEWAL = 1_500;

    private final int columns;
    private final double[] profits;
    private int[][] members;
    private int rows;

    /** Of each basic variable the coefficients of the others: {@code basic = constant − Σ coefficient · other}. */
    private double[][] tableau;

    private double[] reduced;
    private int[] basic;
    private int[] others;

    /** Of each variable its column among the others, or {@code ~row} if basic. Slacks follow the columns. */
    private int[] place;

    private double[] values;
    private double[] ends;
    private double objective;
    private final Range[] ranges;
    private int pivots;

    /** How many coefficients were touched since it was last charged. */
    private long work;

    private final int[] nonzero;
    private final int[] candidates;
    private final double[] ratios;

    DualSimplex(double[] profits, int[][] rows) {
        this.columns = profits.length;
        this.profits = profits;
        this.members = rows.clone();
        this.rows = rows.length;
        this.ranges = new Range[columns];
        Arrays.fill(ranges, Range.FREE);
        this.nonzero = new int[columns];
        this.candidates = new int[columns];
        this.ratios = new double[columns];
        slackBasis();
    }

    private void slackBasis() {
        tableau = new double[rows][columns];
        basic = new int[rows];
        values = new double[rows];
        others = new int[columns];
        ends = new double[columns];
        place = new int[columns + rows];
        reduced = profits.clone();
        objective = 0;
        for (int k = 0; k < columns; k++) {
            others[k] = k;
            place[k] = k;
        }
        for (int i = 0; i < rows; i++) {
            basic[i] = columns + i;
            place[columns + i] = ~i;
            values[i] = 1;
            for (int j : members[i]) {
                tableau[i][j] = 1;
            }
        }
        for (int k = 0; k < columns; k++) {
            settle(k);
        }
    }

    private double lower(int variable) {
        return variable < columns && ranges[variable] == Range.IN ? 1 : 0;
    }

    private double upper(int variable) {
        return variable < columns && ranges[variable] == Range.OUT ? 0 : 1;
    }

    private boolean isFixed(int variable) {
        return variable < columns && ranges[variable] != Range.FREE;
    }

    /** Puts a variable that is not basic at the end that its reduced profit asks for. */
    private void settle(int k) {
        int variable = others[k];
        double low = lower(variable);
        double high = upper(variable);
        double end = low == high ? low : reduced[k] > ZERO ? high : reduced[k] < -ZERO ? low : ends[k];
        move(k, end - ends[k]);
    }

    private void move(int k, double by) {
        if (by == 0) {
            return;
        }
        for (int i = 0; i < rows; i++) {
            values[i] -= tableau[i][k] * by;
        }
        work += rows;
        objective += reduced[k] * by;
        ends[k] += by;
    }

    Range range(int column) {
        return ranges[column];
    }

    void set(int column, Range range) {
        ranges[column] = range;
        if (place[column] >= 0) {
            settle(place[column]);
        }
    }

    double x(int column) {
        int at = place[column];
        return at >= 0 ? ends[at] : values[~at];
    }

    /** What a unit of a row is worth; not negative. */
    double dual(int row) {
        int at = place[columns + row];
        return at >= 0 ? Math.max(0, -reduced[at]) : 0;
    }

    /** Adds rows; the next {@link #solve} goes on from where this one stands. */
    void add(int[][] more) {
        int before = rows;
        rows += more.length;
        members = Arrays.copyOf(members, rows);
        tableau = Arrays.copyOf(tableau, rows);
        basic = Arrays.copyOf(basic, rows);
        values = Arrays.copyOf(values, rows);
        place = Arrays.copyOf(place, columns + rows);
        for (int i = before; i < rows; i++) {
            members[i] = more[i - before];
            tableau[i] = new double[columns];
            basic[i] = columns + i;
            place[columns + i] = ~i;
            values[i] = 1;
            for (int j : members[i]) {
                values[i] -= x(j);
                if (place[j] >= 0) {
                    tableau[i][place[j]] += 1;
                } else {
                    // A member that is basic is what its own row says.
                    double[] row = tableau[~place[j]];
                    for (int k = 0; k < columns; k++) {
                        tableau[i][k] -= row[k];
                    }
                    work += columns;
                }
            }
        }
    }

    /**
     * Drops rows from some row on that do not bind.
     *
     * @param from the first row that may go
     * @return for each row whether it stayed
     */
    boolean[] purge(int from) {
        boolean[] stays = new boolean[rows];
        int[] numbers = new int[rows];
        int count = 0;
        for (int i = 0; i < rows; i++) {
            stays[i] = i < from || place[columns + i] >= 0;
            numbers[i] = count;
            count += stays[i] ? 1 : 0;
        }
        int[] newBasic = new int[count];
        double[] newValues = new double[count];
        double[][] newTableau = new double[count][];
        int[] newPlace = Arrays.copyOf(place, columns + count);
        int at = 0;
        for (int i = 0; i < rows; i++) {
            // The row of a slack that is basic says nothing but that slack's value.
            if (basic[i] >= columns && !stays[basic[i] - columns]) {
                continue;
            }
            newBasic[at] = basic[i] < columns ? basic[i] : columns + numbers[basic[i] - columns];
            newValues[at] = values[i];
            newTableau[at] = tableau[i];
            newPlace[newBasic[at]] = ~at;
            at++;
        }
        for (int k = 0; k < columns; k++) {
            if (others[k] >= columns) {
                others[k] = columns + numbers[others[k] - columns];
            }
            newPlace[others[k]] = k;
        }
        int[][] kept = new int[count][];
        for (int i = 0; i < rows; i++) {
            if (stays[i]) {
                kept[numbers[i]] = members[i];
            }
        }
        members = kept;
        basic = newBasic;
        values = newValues;
        tableau = newTableau;
        place = newPlace;
        rows = count;
        return stays;
    }

    /**
     * Goes to the optimum, or until the objective, which only falls, is at most {@code enough}, or the budget is spent.
     * Wherever it ends, its prices give a bound.
     */
    void solve(double enough, Budget budget) {
        // Degenerate packings could go round in circles; prices from half-way are prices all the same.
        int most = 50 * (columns + rows) + 1_000;
        for (int done = 0; done < most && objective > enough && !budget.isSpent(); done++) {
            budget.spend(work);
            work = 0;
            if (pivots >= PIVOTS_BEFORE_RENEWAL) {
                renew();
            }
            int row = leaving();
            if (row < 0) {
                return;
            }
            if (!step(row)) {
                // No choice of the others can bring it in range, which only rounding can claim: start afresh once.
                if (pivots == 0) {
                    return;
                }
                renew();
            }
        }
    }

    private int leaving() {
        int best = -1;
        double most = 0;
        for (int i = 0; i < rows; i++) {
            int variable = basic[i];
            double off = Math.max(lower(variable) - values[i], values[i] - upper(variable));
            if (off > FEASIBLE && off > most) {
                most = off;
                best = i;
            }
        }
        return best;
    }

    /** One exchange of the basic variable of a row against another, flipping those on the way to their other end. */
    private boolean step(int row) {
        double[] pivotRow = tableau[row];
        int leaving = basic[row];
        boolean rises = values[row] < lower(leaving);
        double target = rises ? lower(leaving) : upper(leaving);
        int count = 0;
        for (int k = 0; k < columns; k++) {
            double a = rises ? pivotRow[k] : -pivotRow[k];
            boolean atUpper = ends[k] > 0.5;
            if ((atUpper ? a > SMALLEST_PIVOT : a < -SMALLEST_PIVOT) && !isFixed(others[k])) {
                candidates[count++] = k;
                ratios[k] = Math.abs(reduced[k]) / Math.abs(a);
            }
        }
        work += columns;
        double off = Math.abs(values[row] - target);
        for (int at = count / 2 - 1; at >= 0; at--) {
            sink(at, count, pivotRow);
        }
        work += 2L * count;
        int entering = -1;
        while (count > 0) {
            entering = candidates[0];
            off -= Math.abs(pivotRow[entering]);
            if (off <= 0 || count == 1) {
                break;
            }
            move(entering, ends[entering] > 0.5 ? -1 : 1);
            count--;
            candidates[0] = candidates[count];
            sink(0, count, pivotRow);
            work += 16;
        }
        if (entering < 0) {
            return false;
        }
        exchange(row, entering, target);
        return true;
    }

    /** Keeps the candidates a heap: the least ratio first, of equal ones the largest pivot. */
    private void sink(int from, int count, double[] pivotRow) {
        int at = from;
        int candidate = candidates[at];
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && isBefore(candidates[child + 1], candidates[child], pivotRow)) {
                child++;
            }
            if (!isBefore(candidates[child], candidate, pivotRow)) {
                break;
            }
            candidates[at] = candidates[child];
            at = child;
        }
        candidates[at] = candidate;
    }

    private boolean isBefore(int a, int b, double[] pivotRow) {
        if (ratios[a] != ratios[b]) {
            return ratios[a] < ratios[b];
        }
        double sizeA = Math.abs(pivotRow[a]);
        double sizeB = Math.abs(pivotRow[b]);
        return sizeA > sizeB || sizeA == sizeB && a < b;
    }

    private void exchange(int row, int column, double target) {
        double[] pivotRow = tableau[row];
        double pivot = pivotRow[column];
        double by = (values[row] - target) / pivot;
        double entered = ends[column] + by;
        objective += reduced[column] * by;
        for (int i = 0; i < rows; i++) {
            values[i] -= tableau[i][column] * by;
        }
        eliminate(row, column);
        int leaving = basic[row];
        basic[row] = others[column];
        others[column] = leaving;
        place[basic[row]] = ~row;
        place[leaving] = column;
        values[row] = entered;
        ends[column] = target;
        pivots++;
    }

    private void eliminate(int row, int column) {
        double[] pivotRow = tableau[row];
        double inverse = 1 / pivotRow[column];
        int count = 0;
        for (int k = 0; k < columns; k++) {
            double scaled = pivotRow[k] * inverse;
            if (Math.abs(scaled) < ZERO) {
                pivotRow[k] = 0;
            } else {
                pivotRow[k] = scaled;
                if (k != column) {
                    nonzero[count++] = k;
                }
            }
        }
        boolean sparse = count * 4 < columns;
        pivotRow[column] = 0;
        for (int i = 0; i < rows; i++) {
            double factor = tableau[i][column];
            if (i != row && factor != 0) {
                subtract(tableau[i], factor, pivotRow, sparse, count);
                tableau[i][column] = -factor * inverse;
            }
        }
        double factor = reduced[column];
        if (factor != 0) {
            subtract(reduced, factor, pivotRow, sparse, count);
        }
        reduced[column] = -factor * inverse;
        pivotRow[column] = inverse;
        work += columns + rows;
    }

    private void subtract(double[] from, double factor, double[] pivotRow, boolean sparse, int count) {
        if (sparse) {
            for (int c = 0; c < count; c++) {
                int k = nonzero[c];
                from[k] -= factor * pivotRow[k];
            }
            work += 2L * count;
        } else {
            for (int k = 0; k < columns; k++) {
                from[k] -= factor * pivotRow[k];
            }
            work += columns;
        }
    }

    /** Builds the tableau of the same basis from the rows anew, so that rounding errors do not add up. */
    private void renew() {
        boolean[] wanted = new boolean[columns];
        int[] basis = basic.clone();
        for (int j = 0; j < columns; j++) {
            wanted[j] = place[j] < 0;
        }
        boolean[] slackStays = new boolean[rows];
        for (int variable : basis) {
            if (variable >= columns) {
                slackStays[variable - columns] = true;
            }
        }
        slackBasis();
        for (int i = 0; i < rows; i++) {
            if (slackStays[i]) {
                continue;
            }
            int column = -1;
            for (int k = 0; k < columns; k++) {
                if (others[k] < columns
                        && wanted[others[k]]
                        && (column < 0 || Math.abs(tableau[i][k]) > Math.abs(tableau[i][column]))) {
                    column = k;
                }
            }
            if (column >= 0 && Math.abs(tableau[i][column]) > SMALLEST_PIVOT) {
                exchange(i, column, 0);
            }
        }
        for (int k = 0; k < columns; k++) {
            settle(k);
        }
        pivots = 0;
    }
}
