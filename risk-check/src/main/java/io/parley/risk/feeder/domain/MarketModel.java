package io.parley.risk.feeder.domain;

import io.parley.clearing.greeks.Black76;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A market that never was: spot, perpetual, forwards, smiles and marks as a pure function of a seed and the time. Two
 * feeders with the same seed agree on every unit.
 *
 * <p>Marks are computed from the rounded values that stand beside them in the bundle, so that anyone can recompute them from
 * the bundle alone.
 */
public final class MarketModel {

    private static final double UNIT = Fixed8.ONE;
    private static final double YEAR = 365 * 86_400.0;
    private static final double RATE = 0.04;

    /** How an underlying behaves: the level it swings around, and how much. */
    private record Character(double level, double vol, double optionVol) {}

    private static final Map<Integer, Character> KNOWN =
            Map.of(1, new Character(3_000, 0.60, 0.58), 2, new Character(90_000, 0.50, 0.47));

    private static final Character OTHER = new Character(100, 0.80, 0.80);

    private final long seed;
    private final List<Shock> shocks;
    private final Map<Integer, Noise> paths = new HashMap<>();

    public MarketModel(long seed) {
        this(seed, List.of());
    }

    /** @param shocks to order; all feeders of a set need the same */
    public MarketModel(long seed, List<Shock> shocks) {
        this.seed = seed;
        this.shocks = List.copyOf(shocks);
    }

    /**
     * The market at a time.
     *
     * @param time unix seconds
     * @param listed what has to be marked; the cash is not
     */
    public PriceContent at(long time, Collection<AssetId> listed) {
        Map<Integer, SortedSet<Integer>> expiryDays = new TreeMap<>();
        Map<Integer, Long> expiryTimes = new HashMap<>();
        for (AssetId asset : listed) {
            if (!asset.isCash()) {
                SortedSet<Integer> days = expiryDays.computeIfAbsent(asset.underlying(), u -> new TreeSet<>());
                if (asset.kind().isOption()) {
                    days.add(asset.expiryDay());
                    expiryTimes.put(asset.expiryDay(), asset.expiryTime());
                }
            }
        }
        List<PriceContent.Underlying> underlyings = new ArrayList<>();
        expiryDays.forEach((underlying, days) -> {
            Path path = new Path(underlying, time);
            List<PriceContent.Expiry> expiries = new ArrayList<>();
            days.forEach(day -> expiries.add(path.expiry(day, years(expiryTimes.getOrDefault(day, 0L), time))));
            underlyings.add(new PriceContent.Underlying(
                    underlying, path.spot, Fixed8.ONE, units(RATE), path.perpMark, expiries));
        });
        return new PriceContent(Fixed8.ONE, underlyings, marks(underlyings, listed, time));
    }

    /** One underlying at one time. */
    private final class Path {
        private final Character character;
        private final Noise noise;
        private final long time;
        private final long spot;
        private final long perpMark;
        private final double shockedVol;

        private Path(int underlying, long time) {
            this.character = KNOWN.getOrDefault(underlying, OTHER);
            this.noise = paths.computeIfAbsent(underlying, u -> new Noise(seed * 31 + u));
            this.time = time;
            double price = character.level * StrictMath.exp(noise.path(time, character.vol));
            double shockedVol = 1;
            for (Shock shock : shocks) {
                price *= shock.priceAt(underlying, time);
                shockedVol *= shock.volatilityAt(underlying, time);
            }
            this.shockedVol = shockedVol;
            // Cents, as an exchange would quote it.
            this.spot = StrictMath.round(price * 100) * (Fixed8.ONE / 100);
            double basis = 0.0004 * noise.swing(0, time, 1_800) + 0.0001 * noise.swing(1, time, 60);
            this.perpMark = StrictMath.round(price * (1 + basis) * 100) * (Fixed8.ONE / 100);
        }

        private PriceContent.Expiry expiry(int day, double years) {
            double vol = character.optionVol
                    * shockedVol
                    * StrictMath.exp(0.15 * noise.swing(2, time, 10_800) + 0.04 * noise.swing(3, time, 900));
            // An expired smile has no width; a second keeps its form until the expiry is settled.
            Svi smile = Svi.around(vol, StrictMath.max(years, 1 / YEAR));
            return new PriceContent.Expiry(
                    day,
                    units(spot / UNIT * StrictMath.exp(RATE * years)),
                    units(smile.a()),
                    units(smile.b()),
                    units(smile.rho()),
                    units(smile.m()),
                    units(smile.sigma()));
        }
    }

    private static List<PriceContent.Mark> marks(
            List<PriceContent.Underlying> underlyings, Collection<AssetId> listed, long time) {
        Map<Integer, PriceContent.Underlying> known = new HashMap<>();
        underlyings.forEach(u -> known.put(u.underlying(), u));
        List<PriceContent.Mark> marks = new ArrayList<>();
        listed.stream().filter(a -> !a.isCash()).distinct().sorted().forEach(asset -> {
            PriceContent.Underlying underlying = known.get(asset.underlying());
            if (underlying != null) {
                marks.add(new PriceContent.Mark(asset, mark(asset, underlying, time)));
            }
        });
        return marks;
    }

    private static long mark(AssetId asset, PriceContent.Underlying underlying, long time) {
        return switch (asset.kind()) {
            case CASH -> Fixed8.ONE;
            case SPOT -> underlying.spot();
            case PERP -> underlying.perpMark();
            case CALL, PUT ->
                underlying
                        .expiry(asset.expiryDay())
                        .map(expiry -> option(asset, expiry, underlying.rate(), time))
                        .orElse(0L);
        };
    }

    private static long option(AssetId asset, PriceContent.Expiry expiry, long rate, long time) {
        double forward = expiry.forward() / UNIT;
        double strike = asset.strike() / UNIT;
        double years = years(asset.expiryTime(), time);
        Svi smile = new Svi(
                expiry.a() / UNIT, expiry.b() / UNIT, expiry.rho() / UNIT, expiry.m() / UNIT, expiry.sigma() / UNIT);
        double vol = years > 0 ? smile.vol(forward, strike, years) : 0;
        return units(Black76.value(
                asset.kind() == io.parley.protocol.AssetKind.CALL, forward, strike, vol, years, rate / UNIT));
    }

    private static double years(long expiryTime, long time) {
        return StrictMath.max(expiryTime - time, 0) / YEAR;
    }

    private static long units(double value) {
        return StrictMath.round(value * UNIT);
    }
}
