package io.parley.bench.wdp;

import java.math.BigDecimal;
import java.util.List;

/**
 * Bids that each want goods, of which each goes to one bid: choose bids that share none and are worth most together.
 *
 * @param name where it came from
 * @param realGoods how many goods are for sale, numbered from 0
 * @param dummyGoods how many goods above those only keep bids of one bidder apart
 * @param bids the bids, in the order given
 */
record Instance(String name, int realGoods, int dummyGoods, List<Offer> bids) {

    /** Copies the list. */
    Instance {
        bids = List.copyOf(bids);
    }

    /**
     * One bid.
     *
     * @param id its number, which names it
     * @param price what it pays; not negative
     * @param goods what it wants, at least one, ascending
     */
    record Offer(long id, BigDecimal price, List<Integer> goods) {

        /** Copies the list. */
        Offer {
            goods = List.copyOf(goods);
        }
    }

    int goods() {
        return realGoods + dummyGoods;
    }

    /** How many decimals the price with most of them has: prices times ten to this power are integers, exactly. */
    int decimals() {
        return bids.stream()
                .mapToInt(bid -> Math.max(0, bid.price().stripTrailingZeros().scale()))
                .max()
                .orElse(0);
    }

    /**
     * {@return the price of each bid in units of ten to the power of minus {@link #decimals}}
     *
     * @throws ArithmeticException if they do not fit int64 together
     */
    long[] integerPrices() {
        int decimals = decimals();
        long[] prices = bids.stream()
                .mapToLong(bid -> bid.price().movePointRight(decimals).longValueExact())
                .toArray();
        long sum = 0;
        for (long price : prices) {
            sum = Math.addExact(sum, price);
        }
        return prices;
    }
}
