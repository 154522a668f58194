package io.parley.solvers;

import io.parley.protocol.Address;
import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.OpenIntent;

/** Which open intents a solver may fill at all; whether it wants to is its own affair. */
public final class Tradable {

    private Tradable() {}

    /**
     * Whether a fill can be in order: the owner has an account and is not the solver, parts fit an int, and the state's time is
     * within the intent's validity.
     */
    public static boolean isTradable(AuctionView auction, OpenIntent open, Address solver) {
        var intent = open.intent();
        long time = auction.market().time();
        return open.owner().isPresent()
                && !intent.owner().equals(solver)
                && intent.parts() <= Integer.MAX_VALUE
                && open.partsLeft() >= 1
                && intent.validFrom() <= time
                && time <= intent.validUntil()
                && intent.conditions().isNone();
    }
}
