package io.parley.clearing.margin;

import io.parley.clearing.MarginUnavailable;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * What the margin of a moment is computed from: per underlying spot, perpetual, forwards and volatilities. All values in
 * units of 1e-8. The marks of options are not part of it; they follow from it.
 *
 * @param time unix seconds
 * @param stable the US dollar value of the settlement token, above zero
 * @param underlyings each at most once
 */
public record MarketSnapshot(long time, long stable, List<Underlying> underlyings) {

    /**
     * One underlying.
     *
     * @param underlying its number in asset ids
     * @param spot cash per whole, above zero
     * @param confidence how sure the spot is, 1 is sure
     * @param rate yearly interest rate, continuously compounded; below zero it counts as zero
     * @param perpMark cash per whole, not negative
     * @param expiries each day at most once
     */
    public record Underlying(
            int underlying, long spot, long confidence, long rate, long perpMark, List<Expiry> expiries) {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the first value that is out of range
         */
        public Underlying {
            expiries = List.copyOf(expiries);
            require(spot > 0, "spot", spot, "above zero");
            require(confidence >= 0, "confidence", confidence, "at least zero");
            require(perpMark >= 0, "perp mark", perpMark, "at least zero");
            require(
                    expiries.stream().mapToInt(Expiry::day).distinct().count() == expiries.size(),
                    "number of expiries",
                    expiries.size(),
                    "that of their days");
        }

        /**
         * {@return one expiry}
         *
         * @param day as {@link io.parley.protocol.AssetId#expiryDay}
         * @throws MarginUnavailable NO_PRICE if there is none
         */
        public Expiry expiry(int day) {
            return expiries.stream()
                    .filter(expiry -> expiry.day() == day)
                    .findFirst()
                    .orElseThrow(() -> new MarginUnavailable(
                            Reason.NO_PRICE,
                            "underlying %d has no forward for expiry day %d".formatted(underlying, day)));
        }
    }

    /**
     * One expiry.
     *
     * @param day days since 2020-01-01, as {@link io.parley.protocol.AssetId#expiryDay}
     * @param forward cash per whole for delivery at expiry, not negative
     * @param fixed what of the forward is settled already: within the settlement window the elapsed part of the average,
     *     before it 0. Only the rest moves in a scenario.
     * @param smile the volatilities
     */
    public record Expiry(int day, long forward, long fixed, Smile smile) {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the first value that is out of range
         */
        public Expiry {
            require(forward >= 0, "forward", forward, "at least zero");
            require(fixed >= 0 && fixed <= forward, "fixed part", fixed, "between zero and the forward");
        }
    }

    /** The volatilities of one expiry. */
    public sealed interface Smile {
        /**
         * The deviation of a strike, {@code vol * sqrt(years)}, with 57 fraction bits.
         *
         * @param strike cash units of 1e-8, above zero
         * @param forward cash units of 1e-8, above zero
         * @param seconds to expiry
         */
        long deviation(long strike, long forward, long seconds);

        /** Raw SVI: total variance {@code a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))}, each in units of 1e-8. */
        record Svi(long a, long b, long rho, long m, long sigma) implements Smile {
            private static final BigInteger SCALE = BigInteger.valueOf(Fixed8.ONE);

            @Override
            public long deviation(long strike, long forward, long seconds) {
                if (seconds <= 0) {
                    return 0;
                }
                // Exact but for the logarithms and the two roots, which round down their last bit.
                BigInteger x = BigInteger.valueOf(FixedMath.ln(strike) - FixedMath.ln(forward))
                        .multiply(SCALE)
                        .subtract(BigInteger.valueOf(m).shiftLeft(FixedMath.BITS));
                BigInteger width = BigInteger.valueOf(sigma).shiftLeft(FixedMath.BITS);
                BigInteger bend = x.multiply(x).add(width.multiply(width)).sqrt();
                BigInteger slope = BigInteger.valueOf(rho).multiply(x).add(bend.multiply(SCALE));
                BigInteger variance = BigInteger.valueOf(a)
                        .multiply(SCALE)
                        .multiply(SCALE)
                        .shiftLeft(FixedMath.BITS)
                        .add(BigInteger.valueOf(b).multiply(slope));
                return FixedMath.root(variance.shiftLeft(FixedMath.BITS)
                        .divide(SCALE.multiply(SCALE).multiply(SCALE)));
            }
        }

        /**
         * A volatility for each strike, for markets that quote them so.
         *
         * @param byStrike annual, by strike, both in units of 1e-8; 60 % is 60_000_000
         */
        record Vols(Map<Long, Long> byStrike) implements Smile {
            /**
             * Checks the ranges.
             *
             * @throws IllegalArgumentException if a volatility is negative
             */
            public Vols {
                byStrike = Map.copyOf(byStrike);
                byStrike.values().forEach(vol -> require(vol >= 0, "volatility", vol, "at least zero"));
            }

            @Override
            public long deviation(long strike, long forward, long seconds) {
                Long vol = byStrike.get(strike);
                if (vol == null) {
                    throw new MarginUnavailable(
                            Reason.NO_PRICE,
                            "there is no volatility for the strike %s".formatted(Fixed8.format(strike)));
                }
                return FixedMath.deviation(vol, seconds);
            }
        }
    }

    /** A smile that stays where it was while the forward moves. */
    private record Sticky(Smile smile, long forward) implements Smile {
        @Override
        public long deviation(long strike, long moved, long seconds) {
            return smile.deviation(strike, forward, seconds);
        }
    }

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the first value that is out of range
     */
    public MarketSnapshot {
        underlyings = List.copyOf(underlyings);
        require(stable > 0, "stable price", stable, "above zero");
        require(
                underlyings.stream().mapToInt(Underlying::underlying).distinct().count() == underlyings.size(),
                "number of underlyings",
                underlyings.size(),
                "that of their numbers");
    }

    /**
     * The market that feeders signed. Its marks are left aside: they are to follow from the rest.
     *
     * @param content an admissible content
     * @param time unix seconds of the price
     */
    public static MarketSnapshot of(PriceContent content, long time) {
        return new MarketSnapshot(
                time,
                content.stable(),
                content.underlyings().stream()
                        .map(u -> new Underlying(
                                u.underlying(),
                                u.spot(),
                                u.confidence(),
                                u.rate(),
                                u.perpMark(),
                                u.expiries().stream()
                                        .map(e -> new Expiry(
                                                e.day(),
                                                e.forward(),
                                                0,
                                                new Smile.Svi(e.a(), e.b(), e.rho(), e.m(), e.sigma())))
                                        .toList()))
                        .toList());
    }

    /**
     * {@return one underlying}
     *
     * @param number as {@link io.parley.protocol.AssetId#underlying}
     * @throws MarginUnavailable NO_PRICE if there is none
     */
    public Underlying underlying(int number) {
        return underlyings.stream()
                .filter(underlying -> underlying.underlying() == number)
                .findFirst()
                .orElseThrow(
                        () -> new MarginUnavailable(Reason.NO_PRICE, "underlying %d has no price".formatted(number)));
    }

    /**
     * The same market after a move of one underlying: spot, perpetual and the floating part of all forwards move in
     * proportion, volatilities stay with their strikes.
     *
     * @param spot the new spot, above zero
     */
    MarketSnapshot movedTo(int number, long spot) {
        return new MarketSnapshot(
                time,
                stable,
                underlyings.stream()
                        .map(u -> u.underlying() == number ? moved(u, spot) : u)
                        .toList());
    }

    private static Underlying moved(Underlying u, long spot) {
        return new Underlying(
                u.underlying(),
                spot,
                u.confidence(),
                u.rate(),
                Fixed8.mulDivFloor(u.perpMark(), spot, u.spot()),
                u.expiries().stream()
                        .map(e -> {
                            long forward = Math.addExact(
                                    e.fixed(), Fixed8.mulDivFloor(e.forward() - e.fixed(), spot, u.spot()));
                            return new Expiry(e.day(), forward, e.fixed(), new Sticky(e.smile(), e.forward()));
                        })
                        .toList());
    }

    private static void require(boolean holds, String what, long value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "The %s (%s) of a market must be %s.".formatted(what, Fixed8.format(value), rule));
        }
    }
}
