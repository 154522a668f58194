package io.parley.risk.feeder.domain;

import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.margin.Columns;
import io.parley.clearing.margin.Instruments;
import io.parley.clearing.margin.MarketSnapshot;
import io.parley.clearing.margin.PortfolioParameters;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.PriceContent.Expiry;
import io.parley.protocol.PriceContent.Underlying;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a co-signer asks of a bundle beside that its own market says the same. Each check gives the first thing that is wrong,
 * with the number and the bound, or nothing.
 */
public final class PriceChecks {
    private static final double UNIT = Fixed8.ONE;
    private static final double YEAR = 365 * 86_400.0;

    /** Closer to expiry a total variance has too few digits on the wire for its derivatives to mean anything. */
    private static final long LEAST_SECONDS = 3_600;

    /** Log-moneyness is looked at in half deviations up to five. */
    private static final int GRID = 10;

    /** What rounding to the wire may make of a density or a variance that is zero. */
    private static final double DENSITY = 1e-3;

    private static final double VARIANCE = 3 / UNIT;
    private static final PortfolioParameters ONLY_MARKS = PortfolioParameters.published();

    private PriceChecks() {}

    /** An underlying or an expiry day that is there twice: a forward would depend on who reads it. */
    static String duplicates(PriceContent content) {
        Set<Integer> numbers = new HashSet<>();
        for (Underlying underlying : content.underlyings()) {
            if (!numbers.add(underlying.underlying())) {
                return "underlying %d is there twice".formatted(underlying.underlying());
            }
            Set<Integer> days = new HashSet<>();
            for (Expiry expiry : underlying.expiries()) {
                if (!days.add(expiry.day())) {
                    return "expiry %d of underlying %d is there twice".formatted(expiry.day(), underlying.underlying());
                }
            }
        }
        return "";
    }

    /** A number that jumped further from the last bundle than its bound. What is new, or gone, has no jump. */
    static String jump(PriceContent last, long lastTime, PriceContent next, long time, PriceBounds bounds) {
        String found = jump("stable price", last.stable(), next.stable(), bounds.stable());
        for (Underlying now : next.underlyings()) {
            Underlying old = last.underlying(now.underlying()).orElse(null);
            if (old == null || !found.isEmpty()) {
                continue;
            }
            String of = " of underlying " + now.underlying();
            found = jump("spot" + of, old.spot(), now.spot(), bounds.price());
            found = found.isEmpty() ? jump("perp mark" + of, old.perpMark(), now.perpMark(), bounds.price()) : found;
            for (Expiry expiry : now.expiries()) {
                Expiry before = old.expiry(expiry.day()).orElse(null);
                if (before == null || !found.isEmpty()) {
                    continue;
                }
                String at = " of expiry " + expiry.day() + of;
                found = jump("forward" + at, before.forward(), expiry.forward(), bounds.price());
                if (found.isEmpty() && seconds(expiry.day(), time) >= LEAST_SECONDS) {
                    found = jump(
                            "volatility" + at,
                            atTheMoney(before, lastTime),
                            atTheMoney(expiry, time),
                            bounds.volatility());
                }
            }
        }
        return found;
    }

    private static String jump(String what, double from, double to, double bound) {
        return Math.abs(to - from) <= bound * Math.abs(from)
                ? ""
                : String.format(
                        Locale.ROOT, "the %s jumps from %.8g to %.8g, more than %.4g %%", what, from, to, bound * 100);
    }

    private static String jump(String what, long from, long to, double bound) {
        return jump(what, from / UNIT, to / UNIT, bound);
    }

    private static double atTheMoney(Expiry expiry, long time) {
        return StrictMath.sqrt(StrictMath.max(svi(expiry).variance(0), 0) / (seconds(expiry.day(), time) / YEAR));
    }

    /** A surface that can be traded against without risk: a negative density, or variance that shrinks with time. */
    static String arbitrage(PriceContent content, long time) {
        for (Underlying underlying : content.underlyings()) {
            List<Expiry> expiries = underlying.expiries().stream()
                    .filter(expiry -> seconds(expiry.day(), time) >= LEAST_SECONDS)
                    .sorted(Comparator.comparingInt(Expiry::day))
                    .toList();
            for (int i = 0; i < expiries.size(); i++) {
                String found = butterfly(underlying.underlying(), expiries.get(i));
                if (found.isEmpty() && i > 0) {
                    found = calendar(underlying.underlying(), expiries.get(i - 1), expiries.get(i));
                }
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return "";
    }

    private static String butterfly(int underlying, Expiry expiry) {
        Svi smile = svi(expiry);
        double deviation = StrictMath.sqrt(StrictMath.max(smile.variance(0), 0));
        for (int i = -GRID; i <= GRID; i++) {
            double k = i * deviation / 2;
            double density = smile.variance(k) > 0 ? smile.density(k) : Double.NEGATIVE_INFINITY;
            if (!(density >= -DENSITY)) {
                return String.format(
                        Locale.ROOT,
                        "butterfly: the density at strike %.8g (k = %.4f) of expiry %d of underlying %d is negative (g = %.4g)",
                        expiry.forward() / UNIT * StrictMath.exp(k),
                        k,
                        expiry.day(),
                        underlying,
                        density);
            }
        }
        return "";
    }

    private static String calendar(int underlying, Expiry near, Expiry far) {
        Svi one = svi(near);
        Svi other = svi(far);
        double deviation = StrictMath.sqrt(StrictMath.max(other.variance(0), 0));
        for (int i = -GRID; i <= GRID; i++) {
            double k = i * deviation / 2;
            if (other.variance(k) < one.variance(k) - VARIANCE) {
                return String.format(
                        Locale.ROOT,
                        "calendar: at k = %.4f of underlying %d total variance falls from %.8f (expiry %d) to %.8f (expiry %d)",
                        k,
                        underlying,
                        one.variance(k),
                        near.day(),
                        other.variance(k),
                        far.day());
            }
        }
        return "";
    }

    /**
     * A mark that does not follow from what stands beside it: the integer kernel of the margin makes each again. It may differ
     * by a billionth of the larger of forward and strike and 100 units of 1e-8; spot and perpetual by nothing.
     */
    static String irreproducible(PriceContent content, long time) {
        List<AssetId> assets =
                content.marks().stream().map(PriceContent.Mark::asset).toList();
        Instruments instruments = Instruments.of(assets);
        try {
            Columns columns = Columns.of(MarketSnapshot.of(content, time), ONLY_MARKS, instruments);
            for (PriceContent.Mark mark : content.marks()) {
                AssetId asset = mark.asset();
                if (asset.isCash()) {
                    continue;
                }
                long made = columns.mark(instruments.row(asset));
                long allowed = asset.kind().isOption()
                        ? 100 + Math.max(forward(content, asset), asset.strike()) / 1_000_000_000
                        : 0;
                if (Math.abs(mark.mark() - made) > allowed) {
                    return "the mark of %s is %s, the kernel makes %s of the surface; the tolerance is %s"
                            .formatted(asset, Fixed8.format(mark.mark()), Fixed8.format(made), Fixed8.format(allowed));
                }
            }
            return "";
        } catch (MarginUnavailable | ArithmeticException | IllegalArgumentException e) {
            return "the kernel makes no marks of the surface: " + e.getMessage();
        }
    }

    private static long forward(PriceContent content, AssetId asset) {
        return content.underlying(asset.underlying())
                .flatMap(underlying -> underlying.expiry(asset.expiryDay()))
                .map(Expiry::forward)
                .orElse(0L);
    }

    private static Svi svi(Expiry expiry) {
        return new Svi(
                expiry.a() / UNIT, expiry.b() / UNIT, expiry.rho() / UNIT, expiry.m() / UNIT, expiry.sigma() / UNIT);
    }

    private static long seconds(int day, long time) {
        return AssetId.option(1, LocalDate.of(2020, 1, 1).plusDays(day), true, Fixed8.ONE)
                        .expiryTime()
                - time;
    }
}
