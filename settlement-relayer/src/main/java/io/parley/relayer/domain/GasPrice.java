package io.parley.relayer.domain;

import java.math.BigInteger;

/**
 * What a transaction offers for gas, in wei per unit.
 *
 * @param tip to the block's producer
 * @param maxFee the most in all
 */
public record GasPrice(BigInteger tip, BigInteger maxFee) {

    private static final BigInteger GWEI = BigInteger.valueOf(1_000_000_000);

    /** Twice the base fee leaves room for six full blocks in a row (each raises it by 12.5 %). */
    public static GasPrice over(BigInteger baseFee) {
        return new GasPrice(GWEI, baseFee.shiftLeft(1).add(GWEI));
    }

    /**
     * The offer that replaces this one. Nodes ask for at least 10 % more on both parts; some accept less and then do not
     * pass it on. One eighth, rounded up, is accepted and passed on everywhere; never below what the base fee asks now.
     */
    public GasPrice bumped(BigInteger baseFee) {
        var now = over(baseFee);
        return new GasPrice(eighthMore(tip).max(now.tip), eighthMore(maxFee).max(now.maxFee));
    }

    private static BigInteger eighthMore(BigInteger fee) {
        return fee.multiply(BigInteger.valueOf(9)).add(BigInteger.valueOf(7)).shiftRight(3);
    }
}
