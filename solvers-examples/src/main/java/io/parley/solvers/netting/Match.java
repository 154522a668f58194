package io.parley.solvers.netting;

import java.util.List;

/**
 * Fills whose legs cancel in every asset.
 *
 * @param fills at most one per intent
 * @param surplus the cash that the owners' limits leave over, above zero
 */
record Match(List<Part> fills, long surplus) {

    /** So many parts of one offer. */
    record Part(Offer offer, int parts) {

        long limit() {
            return offer.limit(parts);
        }
    }

    boolean touches(boolean[] taken) {
        for (var fill : fills) {
            if (taken[fill.offer().index]) {
                return true;
            }
        }
        return false;
    }

    void take(boolean[] taken) {
        for (var fill : fills) {
            taken[fill.offer().index] = true;
        }
    }
}
