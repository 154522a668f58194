package io.parley.clearing.margin;

import io.parley.clearing.Holdings;

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
}
