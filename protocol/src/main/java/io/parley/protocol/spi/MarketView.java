package io.parley.protocol.spi;

import io.parley.protocol.Blob;
import io.parley.protocol.Listings;
import io.parley.protocol.PriceContent;
import java.util.Map;

/**
 * The market as the state has it.
 *
 * @param time the state's time in unix seconds: that of the last price
 * @param prices the last price's content
 * @param listings what is listed
 * @param symbols the symbol of each underlying by its number
 * @param marginParameters the margin parameters in force, as the command that set them carries them (docs/margin.md);
 *     no bytes if none were set
 */
public record MarketView(
        long time, PriceContent prices, Listings listings, Map<Integer, String> symbols, Blob marginParameters) {

    /** Copies the map. */
    public MarketView {
        symbols = Map.copyOf(symbols);
    }
}
