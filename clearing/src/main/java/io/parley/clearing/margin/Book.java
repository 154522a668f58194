package io.parley.clearing.margin;

import io.parley.clearing.Holdings;
import io.parley.protocol.AssetId;
import java.util.Arrays;
import java.util.Map;

/**
 * An account laid out over the rows of {@link Instruments}: made when the account changes, read on each price. Immutable.
 */
public final class Book {
    final Instruments instruments;
    final long cash;
    final int[] rows;
    final long[] quantities;

    private Book(Instruments instruments, long cash, int[] rows, long[] quantities) {
        this.instruments = instruments;
        this.cash = cash;
        this.rows = rows;
        this.quantities = quantities;
    }

    /**
     * @throws io.parley.clearing.MarginUnavailable NO_PRICE if it holds something else than these instruments
     */
    public static Book of(Instruments instruments, Holdings held) {
        int count = held.positionCount();
        int[] rows = new int[count];
        long[] quantities = new long[count];
        for (int i = 0; i < count; i++) {
            rows[i] = instruments.rowOf(held.assetAt(i));
            quantities[i] = held.quantityAt(i);
        }
        return new Book(instruments, held.cash(), rows, quantities);
    }

    /**
     * {@return the book after a trade}
     *
     * @param moreCash units of 1e-8, below zero is paid
     * @param legs units of 1e-8 by asset
     * @throws io.parley.clearing.MarginUnavailable NO_PRICE if a leg is none of these instruments
     * @throws ArithmeticException if a sum leaves int64
     */
    public Book with(long moreCash, Map<AssetId, Long> legs) {
        int[] merged = Arrays.copyOf(rows, rows.length + legs.size());
        long[] sums = Arrays.copyOf(quantities, merged.length);
        int count = rows.length;
        for (var leg : legs.entrySet()) {
            int row = instruments.row(leg.getKey());
            int at = Arrays.binarySearch(merged, 0, count, row);
            if (at >= 0) {
                sums[at] = Math.addExact(sums[at], leg.getValue());
                continue;
            }
            at = -at - 1;
            System.arraycopy(merged, at, merged, at + 1, count - at);
            System.arraycopy(sums, at, sums, at + 1, count - at);
            merged[at] = row;
            sums[at] = leg.getValue();
            count++;
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (sums[i] != 0) {
                merged[kept] = merged[i];
                sums[kept++] = sums[i];
            }
        }
        return new Book(
                instruments, Math.addExact(cash, moreCash), Arrays.copyOf(merged, kept), Arrays.copyOf(sums, kept));
    }
}
