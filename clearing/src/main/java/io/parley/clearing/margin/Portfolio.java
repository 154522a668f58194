package io.parley.clearing.margin;

import io.parley.clearing.Holdings;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.SetMode;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Cash and positions, without an owner: for what an account might hold. Immutable.
 *
 * @param cash units of 1e-8, below zero is a debt
 * @param positions units of 1e-8 by asset, none of them zero or of the cash
 */
public record Portfolio(long cash, SortedMap<AssetId, Long> positions) {
    /**
     * Checks and copies the positions; zeros are left out.
     *
     * @throws IllegalArgumentException if the cash is among them
     */
    public Portfolio {
        SortedMap<AssetId, Long> copy = new TreeMap<>(positions);
        copy.values().removeIf(quantity -> quantity == 0);
        if (copy.containsKey(AssetId.cash())) {
            throw new IllegalArgumentException("The cash of a portfolio is no position of it.");
        }
        positions = java.util.Collections.unmodifiableSortedMap(copy);
    }

    /** {@return what the account holds} */
    public static Portfolio of(Holdings held) {
        SortedMap<AssetId, Long> positions = new TreeMap<>();
        for (int i = 0; i < held.positionCount(); i++) {
            positions.put(new AssetId(held.assetAt(i)), held.quantityAt(i));
        }
        return new Portfolio(held.cash(), positions);
    }

    /**
     * {@return a portfolio of cash only}
     *
     * @param cash a decimal in US dollars
     */
    public static Portfolio ofCash(String cash) {
        return new Portfolio(Fixed8.parse(cash), new TreeMap<>());
    }

    /**
     * {@return this with a quantity added}
     *
     * @param quantity a decimal; below zero is sold
     * @param asset anything but the cash
     */
    public Portfolio with(String quantity, AssetId asset) {
        return plus(0, Map.of(asset, Fixed8.parse(quantity)));
    }

    /**
     * {@return this after a trade}
     *
     * @param moreCash units of 1e-8, below zero is paid
     * @param legs units of 1e-8 by asset
     * @throws ArithmeticException if a sum leaves int64
     */
    public Portfolio plus(long moreCash, Map<AssetId, Long> legs) {
        SortedMap<AssetId, Long> sum = new TreeMap<>(positions);
        legs.forEach((asset, quantity) -> sum.merge(asset, quantity, Math::addExact));
        return new Portfolio(Math.addExact(cash, moreCash), sum);
    }

    /** {@return this as the margin rules read it, in the standard mode} */
    public Holdings holdings() {
        return holdings(SetMode.STANDARD);
    }

    Holdings holdings(int mode) {
        long[] assets = positions.keySet().stream().mapToLong(AssetId::id).toArray();
        long[] quantities =
                positions.values().stream().mapToLong(Long::longValue).toArray();
        return new Holdings() {
            @Override
            public int mode() {
                return mode;
            }

            @Override
            public long cash() {
                return cash;
            }

            @Override
            public int positionCount() {
                return assets.length;
            }

            @Override
            public long assetAt(int position) {
                return assets[position];
            }

            @Override
            public long quantityAt(int position) {
                return quantities[position];
            }
        };
    }
}
