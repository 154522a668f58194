package io.parley.protocol.spi;

import io.parley.protocol.Address;
import io.parley.protocol.Listings;
import io.parley.protocol.Signer;
import java.util.Map;

/**
 * What a solver is made with.
 *
 * @param settings its own settings from configuration, by key
 * @param address the address whose accounts it bids for
 * @param listings what the runtime knows to be listed when it makes the solver, perhaps nothing yet; each
 *     {@link MarketView} carries the current listings
 * @param symbols the symbol of each underlying by its number, as far as {@code listings} tell
 * @param signer signs with the solver's key, for transactions of its own on chain; bids are signed by the runtime
 */
public record SolverContext(
        Map<String, String> settings, Address address, Listings listings, Map<Integer, String> symbols, Signer signer) {

    /** Copies the maps. */
    public SolverContext {
        settings = Map.copyOf(settings);
        symbols = Map.copyOf(symbols);
    }
}
