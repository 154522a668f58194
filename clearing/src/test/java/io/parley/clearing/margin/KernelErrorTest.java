package io.parley.clearing.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The integers beside decimals of a hundred digits, over the whole domain; prints the worst found beside the bound. */
class KernelErrorTest {
    private static final long SEED = 20_260_327;
    private static final StringBuilder REPORT = new StringBuilder();
    private static final BigDecimal ULP = Exact.real(1);
    private static final BigDecimal PROBABILITY_ULP = ULP.divide(BigDecimal.valueOf(32), Exact.DIGITS);

    /** The largest error met, as a share of its bound. */
    private static final class Worst {
        private final String what;
        private BigDecimal share = BigDecimal.ZERO;
        private BigDecimal error = BigDecimal.ZERO;
        private BigDecimal bound = BigDecimal.ONE;
        private String where = "all of them";
        private int cases;

        Worst(String what) {
            this.what = what;
        }

        void see(BigDecimal found, BigDecimal exact, BigDecimal allowed, String at) {
            cases++;
            BigDecimal off = found.subtract(exact).abs();
            BigDecimal of = off.divide(allowed, Exact.DIGITS);
            if (of.compareTo(share) > 0) {
                share = of;
                error = off;
                bound = allowed;
                where = at;
            }
        }

        void check() {
            REPORT.append("%-52s %5d cases, worst error %.3e of a bound of %.3e (%.1f %%) at %s%n"
                    .formatted(what, cases, error, bound, 100 * share.doubleValue(), where));
            assertThat(share).as(REPORT.toString()).isLessThanOrEqualTo(BigDecimal.ONE);
        }
    }

    @AfterAll
    static void report() {
        System.out.printf("seed %d%n%s", SEED, REPORT);
    }

    @Test
    void logarithm() {
        var worst = new Worst("ln, bound 2^-57");
        var random = new Random(SEED);
        for (int i = 0; i < 1_500; i++) {
            long x = i < 64
                    ? Math.max(1, (1L << i) - 1)
                    : i < 126 ? 1L << (i - 64) : random.nextLong() >>> 1 + random.nextInt(62);
            if (x > 0) {
                worst.see(Exact.real(FixedMath.ln(x)), Exact.ln(BigDecimal.valueOf(x)), ULP, "x = " + x);
            }
        }
        worst.check();
        assertThat(FixedMath.ln(1)).isZero();
        assertThatThrownBy(() -> FixedMath.ln(0)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void exponential() {
        var worst = new Worst("exp, 2^-57 max(1, e^x)");
        var random = new Random(SEED);
        for (int i = 0; i < 1_500; i++) {
            long x = (long) (FixedMath.ONE * (3.8 - 50 * Math.pow(random.nextDouble(), 1 + i % 4)));
            BigDecimal exact = Exact.exp(Exact.real(x));
            worst.see(
                    Exact.real(FixedMath.exp(x)),
                    exact,
                    ULP.multiply(exact.max(BigDecimal.ONE)),
                    "x = " + Exact.real(x).doubleValue());
        }
        worst.check();
        assertThat(FixedMath.exp(0)).isEqualTo(FixedMath.ONE);
        assertThat(FixedMath.exp(-63 * FixedMath.ONE)).isZero();
        assertThatThrownBy(() -> FixedMath.exp(5 * FixedMath.ONE)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void normalDistribution() {
        var worst = new Worst("N, bound 2^-61");
        var random = new Random(SEED);
        BigDecimal one = new BigDecimal(BigInteger.valueOf(FixedMath.CERTAIN));
        for (int i = 0; i < 3_000; i++) {
            // Both edges of each segment, then anywhere.
            long x = i < 320
                    ? ((long) (i / 4 + 1) << 54) - i % 2
                    : (long) (FixedMath.ONE * (random.nextDouble() * 24 - 12));
            x = i % 4 < 2 ? x : -x;
            BigDecimal found = new BigDecimal(BigInteger.valueOf(FixedMath.normal(x))).divide(one, Exact.DIGITS);
            worst.see(
                    found,
                    Exact.normal(Exact.real(x)),
                    PROBABILITY_ULP.multiply(BigDecimal.TWO),
                    "d = " + Exact.real(x).doubleValue());
            assertThat(FixedMath.normal(x) + FixedMath.normal(-x)).isEqualTo(FixedMath.CERTAIN);
        }
        worst.check();
    }

    @Test
    void deviationOfASmile() {
        var worst = new Worst("SVI, root of variance");
        var random = new Random(SEED);
        for (int i = 0; i < 1_000; i++) {
            long seconds = 1 + (long) Math.exp(random.nextDouble() * 20);
            double variance = Math.pow(Math.exp(random.nextGaussian()), 2) * seconds / FixedMath.YEAR;
            var svi = new MarketSnapshot.Smile.Svi(
                    (long) (1e8 * variance * random.nextDouble()),
                    (long) (1e8 * Math.sqrt(variance) * random.nextDouble()),
                    (long) (1e8 * (1.9 * random.nextDouble() - 0.95)),
                    (long) (1e8 * 0.2 * random.nextGaussian()),
                    (long) (1e8 * 0.5 * random.nextDouble()));
            long forward = Fixed8.parse("3000");
            long strike = (long) (forward * Math.exp((i % 10 == 0 ? 14 : 0.3) * (2 * random.nextDouble() - 1)));
            BigDecimal x = Exact.ln(BigDecimal.valueOf(strike).divide(BigDecimal.valueOf(forward), Exact.DIGITS))
                    .subtract(Exact.decimal(svi.m()));
            BigDecimal bend = x.pow(2).add(Exact.decimal(svi.sigma()).pow(2)).sqrt(Exact.DIGITS);
            BigDecimal exact = Exact.decimal(svi.a())
                    .add(Exact.decimal(svi.b())
                            .multiply(Exact.decimal(svi.rho()).multiply(x).add(bend)))
                    .max(BigDecimal.ZERO)
                    .sqrt(Exact.DIGITS);
            if (exact.compareTo(new BigDecimal("1e-6")) > 0) {
                // One unit for the root, and b (1 + |rho|) / (2 s) times two for the logarithms and one for the inner
                // root.
                BigDecimal slope = Exact.decimal(svi.b())
                        .multiply(BigDecimal.ONE.add(Exact.decimal(svi.rho()).abs()))
                        .divide(exact.multiply(BigDecimal.TWO), Exact.DIGITS);
                worst.see(
                        Exact.real(svi.deviation(strike, forward, seconds)),
                        exact,
                        ULP.multiply(BigDecimal.ONE.add(slope.multiply(BigDecimal.valueOf(3)))),
                        svi + " at " + Fixed8.format(strike));
            }
        }
        worst.check();
    }

    private static BigDecimal bound(long forward, long strike, BigDecimal deviation) {
        BigDecimal two = BigDecimal.TWO;
        BigDecimal sizes = BigDecimal.valueOf(forward).add(BigDecimal.valueOf(strike));
        BigDecimal bound = BigDecimal.ONE.add(sizes.divide(two.pow(60), Exact.DIGITS));
        return deviation.signum() == 0
                ? bound
                : bound.add(BigDecimal.valueOf(forward).divide(two.pow(109).multiply(deviation), Exact.DIGITS));
    }

    private static void see(Worst worst, long forward, long strike, long deviation) {
        BigDecimal exactDeviation = Exact.real(deviation);
        long moneyness = forward == 0 || strike == 0 ? 0 : FixedMath.ln(forward) - FixedMath.ln(strike);
        Black black = Black.of(deviation);
        long call = black.value(true, forward, strike, moneyness);
        long put = black.value(false, forward, strike, moneyness);
        assertThat(call - put).as("parity").isEqualTo(forward - strike);
        worst.see(
                BigDecimal.valueOf(call),
                Exact.black(true, BigDecimal.valueOf(forward), BigDecimal.valueOf(strike), exactDeviation),
                bound(forward, strike, exactDeviation),
                "F %s, K %s, s %.6g".formatted(Fixed8.format(forward), Fixed8.format(strike), exactDeviation));
    }

    @Test
    void black_overTheWholeDomain() {
        var worst = new Worst("Black-76");
        var random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            long forward = random.nextLong() >>> 1 + random.nextInt(60);
            double ratio = Math.exp(random.nextGaussian() * (i % 2 == 0 ? 0.3 : 6));
            double strike = forward * ratio;
            long deviation = (long) (FixedMath.ONE * Math.exp(-20 + 24 * random.nextDouble()));
            // Where the time value is: k comparable to s.
            if (i % 4 == 0) {
                strike = forward * Math.exp(deviation * 0x1p-57 * random.nextGaussian() * 3);
            }
            see(worst, forward, strike > 9e18 ? Long.MAX_VALUE : (long) strike, deviation);
        }
        worst.check();
    }

    /** The bound of docs/margin.md for a cell, from the exact numbers that it depends on. */
    private static BigDecimal cellBound(
            BigDecimal forward, BigDecimal strike, BigDecimal deviation, BigDecimal factor, BigDecimal factorError) {
        BigDecimal deviations = factor.add(deviation.multiply(factorError)).add(BigDecimal.ONE);
        BigDecimal two = BigDecimal.TWO;
        return two.add(forward.max(strike).divide(two.pow(55), Exact.DIGITS))
                .add(forward.multiply(deviations).divide(two.pow(58), Exact.DIGITS));
    }

    @Test
    void cells_fromVolatilityToDiscount() {
        var worst = new Worst("cell of a column");
        var random = new Random(SEED);
        var parameters = PortfolioParameters.published();
        var scenarios = parameters.scenarios();
        BigDecimal unit = BigDecimal.valueOf(Fixed8.ONE);
        for (int i = 0; i < 150; i++) {
            long seconds = i < 10 ? 1 : 1 + (long) Math.exp(random.nextDouble() * 18.5);
            long forward = (long) Math.exp(5 + 36 * random.nextDouble());
            double width = Math.sqrt(seconds / 3.2e7);
            long strike = (long) (forward * Math.exp((i % 5 == 0 ? 13 : width) * random.nextGaussian()));
            var option = AssetId.option(1, LocalDate.of(2026, 3, 27), i % 2 == 0, short28(strike));
            strike = option.strike();
            long vol = i % 7 == 0 ? 25 * Fixed8.ONE : 1 + (long) (3e8 * random.nextDouble());
            var smile = new MarketSnapshot.Smile.Vols(Map.of(strike, vol));
            long rate = (long) (2e7 * random.nextDouble());
            var market = new MarketSnapshot(
                    option.expiryTime() - seconds,
                    Fixed8.ONE,
                    List.of(new MarketSnapshot.Underlying(
                            1,
                            forward,
                            Fixed8.ONE,
                            rate,
                            forward,
                            List.of(new MarketSnapshot.Expiry(option.expiryDay(), forward, 0, smile)))));
            var columns = Columns.of(market, parameters, Instruments.of(List.of(option)));

            BigDecimal years = BigDecimal.valueOf(seconds).divide(BigDecimal.valueOf(FixedMath.YEAR), Exact.DIGITS);
            BigDecimal root = years.sqrt(Exact.DIGITS);
            BigDecimal discount = Exact.exp(Exact.decimal(-rate).multiply(years));
            BigDecimal k = Exact.ln(BigDecimal.valueOf(strike).divide(BigDecimal.valueOf(forward), Exact.DIGITS));
            BigDecimal days = BigDecimal.valueOf(Math.max(seconds, 86_400));
            BigDecimal power =
                    Exact.exp(Exact.ln(BigDecimal.valueOf(30 * 86_400).divide(days, Exact.DIGITS))
                            .multiply(new BigDecimal(seconds <= 30 * 86_400 ? "0.3" : "0.13")));
            BigDecimal cap = new BigDecimal("0.25")
                    .subtract(root.multiply(new BigDecimal("0.1")))
                    .max(BigDecimal.ZERO);
            BigDecimal reach = root.multiply(new BigDecimal("2.4")).max(new BigDecimal("0.01"));
            BigDecimal plain = Exact.decimal(vol).multiply(root);
            BigDecimal range =
                    power.max(BigDecimal.ONE).multiply(BigDecimal.valueOf(2)).add(BigDecimal.ONE);
            BigDecimal slope = BigDecimal.valueOf(4)
                    .add(cap.multiply(BigDecimal.valueOf(8)).divide(reach, Exact.DIGITS));
            for (int j = i % 3; j < scenarios.size(); j += 3) {
                var vols = scenarios.get(j).vols();
                BigDecimal tilt = (vols == PortfolioParameters.Vols.ABSOLUTE_SKEW ? k.abs() : k)
                        .multiply(cap)
                        .divide(reach, Exact.DIGITS)
                        .min(cap)
                        .max(cap.negate());
                BigDecimal factor = switch (vols) {
                    case UNCHANGED -> BigDecimal.ONE;
                    case UP -> BigDecimal.ONE.add(power.multiply(new BigDecimal("0.5")));
                    case DOWN ->
                        BigDecimal.ONE
                                .subtract(power.multiply(new BigDecimal("0.3")))
                                .max(BigDecimal.ZERO);
                    default -> BigDecimal.ONE.add(tilt);
                };
                BigDecimal deviation = plain.multiply(factor);
                if (vols == PortfolioParameters.Vols.UP) {
                    deviation = deviation.max(root.multiply(new BigDecimal("0.4")));
                }
                BigDecimal moved = BigDecimal.valueOf(Fixed8.multiplyFloor(
                        forward, Fixed8.ONE + scenarios.get(j).spot()));
                BigDecimal exact = Exact.black(i % 2 == 0, moved, BigDecimal.valueOf(strike), deviation)
                        .multiply(discount);
                worst.see(
                        BigDecimal.valueOf(columns.value(0, j)),
                        exact,
                        cellBound(moved, BigDecimal.valueOf(strike), plain, factor, vols.isSkew() ? slope : range),
                        "F %s, K %s, vol %s, %d s, %s"
                                .formatted(
                                        moved.divide(unit), Fixed8.format(strike), Fixed8.format(vol), seconds, vols));
            }
        }
        worst.check();
    }

    /** The nearest strike below that an asset id can hold. */
    private static long short28(long strike) {
        long power = 1;
        while (strike / power >= 1L << 28) {
            power *= 10;
        }
        return Math.max(strike / power * power, 1);
    }

    /** Spot and strike in dollars, vol as a number, seconds to expiry. */
    @ParameterizedTest
    @CsvSource({
        "3000, 3000, 0.6, 1",
        "3000, 3000, 0.00000001, 1",
        "3000, 2999.99, 0.6, 1",
        "3000, 3000.01, 25, 1",
        "3000, 3000, 25, 31536000",
        "3000, 3000, 25, 2500000000",
        "90000000000, 90000000000, 25, 1",
        "90000000000, 0.00000001, 25, 315360000",
        "0.00000001, 90000000000, 25, 315360000",
        "3000, 0, 0.6, 2592000",
        "0, 3000, 0.6, 2592000",
        "3000, 0.00000001, 0.6, 2592000",
        "3000, 3000000000, 0.6, 2592000",
        "3000, 3000000000, 25, 2592000",
        "3000, 0.003, 0.6, 2592000",
        "3000, 0.003, 25, 2592000",
        "3000, 0.003, 25, 1",
        "3000, 3200, 0, 2592000"
    })
    void black_atTheExtremes(String forward, String strike, String vol, long seconds) {
        var worst = new Worst("F %s, K %s, vol %s, %d s".formatted(forward, strike, vol, seconds));
        long deviation = FixedMath.deviation(Fixed8.parse(vol), seconds);
        see(worst, Fixed8.parse(forward), Fixed8.parse(strike), deviation);
        worst.check();
    }
}
