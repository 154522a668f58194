package io.parley.auction.domain.selection;

import java.util.Arrays;

/**
 * Prices of rows close to those of the linear relaxation, by the volume algorithm (Barahona and Anbil, "The volume
 * algorithm: producing primal solutions with a subgradient method", 2000): each round touches every coefficient once,
 * where a simplex step touches the tableau. Doubles throughout: what it finds guides, and proves nothing by itself.
 */
final class VolumePrices {

    private static final int ROUNDS_WITHOUT_GAIN = 12;

    private final double[] profits;
    private final int[][] rows;
    private final long coefficients;

    private double[] prices;
    private final double[] shares;
    private double bound;
    private double step = 0.5;
    private double blend = 0.3;
    private int idle;

    private final double[] trial;
    private final double[] reduced;

    /**
     * Prepares.
     *
     * @param profits of each column
     * @param rows the columns of which each row allows one
     */
    VolumePrices(double[] profits, int[][] rows) {
        this.profits = profits;
        this.rows = rows;
        this.prices = new double[rows.length];
        this.trial = new double[rows.length];
        this.reduced = new double[profits.length];
        this.shares = new double[profits.length];
        int[] sizes = new int[profits.length];
        long sum = profits.length;
        for (int[] row : rows) {
            sum += row.length;
            for (int column : row) {
                sizes[column]++;
            }
        }
        this.coefficients = sum;
        // A row starts at what its best column would pay if it paid every one of its rows alike.
        for (int row = 0; row < rows.length; row++) {
            for (int column : rows[row]) {
                prices[row] = Math.max(prices[row], profits[column] / sizes[column]);
            }
        }
        this.bound = evaluate(prices);
        for (int column = 0; column < profits.length; column++) {
            shares[column] = reduced[column] > 0 ? 1 : 0;
        }
    }

    /**
     * Goes on for some rounds.
     *
     * @param rounds how many at most
     * @param reached the value of a known choice, which the step is measured by
     * @param budget pays for it
     */
    void improve(int rounds, double reached, Budget budget) {
        double[] spare = new double[rows.length];
        for (int round = 0; round < rounds && bound > reached && !budget.isSpent(); round++) {
            budget.spend(2 * coefficients);
            double length = 0;
            for (int row = 0; row < rows.length; row++) {
                double left = 1;
                for (int column : rows[row]) {
                    left -= shares[column];
                }
                // A row that is free already cannot become cheaper.
                spare[row] = left > 0 && prices[row] == 0 ? 0 : left;
                length += spare[row] * spare[row];
            }
            if (length < 1e-12) {
                return;
            }
            double by = step * (bound - reached) / length;
            for (int row = 0; row < rows.length; row++) {
                trial[row] = Math.max(0, prices[row] - by * spare[row]);
            }
            double tried = evaluate(trial);
            for (int column = 0; column < profits.length; column++) {
                shares[column] += blend * ((reduced[column] > 0 ? 1 : 0) - shares[column]);
            }
            if (tried < bound) {
                idle = 0;
                step = Math.min(2, step * 1.05);
                bound = tried;
                System.arraycopy(trial, 0, prices, 0, prices.length);
            } else if (++idle >= ROUNDS_WITHOUT_GAIN) {
                idle = 0;
                step *= 0.7;
                blend = Math.max(0.02, blend * 0.8);
            }
        }
    }

    private double evaluate(double[] at) {
        System.arraycopy(profits, 0, reduced, 0, profits.length);
        double sum = 0;
        for (int row = 0; row < rows.length; row++) {
            double price = at[row];
            if (price != 0) {
                sum += price;
                for (int column : rows[row]) {
                    reduced[column] -= price;
                }
            }
        }
        for (double over : reduced) {
            sum += Math.max(0, over);
        }
        return sum;
    }

    /** What a unit of a row is worth; not negative. */
    double price(int row) {
        return prices[row];
    }

    /** About how much of a column the relaxation takes; from 0 to 1. */
    double share(int column) {
        return shares[column];
    }

    /** By how much each column exceeds the prices of its rows. */
    double[] reduced() {
        evaluate(prices);
        return Arrays.copyOf(reduced, reduced.length);
    }

    /** What the prices allow at most, but for rounding. */
    double bound() {
        return bound;
    }
}
