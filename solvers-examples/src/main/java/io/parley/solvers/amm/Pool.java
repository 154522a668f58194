package io.parley.solvers.amm;

import io.parley.protocol.Address;
import io.parley.protocol.spi.RoutePlan;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * A Uniswap V2 pair of one spot asset against cash.
 *
 * @param asset the name of the spot asset that the pool trades, as "ETH"
 * @param pair the pair's address
 * @param assetFirst whether the asset is the pair's token0
 * @param assetDecimals decimals of the asset's token
 * @param cashDecimals decimals of the cash token
 */
record Pool(String asset, Address pair, boolean assetFirst, int assetDecimals, int cashDecimals) {

    /** Decimals of the protocol's units. */
    static final int SCALE = 8;

    /**
     * Reads {@code <asset's name>:<pair>:<0 or 1>:<asset decimals>:<cash decimals>}; the digit says which of the pair's tokens is the asset.
     */
    static Pool parse(String text) {
        var parts = text.strip().split(":", -1);
        if (parts.length != 5 || !(parts[2].equals("0") || parts[2].equals("1"))) {
            throw new IllegalArgumentException("""
                    The pool (%s) must be asset:pair:order:assetDecimals:cashDecimals, as ETH:0x…:0:18:6,
                    where the order is 0 if the asset is the pair's token0 and 1 if it is token1.""".formatted(text));
        }
        return new Pool(
                parts[0],
                Address.parse(parts[1]),
                parts[2].equals("0"),
                Integer.parseInt(parts[3]),
                Integer.parseInt(parts[4]));
    }

    /** The pool's arithmetic for whoever pays cash and takes the asset. */
    ConstantProduct buying(Reserves reserves) {
        return assetFirst
                ? new ConstantProduct(reserves.second(), reserves.first())
                : new ConstantProduct(reserves.first(), reserves.second());
    }

    /** The pool's arithmetic for whoever pays the asset and takes cash. */
    ConstantProduct selling(Reserves reserves) {
        var buying = buying(reserves);
        return new ConstantProduct(buying.out(), buying.in());
    }

    /** Units of 1e-8 of the asset in its token's own units. */
    BigInteger assetToken(long units, RoundingMode rounding) {
        return BigDecimal.valueOf(units, SCALE)
                .setScale(assetDecimals, rounding)
                .unscaledValue();
    }

    /** Units of 1e-8 of cash in its token's own units. */
    BigInteger cashToken(long units, RoundingMode rounding) {
        return BigDecimal.valueOf(units, SCALE).setScale(cashDecimals, rounding).unscaledValue();
    }

    /** The asset token's own units in units of 1e-8. */
    long assetUnits(BigInteger token, RoundingMode rounding) {
        return new BigDecimal(token, assetDecimals)
                .setScale(SCALE, rounding)
                .unscaledValue()
                .longValueExact();
    }

    /** The cash token's own units in units of 1e-8. */
    long cashUnits(BigInteger token, RoundingMode rounding) {
        return new BigDecimal(token, cashDecimals)
                .setScale(SCALE, rounding)
                .unscaledValue()
                .longValueExact();
    }

    /** The reserves after so much of both was added, in the tokens' own units. */
    Reserves reserves(Reserves before, BigInteger asset, BigInteger cash) {
        return assetFirst
                ? new Reserves(before.first().add(asset), before.second().add(cash))
                : new Reserves(before.first().add(cash), before.second().add(asset));
    }

    /** The reserves after all of a route's input was paid in. */
    Reserves after(Reserves before, RoutePlan plan) {
        if (plan.input().isCash()) {
            var paid = cashToken(plan.amount(), RoundingMode.FLOOR);
            return reserves(before, buying(before).outFor(paid).negate(), paid);
        }
        var paid = assetToken(plan.amount(), RoundingMode.FLOOR);
        return reserves(before, paid, selling(before).outFor(paid).negate());
    }

    /** What the pair holds of its token0 and token1. */
    record Reserves(BigInteger first, BigInteger second) {}
}
