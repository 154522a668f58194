package io.parley.solvers;

import io.parley.protocol.Fixed8;
import java.util.Map;

/** A solver's own settings, read with a default and a range, and with a message that names what is wrong. */
public final class Settings {

    private final Map<String, String> values;

    public Settings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** Dollars, as "0.05", in units of 1e-8. */
    public long cash(String key, String otherwise) {
        long cash = Fixed8.parse(text(key, otherwise));
        if (cash < 0) {
            throw new IllegalArgumentException(
                    "The setting %s (%s) must not be negative.".formatted(key, Fixed8.format(cash)));
        }
        return cash;
    }

    public int whole(String key, int otherwise, int least, int most) {
        return (int) number(key, otherwise, least, most);
    }

    public double number(String key, double otherwise, double least, double most) {
        var text = values.get(key);
        double value;
        try {
            value = text == null ? otherwise : Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("The setting %s (%s) must be a number.".formatted(key, text), e);
        }
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    "The setting %s (%s) must be %s to %s.".formatted(key, value, least, most));
        }
        return value;
    }

    public String text(String key, String otherwise) {
        return values.getOrDefault(key, otherwise).strip();
    }

    public String required(String key) {
        var value = values.get(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("The setting %s is missing.".formatted(key));
        }
        return value.strip();
    }
}
