package io.parley.protocol.spi;

import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;

/** What became of a route. The fills that it belongs to stand whatever it is. */
public sealed interface RouteOutcome {

    /** {@return the route's id} */
    Bytes32 route();

    /** {@return the number of the account whose risk it was to lay off} */
    long account();

    /** {@return the plan that it was made of} */
    RoutePlan plan();

    /**
     * Something came back and is in the account.
     *
     * @param route the route's id
     * @param account the number of the account
     * @param plan the plan
     * @param asset the plan's output, or its input if the venue failed or gave too little
     * @param amount of it, in units of 1e-8
     */
    record CameBack(Bytes32 route, long account, RoutePlan plan, AssetId asset, long amount) implements RouteOutcome {

        /** {@return whether the input was swapped} */
        public boolean isSwapped() {
            return asset.equals(plan.output());
        }
    }

    /**
     * The input never left the account.
     *
     * @param route the route's id
     * @param account the number of the account
     * @param plan the plan
     * @param reason why
     * @param detail the values compared, readable
     */
    record Refused(Bytes32 route, long account, RoutePlan plan, Reason reason, String detail) implements RouteOutcome {}
}
