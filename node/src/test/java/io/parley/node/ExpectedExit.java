package io.parley.node;

import io.parley.clearing.Account;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What each owner is to get if all accounts are registered in time, and what stays in the vault: worked out once more from
 * docs/exit.md, without the code that it is compared with. All in units.
 */
final class ExpectedExit {

    private static final BigInteger ONE = BigInteger.valueOf(Fixed8.ONE);

    /** By owner; the cash is an asset as the others are. */
    private final Map<Address, Map<AssetId, Long>> paid = new HashMap<>();

    private final Map<Address, Long> claims = new HashMap<>();
    private final Map<AssetId, Long> bounties = new HashMap<>();
    private final Map<AssetId, Long> dust = new HashMap<>();
    private final long available;

    private record Debtor(BigInteger lostWorth, Map<AssetId, Long> pooled) {}

    /**
     * @param accounts at the last final batch
     * @param pots what the vault's cash has besides: insurance and fees that nobody was credited
     * @param prices the last final bundle
     */
    ExpectedExit(SortedMap<Integer, Account> accounts, long pots, PriceContent prices) {
        var pool = new TreeMap<AssetId, Long>();
        var worth = BigInteger.ZERO;
        long sum = pots;
        var claimOf = new TreeMap<Integer, Long>();
        for (var entry : accounts.entrySet()) {
            var account = entry.getValue();
            sum += account.cash();
            var value = value(account, prices);
            claimOf.put(entry.getKey(), value.max(BigInteger.ZERO).longValueExact());
            var debtor = forfeit(account, value.negate().max(BigInteger.ZERO), prices);
            worth = worth.add(debtor.lostWorth());
            debtor.pooled().forEach((asset, units) -> pool.merge(asset, units, Long::sum));
        }
        available = sum;
        var all = claimOf.values().stream().map(BigInteger::valueOf).reduce(BigInteger.ZERO, BigInteger::add);
        var served = all.min(BigInteger.valueOf(available));
        var needed = all.subtract(served).min(worth);
        dust.put(AssetId.cash(), available);
        dust.putAll(pool);
        for (var entry : claimOf.entrySet()) {
            var owner = accounts.get(entry.getKey()).owner();
            var claim = BigInteger.valueOf(entry.getValue());
            claims.merge(owner, entry.getValue(), Long::sum);
            if (claim.signum() == 0) {
                continue;
            }
            pay(owner, AssetId.cash(), claim.multiply(served).divide(all).longValueExact());
            for (var pooled : pool.entrySet()) {
                var share =
                        BigInteger.valueOf(pooled.getValue()).multiply(claim).multiply(needed);
                var whole = all.multiply(worth);
                pay(
                        owner,
                        pooled.getKey(),
                        whole.signum() == 0 ? 0 : share.divide(whole).longValueExact());
            }
        }
    }

    /** {@return what an owner gets of an asset} */
    long paid(Address owner, AssetId asset) {
        return paid.getOrDefault(owner, Map.of()).getOrDefault(asset, 0L);
    }

    /** {@return the sum of an owner's cash claims, before any shortfall} */
    long claim(Address owner) {
        return claims.getOrDefault(owner, 0L);
    }

    /** {@return what whoever registers the accounts in debt gets} */
    long bounty(AssetId asset) {
        return bounties.getOrDefault(asset, 0L);
    }

    /** {@return what rounding leaves, and the pots that were not needed} */
    long dust(AssetId asset) {
        return dust.getOrDefault(asset, 0L);
    }

    /** {@return the cash behind all claims} */
    long available() {
        return available;
    }

    private void pay(Address owner, AssetId asset, long units) {
        paid.computeIfAbsent(owner, _ -> new HashMap<>()).merge(asset, units, Long::sum);
        dust.merge(asset, -units, Long::sum);
    }

    private static BigInteger value(Account account, PriceContent prices) {
        var value = BigInteger.valueOf(account.cash());
        for (var position : account.positions()) {
            if (position.asset().kind() != AssetKind.SPOT) {
                value = value.add(floor(position.quantity(), mark(position.asset(), prices)));
            }
        }
        return value;
    }

    /** Keeps what is not forfeited for the owner. */
    private Debtor forfeit(Account account, BigInteger debt, PriceContent prices) {
        var worth = BigInteger.ZERO;
        var pooled = new TreeMap<AssetId, Long>();
        for (var position : account.positions()) {
            var asset = position.asset();
            if (asset.kind() != AssetKind.SPOT) {
                continue;
            }
            long spot = underlying(asset, prices).spot();
            // ⌈d · 1e8 / S⌉
            long lost = debt.multiply(ONE)
                    .add(BigInteger.valueOf(spot - 1))
                    .divide(BigInteger.valueOf(spot))
                    .min(BigInteger.valueOf(position.quantity()))
                    .longValueExact();
            debt = debt.subtract(floor(lost, spot)).max(BigInteger.ZERO);
            bounties.merge(asset, lost / 100, Long::sum);
            pooled.put(asset, lost - lost / 100);
            worth = worth.add(floor(lost - lost / 100, spot));
            paid.computeIfAbsent(account.owner(), _ -> new HashMap<>())
                    .merge(asset, position.quantity() - lost, Long::sum);
        }
        return new Debtor(worth, pooled);
    }

    private static PriceContent.Underlying underlying(AssetId asset, PriceContent prices) {
        return prices.underlyings().stream()
                .filter(priced -> priced.underlying() == asset.underlying())
                .findFirst()
                .orElseThrow();
    }

    private static long mark(AssetId asset, PriceContent prices) {
        if (asset.kind() == AssetKind.PERP) {
            return underlying(asset, prices).perpMark();
        }
        return prices.marks().stream()
                .filter(mark -> mark.asset().equals(asset))
                .findFirst()
                .orElseThrow()
                .mark();
    }

    private static BigInteger floor(long quantity, long price) {
        var parts =
                BigInteger.valueOf(quantity).multiply(BigInteger.valueOf(price)).divideAndRemainder(ONE);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }
}
