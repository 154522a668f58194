package io.parley.clearing;

import io.parley.protocol.Fixed8;

/**
 * What an account is worth and what is required of it, in cash units of 1e-8. Net margin is value less requirement;
 * below zero fails.
 *
 * @param value everything at its mark: cash, perps, base assets and options
 * @param imRequirement initial requirement: what decides whether more may be opened or withdrawn
 * @param mmRequirement maintenance requirement: what decides about liquidation
 * @param cashAndDerivatives cash, perps and options at mark, without base assets; below zero the account owes cash
 *     that only its base assets cover
 */
public record Margin(long value, long imRequirement, long mmRequirement, long cashAndDerivatives) {
    /** The margin of an account that holds nothing but cash. */
    public static Margin ofCash(long cash) {
        return new Margin(cash, 0, 0, cash);
    }

    /** What is left of the value above the initial requirement; below zero is too little. */
    public long netInitial() {
        return value - imRequirement;
    }

    /** What is left of the value above the maintenance requirement; below zero is too little. */
    public long netMaintenance() {
        return value - mmRequirement;
    }

    @Override
    public String toString() {
        return "value %s USD, initial %s, maintenance %s"
                .formatted(Fixed8.format(value), Fixed8.format(imRequirement), Fixed8.format(mmRequirement));
    }
}
