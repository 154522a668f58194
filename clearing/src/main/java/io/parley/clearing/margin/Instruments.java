package io.parley.clearing.margin;

import io.parley.clearing.MarginUnavailable;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Reason;
import java.util.Arrays;
import java.util.Collection;

/**
 * The instruments that have columns, ascending by asset, and how they stand together: a group is the spot asset, the
 * perpetual or one expiry of an underlying. Immutable; made when the listing changes, not with each price.
 */
public final class Instruments {
    final long[] assets;
    final long[] strikes;
    final boolean[] calls;
    /** The group of each row. */
    final int[] groups;

    final AssetKind[] groupKinds;
    final int[] groupDays;
    final long[] groupTimes;
    /** Where the underlying of each group stands among the underlyings. */
    final int[] groupUnderlyings;

    final int[] underlyings;

    private Instruments(AssetId[] sorted) {
        int count = sorted.length;
        assets = new long[count];
        strikes = new long[count];
        calls = new boolean[count];
        groups = new int[count];
        int[] firsts = new int[count];
        int groupCount = 0;
        for (int row = 0; row < count; row++) {
            AssetId asset = sorted[row];
            assets[row] = asset.id();
            strikes[row] = asset.strike();
            calls[row] = asset.kind() == AssetKind.CALL;
            if (row == 0 || groupKey(sorted[row - 1]) != groupKey(asset)) {
                firsts[groupCount++] = row;
            }
            groups[row] = groupCount - 1;
        }
        groupKinds = new AssetKind[groupCount];
        groupDays = new int[groupCount];
        groupTimes = new long[groupCount];
        groupUnderlyings = new int[groupCount];
        underlyings =
                Arrays.stream(sorted).mapToInt(AssetId::underlying).distinct().toArray();
        for (int group = 0; group < groupCount; group++) {
            AssetId first = sorted[firsts[group]];
            groupKinds[group] = first.kind();
            groupDays[group] = first.expiryDay();
            groupTimes[group] = first.expiryTime();
            groupUnderlyings[group] = Arrays.binarySearch(underlyings, first.underlying());
        }
    }

    private static long groupKey(AssetId asset) {
        return asset.id() >>> 36 << 1 | (asset.kind() == AssetKind.PERP ? 1 : 0);
    }

    /**
     * @param assets in any order; the cash and repetitions are left out
     */
    public static Instruments of(Collection<AssetId> assets) {
        return new Instruments(assets.stream()
                .filter(asset -> !asset.isCash())
                .distinct()
                .sorted()
                .toArray(AssetId[]::new));
    }

    /** How many there are. */
    public int size() {
        return assets.length;
    }

    /** The instrument of a row. */
    public AssetId asset(int row) {
        return new AssetId(assets[row]);
    }

    /**
     * {@return the row of an instrument}
     *
     * @throws MarginUnavailable NO_PRICE if it has none
     */
    public int row(AssetId asset) {
        return rowOf(asset.id());
    }

    /** In the order of this, calls and puts of an expiry ascend. */
    long strikeCode(int row) {
        return assets[row] & 0xffff_ffffL;
    }

    int rowOf(long asset) {
        int low = 0;
        int high = assets.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int order = Long.compareUnsigned(assets[middle], asset);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        throw new MarginUnavailable(Reason.NO_PRICE, "asset 0x%016x has no columns".formatted(asset));
    }
}
