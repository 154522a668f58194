package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;

/**
 * At what a forced reduction is done: the mark less what leaving without a market costs, or plus it for a short. The cost is
 * published (docs/clearing.md), so that it can be computed beforehand.
 */
final class ForcedPrice {
    /** Of the mark, in units of 1e-8. */
    private static final long OF_MARK = 2_000_000;

    /** At least of the underlying's spot: an option may be worth little and carry much risk. */
    private static final long OF_SPOT = 500_000;

    private ForcedPrice() {}

    /**
     * What the owner gets for a long, at least 0, or pays for a short, as a negative number.
     *
     * @param asset a perp or an option
     * @param size above 0
     * @throws MarginUnavailable if it has no price
     * @throws ArithmeticException if a result leaves int64
     */
    static long worth(Prices prices, AssetId asset, long size, boolean isShort) {
        int at = prices.underlying(asset.underlying());
        long mark = asset.kind() == AssetKind.PERP ? prices.perpMark(at) : prices.mark(asset.id());
        long cost = Math.max(Fixed8.multiplyCeil(mark, OF_MARK), Fixed8.multiplyCeil(prices.spot(at), OF_SPOT));
        return isShort
                ? -Fixed8.multiplyCeil(size, Math.addExact(mark, cost))
                : Fixed8.multiplyFloor(size, Math.max(mark - cost, 0));
    }
}
