package io.parley.protocol.spi;

import java.util.List;

/**
 * An open auction as a solver sees it.
 *
 * @param auction its number
 * @param intents the intents that can be filled
 * @param market prices and listings
 * @param accounts this solver's accounts as they stand
 * @param feePerFill the fee a fill must carry, in cash units of 1e-8, unless the intent's limit for the parts filled is
 *     lower, which is then the fee
 */
public record AuctionView(
        long auction, List<OpenIntent> intents, MarketView market, List<SolverAccount> accounts, long feePerFill) {

    /** Copies the lists. */
    public AuctionView {
        intents = List.copyOf(intents);
        accounts = List.copyOf(accounts);
    }
}
