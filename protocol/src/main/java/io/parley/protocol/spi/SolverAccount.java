package io.parley.protocol.spi;

import io.parley.protocol.AssetId;
import java.util.Map;

/**
 * An account as the state has it: one of the solver's own, or an owner's.
 *
 * @param account its number, 0 to 2^32 - 1
 * @param cash units of 1e-8
 * @param positions signed quantities in units of 1e-8, none of them zero
 * @param freeMargin net initial margin after the last command that touched it, less what is held for open
 *     commitments where it is the solver's own, in cash units of 1e-8; below zero nothing can be committed. Prices that
 *     came since are not in it
 */
public record SolverAccount(long account, long cash, Map<AssetId, Long> positions, long freeMargin) {

    /** Copies the map. */
    public SolverAccount {
        positions = Map.copyOf(positions);
    }

    /**
     * {@return the position in an asset, in units of 1e-8; 0 if there is none}
     *
     * @param asset the asset, also the cash
     */
    public long position(AssetId asset) {
        return asset.isCash() ? cash : positions.getOrDefault(asset, 0L);
    }
}
