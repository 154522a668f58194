package io.parley.solvers.amm;

import java.math.BigInteger;
import java.util.Optional;

/**
 * A Uniswap V2 pool's arithmetic, to the last unit as the pool itself computes it: the product of the reserves may not
 * fall after 0.3 % of what comes in is set aside.
 *
 * @param in reserve of the token that is paid in, in the token's own units
 * @param out reserve of the token that is taken out
 */
record ConstantProduct(BigInteger in, BigInteger out) {

    private static final BigInteger KEPT = BigInteger.valueOf(997);
    private static final BigInteger WHOLE = BigInteger.valueOf(1000);

    /** What the pool gives at most for exactly this much; rounded down. */
    BigInteger outFor(BigInteger paid) {
        var kept = paid.multiply(KEPT);
        return kept.multiply(out).divide(in.multiply(WHOLE).add(kept));
    }

    /** What the pool takes at least for exactly this much; rounded up. Empty if it does not hold as much. */
    Optional<BigInteger> inFor(BigInteger taken) {
        if (taken.compareTo(out) >= 0) {
            return Optional.empty();
        }
        return Optional.of(in.multiply(taken)
                .multiply(WHOLE)
                .divide(out.subtract(taken).multiply(KEPT))
                .add(BigInteger.ONE));
    }

    /** The pool after that trade. */
    ConstantProduct after(BigInteger paid, BigInteger taken) {
        return new ConstantProduct(in.add(paid), out.subtract(taken));
    }
}
