package io.parley.devnet.deployment;

import java.time.Duration;

/**
 * When a market can be frozen, and how long its accounts may register then (docs/exit.md). Whole seconds; fixed when the
 * contracts are made.
 *
 * @param freezeAfter how old the oldest waiting queue entry must be before anyone may freeze
 * @param forceAfter after how long a batch may not leave an entry behind; shorter than {@code freezeAfter}
 * @param registrationPeriod for how long after the freeze registration is open at least
 */
public record ExitTerms(Duration freezeAfter, Duration forceAfter, Duration registrationPeriod) {

    /** The published values. */
    public static final ExitTerms PUBLISHED = new ExitTerms(Duration.ofDays(7), Duration.ofDays(5), Duration.ofDays(7));
}
