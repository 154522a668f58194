package io.parley.clearing;

import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an account leaves a stopped market with (docs/exit.md): the same numbers as the contract {@code Exit}. All amounts
 * in units of 1e-8.
 *
 * @param value cash and derivatives at the last final marks; negative is a debt
 * @param kept base assets that the owner is paid in kind
 * @param forfeited base assets that are taken for a debt
 */
public record EscapeValue(BigInteger value, SortedMap<AssetId, Long> kept, SortedMap<AssetId, Forfeit> forfeited) {

    private static final BigInteger ONE = BigInteger.valueOf(Fixed8.ONE);
    private static final BigInteger MAX_CLAIM = BigInteger.valueOf(Long.MAX_VALUE);

    /** The bounty is one part in so many of what is forfeited. */
    private static final long BOUNTY_PART = 100;

    /**
     * What an account loses of one base asset.
     *
     * @param units all of it
     * @param bounty what of it goes to who registers the account in time
     * @param worth what the rest is worth at the bundle's spot, in cash units
     */
    public record Forfeit(long units, long bounty, BigInteger worth) {

        /** What goes into the pool. */
        public long pooled() {
            return units - bounty;
        }
    }

    /** Copies the maps. */
    public EscapeValue {
        kept = Collections.unmodifiableSortedMap(new TreeMap<>(kept));
        forfeited = Collections.unmodifiableSortedMap(new TreeMap<>(forfeited));
    }

    /**
     * {@return the escape value of an account}
     *
     * @param prices the last final bundle; empty if there never was one
     */
    public static EscapeValue of(Account account, Optional<PriceContent> prices) {
        BigInteger value = BigInteger.valueOf(account.cash());
        for (Position position : account.positions()) {
            if (position.asset().kind() != AssetKind.SPOT) {
                value = value.add(floor(
                        BigInteger.valueOf(position.quantity())
                                .multiply(BigInteger.valueOf(mark(position.asset(), prices))),
                        ONE));
            }
        }
        TreeMap<AssetId, Long> kept = new TreeMap<>();
        TreeMap<AssetId, Forfeit> forfeited = new TreeMap<>();
        BigInteger debt = value.negate().max(BigInteger.ZERO);
        for (Position position : account.positions()) {
            if (position.asset().kind() != AssetKind.SPOT || position.quantity() <= 0) {
                continue;
            }
            BigInteger held = BigInteger.valueOf(position.quantity());
            BigInteger spot = BigInteger.valueOf(spot(position.asset(), prices));
            BigInteger lost = BigInteger.ZERO;
            if (debt.signum() > 0 && spot.signum() > 0) {
                lost = held.min(ceil(debt.multiply(ONE), spot));
                debt = debt.subtract(lost.multiply(spot).divide(ONE)).max(BigInteger.ZERO);
                long bounty = lost.longValueExact() / BOUNTY_PART;
                BigInteger worth =
                        lost.subtract(BigInteger.valueOf(bounty)).multiply(spot).divide(ONE);
                forfeited.put(position.asset(), new Forfeit(lost.longValueExact(), bounty, worth));
            }
            if (held.compareTo(lost) > 0) {
                kept.put(position.asset(), held.subtract(lost).longValueExact());
            }
        }
        return new EscapeValue(value, kept, forfeited);
    }

    /** The cash claim: the value, 0 for a debt, and never more than 2^63 - 1. */
    public long claim() {
        return value.max(BigInteger.ZERO).min(MAX_CLAIM).longValueExact();
    }

    /** Whether registering the account pays anybody anything. */
    public boolean matters() {
        return value.signum() > 0 || !kept.isEmpty() || !forfeited.isEmpty();
    }

    private static long mark(AssetId asset, Optional<PriceContent> prices) {
        return Math.max(
                0,
                asset.kind() == AssetKind.PERP
                        ? prices.flatMap(bundle -> bundle.underlying(asset.underlying()))
                                .map(PriceContent.Underlying::perpMark)
                                .orElse(0L)
                        : prices.map(bundle -> bundle.mark(asset).orElse(0)).orElse(0L));
    }

    private static long spot(AssetId asset, Optional<PriceContent> prices) {
        return prices.flatMap(bundle -> bundle.underlying(asset.underlying()))
                .map(underlying -> Math.max(0, underlying.spot()))
                .orElse(0L);
    }

    private static BigInteger floor(BigInteger dividend, BigInteger divisor) {
        BigInteger[] parts = dividend.divideAndRemainder(divisor);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger ceil(BigInteger dividend, BigInteger divisor) {
        return floor(dividend.negate(), divisor).negate();
    }
}
