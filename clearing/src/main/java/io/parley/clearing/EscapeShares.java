package io.parley.clearing;

import java.math.BigInteger;
import java.util.Collection;

/**
 * What each cash claim gets once the exit is closed (docs/exit.md). All amounts in cash units of 1e-8.
 *
 * @param cash what serves the claims: min(A, P)
 * @param left what late claims can still have: A - cash
 * @param claims the sum of the claims in time: P
 * @param worth what the pool of forfeited base is worth at the bundle's spots
 */
public record EscapeShares(long cash, long left, BigInteger claims, BigInteger worth) {

    /**
     * {@return the shares if the exit is closed with these accounts}
     *
     * @param available cash that the vault holds and owes to nobody: A
     * @param inTime the escape values of the accounts registered
     */
    public static EscapeShares at(long available, Collection<EscapeValue> inTime) {
        BigInteger claims = BigInteger.ZERO;
        BigInteger worth = BigInteger.ZERO;
        for (EscapeValue account : inTime) {
            claims = claims.add(BigInteger.valueOf(account.claim()));
            for (EscapeValue.Forfeit lost : account.forfeited().values()) {
                worth = worth.add(lost.worth());
            }
        }
        long cash = claims.min(BigInteger.valueOf(available)).longValueExact();
        return new EscapeShares(cash, available - cash, claims, worth);
    }

    /** What the claims lack in cash. */
    public BigInteger shortfall() {
        return claims.subtract(BigInteger.valueOf(cash));
    }

    /** The cash of a claim in time: ⌊claim · cash / P⌋. */
    public long cashOf(long claim) {
        return claim == 0 || claims.signum() == 0
                ? 0
                : BigInteger.valueOf(claim)
                        .multiply(BigInteger.valueOf(cash))
                        .divide(claims)
                        .longValueExact();
    }

    /** The cash of a claim that comes now, after the close. */
    public long lateCashOf(long claim) {
        return Math.min(claim, left);
    }

    /**
     * The base that a claim in time gets of what was forfeited: ⌊pool · claim · min(shortfall, worth) / (P · worth)⌋.
     *
     * @param pool units of the asset in the pool
     */
    public long baseOf(long pool, long claim) {
        return claim == 0 || claims.signum() == 0 || worth.signum() == 0
                ? 0
                : BigInteger.valueOf(pool)
                        .multiply(BigInteger.valueOf(claim))
                        .multiply(shortfall().min(worth))
                        .divide(claims.multiply(worth))
                        .longValueExact();
    }
}
