package io.parley.protocol;

/**
 * A no with its number: which field, the value it had and the rule it broke.
 *
 * @param reason the code
 * @param field the field, in the words of the signed type, as {@code legs[1].quantity}
 * @param value the value it had, readable
 * @param rule the rule, to be read after "must", as {@code be 1 to 16}
 */
public record Refusal(Reason reason, String field, String value, String rule) {

    /** {@return a sentence, as {@code BAD_COUNT (106): legs (17) must be 1 to 16; no funds moved}} */
    public String message() {
        return "%s (%d): %s (%s) must %s; no funds moved".formatted(reason, reason.code(), field, value, rule);
    }
}
