package io.parley.protocol.spi;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;

/**
 * What a solver wants done at a venue once its bid is cleared: exactly so much of its account's input is handed to an adapter, and what
 * comes back enters the account; the input does if that is too little. The runtime makes it a route and signs it.
 *
 * @param adapter a venue adapter that the routes contract allows
 * @param input what is handed over: the cash or a spot asset
 * @param amount of the input in units of 1e-8, above zero
 * @param output what has to come back, another asset than the input
 * @param minimum the least of the output that counts, in units of 1e-8, above zero
 * @param seconds how long after the state's time it may go to the venue, above zero
 */
public record RoutePlan(Address adapter, AssetId input, long amount, AssetId output, long minimum, long seconds) {}
