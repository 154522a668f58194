package io.parley.solvers.netting;

import io.parley.protocol.Fixed8;

/** An open intent as the search sees it: what one part of it moves, and how many parts a fill may take. */
final class Offer {

    /** The intent's position in the auction. */
    final int index;

    /** What the owner receives (positive) or gives (negative) per part: one entry per asset in play, units of 1e-8. */
    final long[] unit;

    /** Fewest and most parts of a fill. */
    final int least;

    final int most;

    /** The worst signed change of the owner's cash for all {@code parts}, fee excluded. */
    private final long cash;

    private final int parts;

    Offer(int index, long[] unit, int least, int most, int parts, long cash) {
        this.index = index;
        this.unit = unit;
        this.least = least;
        this.most = most;
        this.parts = parts;
        this.cash = cash;
    }

    /** The least that the owner's cash may change by when {@code k} parts are filled: rounded up, against the solver. */
    long limit(int k) {
        return Fixed8.mulDivCeil(cash, k, parts);
    }

    /**
     * What one part adds to a match at these prices: the cash its owner would give beyond the worth of what it takes.
     * Only to order a search: the sum over a match that nets to zero does not depend on the prices.
     */
    double worth(double[] prices) {
        double value = 0;
        for (int a = 0; a < unit.length; a++) {
            value += unit[a] * prices[a];
        }
        return -(double) cash / parts - value;
    }
}
