package io.parley.clearing;

import io.parley.protocol.Fixed8;

/** Writes cash amounts for people: exact, with at least the cents. */
final class Usd {
    private Usd() {}

    static String format(long units) {
        String exact = Fixed8.format(units);
        int point = exact.indexOf('.');
        return point < 0 ? exact + ".00" : point == exact.length() - 2 ? exact + "0" : exact;
    }
}
