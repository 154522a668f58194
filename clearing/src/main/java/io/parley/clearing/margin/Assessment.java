package io.parley.clearing.margin;

import io.parley.clearing.Margin;
import java.util.List;
import java.util.Optional;

/**
 * What an account is worth, what is required of it, and what each scenario would do to it. Cash units of 1e-8.
 *
 * @param mode which rules made the margin
 * @param margin value, requirements and net margins
 * @param underlyings ascending by number; in every mode, as the scenarios are worth knowing in every mode
 */
public record Assessment(MarginMode mode, Margin margin, List<UnderlyingRisk> underlyings) {
    /** Copies the list. */
    public Assessment {
        underlyings = List.copyOf(underlyings);
    }

    /**
     * One underlying of the account.
     *
     * @param underlying its number
     * @param value everything at its mark
     * @param scenarios the change of that value in each scenario, in the order of the parameters, weighted, below zero a
     *     loss
     * @param worst the index of the lowest scenario, or -1 if none loses
     * @param maintenanceContingency required beside the scenarios
     * @param initialContingency required on top of that for initial margin
     */
    public record UnderlyingRisk(
            int underlying,
            long value,
            List<Long> scenarios,
            int worst,
            long maintenanceContingency,
            long initialContingency) {
        /** Copies the list. */
        public UnderlyingRisk {
            scenarios = List.copyOf(scenarios);
        }

        /** {@return the weighted change of value in the worst scenario, at most 0} */
        public long worstChange() {
            return worst < 0 ? 0 : scenarios.get(worst);
        }

        /**
         * {@return the value after a scenario, with its weight}
         *
         * @param scenario its index in the parameters
         */
        public long valueAfter(int scenario) {
            return Math.addExact(value, scenarios.get(scenario));
        }
    }

    /**
     * {@return what is known of one underlying, empty if the account does not hold it}
     *
     * @param number its number
     */
    public Optional<UnderlyingRisk> underlying(int number) {
        return underlyings.stream().filter(u -> u.underlying() == number).findFirst();
    }
}
