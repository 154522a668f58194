package io.parley.node.demo;

import io.parley.protocol.Fixed8;
import java.util.List;

/**
 * What a trader asks for, as one would say it.
 *
 * @param trader whose key signs
 * @param account the trader's number for the account
 * @param limit cash per whole, as a factor of the mark value: what the trader gives up at most
 */
record Ticket(String title, String trader, int account, List<Want> wants, double limit, int parts, Expected expected) {

    /** A quantity of a listed asset: positive is received. */
    record Want(String asset, long quantity) {

        static Want of(String asset, String quantity) {
            return new Want(asset, Fixed8.parse(quantity));
        }
    }

    /** How it should end. */
    enum Expected {
        SETTLED,
        SETTLED_OVER_TWO_AUCTIONS,
        REFUSED_FOR_MARGIN
    }
}
