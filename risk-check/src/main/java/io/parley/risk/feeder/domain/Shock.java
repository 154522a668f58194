package io.parley.risk.feeder.domain;

/**
 * A crash or a spike to order: from its start the factors are in full effect, and they fade evenly until its end.
 *
 * @param underlying whose, 0 for all
 * @param from unix seconds
 * @param seconds how long, above 0
 * @param price what spot, perpetual and forwards are multiplied by, above 0: 0.7 is a crash
 * @param volatility what volatilities are multiplied by, above 0
 */
public record Shock(int underlying, long from, long seconds, double price, double volatility) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the first value that is out of range
     */
    public Shock {
        if (underlying < 0 || seconds <= 0 || !(price > 0) || !(volatility > 0)) {
            throw new IllegalArgumentException(
                    "The shock (%d:%d:%d:%s:%s) must have an underlying of at least 0, and seconds and factors above 0."
                            .formatted(underlying, from, seconds, price, volatility));
        }
    }

    /**
     * {@return the shock of a setting}
     *
     * @param text {@code underlying:from:seconds:price:volatility}
     * @throws IllegalArgumentException if it has another form
     */
    public static Shock parse(String text) {
        String[] parts = text.strip().split(":", -1);
        try {
            if (parts.length == 5) {
                return new Shock(
                        Integer.parseInt(parts[0]),
                        Long.parseLong(parts[1]),
                        Long.parseLong(parts[2]),
                        Double.parseDouble(parts[3]),
                        Double.parseDouble(parts[4]));
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new IllegalArgumentException(
                "The shock (%s) must be underlying:from:seconds:price:volatility.".formatted(text));
    }

    double priceAt(int number, long time) {
        return factor(price, number, time);
    }

    double volatilityAt(int number, long time) {
        return factor(volatility, number, time);
    }

    private double factor(double full, int number, long time) {
        if (underlying != 0 && underlying != number || time < from || time >= from + seconds) {
            return 1;
        }
        return full + (1 - full) * (time - from) / seconds;
    }
}
