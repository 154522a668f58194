package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;

/**
 * What an account holds of one asset.
 *
 * @param asset never the cash
 * @param quantity units of 1e-8, not zero; positive is owed to the account, negative is owed by it
 * @param fundingIndex the funding index up to which funding is settled; 0 until funding has a meaning
 * @param cost the entry cost, for the cap on unrealised profit; 0 until it has a meaning
 */
public record Position(AssetId asset, long quantity, long fundingIndex, long cost) {
    @Override
    public String toString() {
        return "%s of %s".formatted(Fixed8.format(quantity), asset);
    }
}
