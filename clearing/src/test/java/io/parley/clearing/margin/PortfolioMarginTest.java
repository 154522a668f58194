package io.parley.clearing.margin;

import static io.parley.clearing.margin.PortfolioParameters.Vols.LINEAR_SKEW;
import static io.parley.clearing.margin.PortfolioParameters.Vols.UNCHANGED;
import static io.parley.clearing.margin.PortfolioParameters.Vols.UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.margin.MarketSnapshot.Expiry;
import io.parley.clearing.margin.MarketSnapshot.Smile;
import io.parley.clearing.margin.MarketSnapshot.Underlying;
import io.parley.clearing.margin.PortfolioParameters.Scenario;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Portfolio margins worked out by hand, then many more beside doubles. */
class PortfolioMarginTest {
    private static final LocalDate MARCH = LocalDate.of(2026, 3, 27);
    private static final AssetId CALL = AssetId.option(1, MARCH, true, Fixed8.parse("3000"));
    private static final AssetId PUT = AssetId.option(1, MARCH, false, Fixed8.parse("3000"));
    private static final AssetId PERP = AssetId.perp(1);
    private static final AssetId ETH = AssetId.spot(1);
    private static final long EXPIRY = CALL.expiryTime();

    private static long dollars(String decimal) {
        return Fixed8.parse(decimal);
    }

    /** ETH at 3000 with options at a volatility of zero, so that they are worth their payoff and hands can reckon. */
    private static MarketSnapshot calm(String forward) {
        return market(forward, "0", "1", "1", new Smile.Vols(Map.of(CALL.strike(), 0L)));
    }

    private static MarketSnapshot market(String forward, String fixed, String confidence, String stable, Smile smile) {
        return new MarketSnapshot(
                EXPIRY - 365 * 86_400,
                dollars(stable),
                List.of(new Underlying(
                        1,
                        dollars("3000"),
                        dollars(confidence),
                        0,
                        dollars("3000"),
                        List.of(new Expiry(CALL.expiryDay(), dollars(forward), dollars(fixed), smile)))));
    }

    private static RiskModel withScenarios(Scenario... scenarios) {
        return RiskModel.published().with(PortfolioParameters.published().with(List.of(scenarios)));
    }

    private static Assessment assess(RiskModel model, Portfolio held, MarketSnapshot market) {
        return model.assess(held, market, MarginMode.PORTFOLIO);
    }

    @Test
    void aPerp_losesItsMove_andItsContingency() {
        // 2 ETH-PERP at 3000, cash -5000: value 1000. Worst of the published table: -18 % of 6000 = -1080; the far
        // moves
        // lose 6000 * 0.66 * 0.21 = 831.6 and 6000 * 0.33 * 0.42 = 831.6. Contingency 3 % = 180, and 1 % = 60 for IM.
        var held = Portfolio.ofCash("-5000").with("2", PERP);
        var assessed = assess(RiskModel.published(), held, calm("3000"));
        assertThat(assessed.margin().value()).isEqualTo(dollars("1000"));
        assertThat(assessed.margin().netMaintenance()).isEqualTo(dollars("-44")); // 1000 - 0.8 * 1080 - 180
        assertThat(assessed.margin().netInitial()).isEqualTo(dollars("-320")); // 1000 - 1080 - 180 - 60
        assertThat(assessed.margin().cashAndDerivatives()).isEqualTo(dollars("1000"));
        var eth = assessed.underlying(1).orElseThrow();
        assertThat(eth.worst()).isZero();
        assertThat(eth.worstChange()).isEqualTo(dollars("-1080"));
        assertThat(eth.valueAfter(0)).isEqualTo(dollars("4920"));
        assertThat(eth.scenarios()).hasSize(33);
    }

    @Test
    void aShortPerp_isStressedUpward_withTheWeightOfFarMoves() {
        // -1 at 3000: +18 % loses 540; +50 % loses 1500 * 0.2772 = 415.8; +500 % 15000 * 0.02772 = 415.8.
        // MM = 1000 - 0.8 * 540 - 90, IM = 1000 - 540 - 120, as docs/margin.md has it; standard 1000 - 195, 1000 - 300.
        var assessed = assess(RiskModel.published(), Portfolio.ofCash("4000").with("-1", PERP), calm("3000"));
        var eth = assessed.underlying(1).orElseThrow();
        assertThat(eth.worst()).isEqualTo(1);
        assertThat(eth.worstChange()).isEqualTo(dollars("-540"));
        assertThat(assessed.margin().netMaintenance()).isEqualTo(dollars("478"));
        assertThat(assessed.margin().netInitial()).isEqualTo(dollars("340"));
        var standard = RiskModel.published()
                .assess(Portfolio.ofCash("4000").with("-1", PERP), calm("3000"), MarginMode.STANDARD);
        assertThat(standard.margin().netMaintenance()).isEqualTo(dollars("805"));
        assertThat(standard.margin().netInitial()).isEqualTo(dollars("700"));
        assertThat(eth.scenarios().get(25)).isEqualTo(dollars("-415.8"));
        assertThat(eth.scenarios().get(30)).isEqualTo(dollars("-415.8"));
    }

    @Test
    void aShortCallInTheMoney_owesMore_byTheDiscount_theBasis_andItsNakedness() {
        // One scenario: +10 %. F = 3100, K = 3000, vol 0: mark 100. Shocked F = 3410: 410 owed; rate 0, so a debt grows
        // by
        // min(1, 1.02 e^0.1) = 1. Change -410 + 100 = -310.
        // Basis, one year: F 3239.5 is 239.5, a loss of 139.5 times 0.5 + 2 * 1 = 348.75. Naked: 3000 * 0.003 = 9,
        // 0.002 = 6.
        var model = withScenarios(Scenario.of("0.1", UNCHANGED, "1"));
        var margin = assess(model, Portfolio.ofCash("1000").with("-1", CALL), calm("3100"))
                .margin();
        assertThat(margin.value()).isEqualTo(dollars("900"));
        assertThat(margin.netMaintenance()).isEqualTo(dollars("294.25")); // 900 - 0.8 * 310 - 357.75
        assertThat(margin.netInitial()).isEqualTo(dollars("226.25")); // 900 - 310 - 357.75 - 6
    }

    @Test
    void aLongCall_isWorthLess_thanItsShockedValue() {
        // +10 %: 410 owned, times 0.98 e^-0.1 = 0.886740676; -100 at mark.
        var model = withScenarios(Scenario.of("0.1", UNCHANGED, "1"));
        var assessed = assess(model, Portfolio.ofCash("0").with("1", CALL), calm("3100"));
        long expected = (long) Math.floor((410 * 0.98 * Math.exp(-0.1) - 100) * 1e8);
        assertThat(assessed.underlying(1).orElseThrow().scenarios().getFirst()).isCloseTo(expected, within(100L));
        assertThat(assessed.margin().netInitial()).as("no scenario loses").isLessThanOrEqualTo(dollars("100"));
    }

    @Test
    void callsAndPuts_offset_asTheirForwardDoes() {
        // Long call, short put at one strike is a forward; with a short perp what is left is the basis and the
        // discounts.
        var model = withScenarios(Scenario.of("-0.18", UP, "1"), Scenario.of("0.18", UP, "1"));
        var smile = new Smile.Vols(Map.of(CALL.strike(), dollars("0.6")));
        var market = market("3000", "0", "1", "1", smile);
        var hedged = Portfolio.ofCash("4000").with("1", CALL).with("-1", PUT).with("-1", PERP);
        var naked = Portfolio.ofCash("4000").with("-1", PERP);
        long hedgedWorst =
                assess(model, hedged, market).underlying(1).orElseThrow().worstChange();
        long nakedWorst =
                assess(model, naked, market).underlying(1).orElseThrow().worstChange();
        assertThat(-hedgedWorst).isLessThan(-nakedWorst / 4);
    }

    @Test
    void aSkew_isALossEitherWay() {
        var model = withScenarios(Scenario.of("0", LINEAR_SKEW, "1"));
        var strike = AssetId.option(1, MARCH, true, dollars("4000"));
        var market = market("3000", "0", "1", "1", new Smile.Vols(Map.of(strike.strike(), dollars("0.6"))));
        long bought = assess(model, Portfolio.ofCash("0").with("1", strike), market)
                .underlying(1)
                .orElseThrow()
                .worstChange();
        long sold = assess(model, Portfolio.ofCash("0").with("-1", strike), market)
                .underlying(1)
                .orElseThrow()
                .worstChange();
        // k = ln(4/3) = 0.2877, cap = 0.15, width = 2.4: vol times 1.01798
        assertThat(bought).isNegative().isEqualTo(sold);
    }

    @Test
    void whatIsSettled_doesNotMove() {
        // 2000 of the forward's 3100 are settled: +10 % moves 1100 only, to 3210.
        var model = withScenarios(Scenario.of("0.1", UNCHANGED, "1"));
        var smile = new Smile.Vols(Map.of(CALL.strike(), 0L));
        var assessed = assess(model, Portfolio.ofCash("0").with("-1", CALL), market("3100", "2000", "1", "1", smile));
        assertThat(assessed.underlying(1).orElseThrow().worstChange()).isEqualTo(dollars("-110"));
    }

    @Test
    void doubtAboutSpotAndStable_countsForInitialOnly() {
        // Worst -540. Stable 0.94: (0.99 - 0.94) * 2 = 0.1 more of it, 54. Confidence 0.5: 0.5 * 3000 = 1500.
        var held = Portfolio.ofCash("0").with("1", PERP);
        var smile = new Smile.Vols(Map.of());
        var sure = assess(RiskModel.published(), held, market("3000", "0", "1", "1", smile))
                .margin();
        var weak = assess(RiskModel.published(), held, market("3000", "0", "0.5", "0.94", smile))
                .margin();
        assertThat(weak.netMaintenance()).isEqualTo(sure.netMaintenance());
        assertThat(sure.netInitial() - weak.netInitial()).isEqualTo(dollars("1554"));
    }

    @Test
    void standardAndIsolated_areTheRulesOfTheLedger_withTheSameMarks() {
        var smile = new Smile.Vols(Map.of(CALL.strike(), dollars("0.6")));
        var market = market("3000", "0", "1", "1", smile);
        var held = Portfolio.ofCash("5000").with("-1", CALL);
        var standard = RiskModel.published().assess(held, market, MarginMode.STANDARD);
        var isolated = RiskModel.published().assess(held, market, MarginMode.ISOLATED);
        // 3000 (2 N(0.3) - 1) = 707.4685; MM 0.09 * 3000 + V, IM 0.15 * 3000 + V, of cash.
        long mark = dollars("5000") - standard.margin().value();
        assertThat(mark).isCloseTo(dollars("707.46853"), within(1_000L));
        assertThat(standard.margin().netMaintenance()).isEqualTo(dollars("5000") - dollars("270") - mark);
        assertThat(standard.margin().netInitial()).isEqualTo(dollars("5000") - dollars("450") - mark);
        assertThat(isolated.margin()).isEqualTo(standard.margin());
        assertThat(standard.underlyings())
                .isEqualTo(assess(RiskModel.published(), held, market).underlyings());
    }

    @Test
    void anIsolatedAccount_holdsOneUnderlying() {
        var market = new MarketSnapshot(
                0,
                Fixed8.ONE,
                List.of(
                        new Underlying(1, dollars("3000"), Fixed8.ONE, 0, dollars("3000"), List.of()),
                        new Underlying(2, dollars("60000"), Fixed8.ONE, 0, dollars("60000"), List.of())));
        var two = Portfolio.ofCash("0").with("1", PERP).with("1", AssetId.perp(2));
        assertThatThrownBy(() -> RiskModel.published().assess(two, market, MarginMode.ISOLATED))
                .isInstanceOfSatisfying(
                        MarginUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.ISOLATED_UNDERLYING))
                .hasMessage("an isolated account holds one underlying, this one 1 and 2");
        assertThat(RiskModel.published()
                        .assess(two, market, MarginMode.PORTFOLIO)
                        .underlyings())
                .hasSize(2);
    }

    @Test
    void whatHasNoPrice_hasNoMargin() {
        assertThatThrownBy(() ->
                        assess(RiskModel.published(), Portfolio.ofCash("0").with("1", AssetId.perp(7)), calm("3000")))
                .isInstanceOf(MarginUnavailable.class)
                .hasMessage("underlying 7 has no price");
        var other = AssetId.option(1, MARCH, true, dollars("5000"));
        assertThatThrownBy(() ->
                        assess(RiskModel.published(), Portfolio.ofCash("0").with("1", other), calm("3000")))
                .isInstanceOf(MarginUnavailable.class)
                .hasMessage("there is no volatility for the strike 5000");
    }

    @Test
    void whatLeavesTheRange_isOverflow() {
        assertThatThrownBy(() ->
                        assess(RiskModel.published(), Portfolio.ofCash("0").with("92000000000", PERP), calm("3000")))
                .isInstanceOfSatisfying(
                        MarginUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.OVERFLOW));
    }

    @Test
    void columnsOfOtherParametersOrInstruments_areRefused() {
        var instruments = Instruments.of(List.of(PERP));
        var columns = Columns.of(calm("3000"), PortfolioParameters.published(), instruments);
        var book = Book.of(instruments, Portfolio.ofCash("1").with("1", PERP).holdings());
        var same = PortfolioParameters.decode(PortfolioParameters.published().encode());
        assertThat(new PortfolioMargin(same).evaluate(book, columns).value()).isEqualTo(dollars("3001"));
        var other = PortfolioParameters.published().with(List.of(Scenario.of("0.5", UP, "1")));
        assertThatThrownBy(() -> new PortfolioMargin(other).evaluate(book, columns))
                .isInstanceOf(IllegalArgumentException.class);
        var elsewhere = Book.of(
                Instruments.of(List.of(PERP, ETH)), Portfolio.ofCash("1").holdings());
        assertThatThrownBy(() -> new PortfolioMargin(same).evaluate(elsewhere, columns))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTradedBook_isThatOfTheTradedPortfolio() {
        var random = new Random(3);
        for (int i = 0; i < 200; i++) {
            var market = drawn(random);
            var held = drawn(random, market);
            var traded = drawn(random, market);
            // Now and then a leg closes a position.
            var legs = new TreeMap<>(traded.positions());
            held.positions().forEach((asset, quantity) -> {
                if (random.nextInt(4) == 0) {
                    legs.put(asset, -quantity);
                }
            });
            var all = new ArrayList<>(held.positions().keySet());
            all.addAll(legs.keySet());
            var instruments = Instruments.of(all);
            var columns = Columns.of(market, PortfolioParameters.published(), instruments);
            var margin = new PortfolioMargin(PortfolioParameters.published());
            assertThat(margin.evaluate(Book.of(instruments, held.holdings()).with(7, legs), columns))
                    .isEqualTo(margin.evaluate(
                            Book.of(instruments, held.plus(7, legs).holdings()), columns));
        }
    }

    @Test
    void sumsAreRoundedOnce_toTheUnit() {
        var random = new Random(11);
        var unit = BigInteger.valueOf(Fixed8.ONE);
        for (int i = 0; i < 20_000; i++) {
            BigInteger product = BigInteger.valueOf(random.nextLong())
                    .shiftRight(random.nextInt(63))
                    .multiply(BigInteger.valueOf(random.nextLong(50_000_000)));
            long high = product.shiftRight(64).longValueExact();
            long low = product.longValue();
            var quotient = new BigDecimal(product).divide(new BigDecimal(unit));
            assertThat(PortfolioMargin.floor(high, low))
                    .isEqualTo(quotient.setScale(0, RoundingMode.FLOOR).longValueExact());
        }
    }

    @Test
    void aPut_hasTheSameColumns_withItsCallAndWithout() {
        var parameters = PortfolioParameters.published();
        var market = drawn(new Random(9));
        List<AssetId> options = new ArrayList<>();
        for (int strike = 1; strike < 200; strike++) {
            for (boolean call : List.of(true, false)) {
                options.add(AssetId.option(1, MARCH.plusDays(28), call, strike * 37 * Fixed8.ONE));
            }
        }
        options.removeIf(option -> option.strike() % 3 == 0 && option.kind() == AssetKind.CALL);
        var columns = Columns.of(market, parameters, Instruments.of(options));
        for (AssetId option : options) {
            var alone = Columns.of(market, parameters, Instruments.of(List.of(option)));
            for (int j = 0; j < 33; j++) {
                assertThat(columns.value(columns.instruments().row(option), j)).isEqualTo(alone.value(0, j));
            }
        }
    }

    @Test
    void largeAccounts_areSummedTheSameWay() {
        // A perpetual of 340 and of 350 wholes: below and above what sums in 64 bits hold. Both lose 18 %.
        for (String size : List.of("340", "350")) {
            var held = new Portfolio(0, new TreeMap<>()).with(size, PERP);
            var eth = assess(RiskModel.published(), held, calm("3000"))
                    .underlying(1)
                    .orElseThrow();
            assertThat(eth.worstChange()).isEqualTo(-dollars(size) / 100 * 3_000 * 18);
        }
        // Options: a thousand times the quantity is a thousand times the change, but for what rounds.
        var market = drawn(new Random(5));
        var one = drawn(new Random(6), market);
        var thousand = new Portfolio(0, new TreeMap<>());
        for (var position : one.positions().entrySet()) {
            thousand = thousand.plus(0, Map.of(position.getKey(), 1_000 * position.getValue()));
        }
        var small = assess(RiskModel.published(), one, market).underlyings();
        var large = assess(RiskModel.published(), thousand, market).underlyings();
        for (int u = 0; u < small.size(); u++) {
            for (int j = 0; j < 33; j++) {
                assertThat(large.get(u).scenarios().get(j))
                        .isCloseTo(1_000 * small.get(u).scenarios().get(j), within(20_000L));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void integersAndDoubles_agree(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var parameters = PortfolioParameters.published();
        double worst = 0;
        for (int i = 0; i < 1_000; i++) {
            MarketSnapshot market = drawn(random);
            Portfolio held = drawn(random, market);
            var floating = new FloatingMargin(parameters, market).of(held);
            var margin = assess(RiskModel.published(), held, market).margin();
            // Doubles lose 2^-50 of what they sum; the kernel a unit per position and column, and each rounding one
            // more.
            double allowed = floating.turnover * 0x1p-44
                    + 1e-8
                            * (40
                                    + held.positions().values().stream()
                                            .mapToDouble(n -> 4 * Math.abs(n) * 1e-8)
                                            .sum());
            assertThat(margin.value() * 1e-8).isCloseTo(floating.value, within(allowed));
            assertThat(margin.netMaintenance() * 1e-8).isCloseTo(floating.netMaintenance, within(allowed));
            assertThat(margin.netInitial() * 1e-8).isCloseTo(floating.netInitial, within(allowed));
            worst = Math.max(worst, Math.abs(margin.netInitial() * 1e-8 - floating.netInitial) / allowed);
        }
        System.out.printf("worst difference: %.1f %% of what is allowed%n", 100 * worst);
    }

    private static MarketSnapshot drawn(Random random) {
        long time = EXPIRY - 3_600 - random.nextInt(700 * 86_400);
        List<Underlying> underlyings = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            double spot = Math.exp(random.nextGaussian()) * (number == 1 ? 3_000 : 60_000);
            List<Expiry> expiries = new ArrayList<>();
            for (int days : new int[] {0, 28, 91}) {
                double years = (EXPIRY + days * 86_400.0 - time) / (365 * 86_400);
                double theta = Math.pow(0.2 + 1.5 * random.nextDouble(), 2) * years;
                expiries.add(new Expiry(
                        CALL.expiryDay() + days,
                        units(spot * (1 + 0.05 * random.nextGaussian())),
                        0,
                        new Smile.Svi(
                                units(theta * 0.45),
                                units(Math.sqrt(theta) * 0.4),
                                units(1.6 * random.nextDouble() - 0.8),
                                units(0.1 * random.nextGaussian()),
                                units(0.05 + random.nextDouble()))));
            }
            underlyings.add(new Underlying(
                    number,
                    units(spot),
                    units(random.nextInt(4) == 0 ? random.nextDouble() : 1),
                    units(0.2 * random.nextDouble() - 0.05),
                    units(spot * (1 + 0.01 * random.nextGaussian())),
                    expiries));
        }
        return new MarketSnapshot(
                time, units(random.nextInt(4) == 0 ? 0.9 + 0.1 * random.nextDouble() : 1), underlyings);
    }

    private static Portfolio drawn(Random random, MarketSnapshot market) {
        var held = new Portfolio(units(1e5 * random.nextGaussian()), new TreeMap<>());
        for (int i = random.nextInt(20); i >= 0; i--) {
            var underlying = market.underlyings().get(random.nextInt(2));
            double strike = underlying.spot() * 1e-8 * Math.exp(0.3 * random.nextGaussian());
            int days = new int[] {0, 28, 91}[random.nextInt(3)];
            AssetId asset = switch (random.nextInt(6)) {
                case 0 -> AssetId.perp(underlying.underlying());
                case 1 -> AssetId.spot(underlying.underlying());
                default ->
                    AssetId.option(
                            underlying.underlying(),
                            MARCH.plusDays(days),
                            random.nextBoolean(),
                            Math.round(Math.max(strike, 1)) * Fixed8.ONE);
            };
            held = held.plus(0, Map.of(asset, units(10 * random.nextGaussian())));
        }
        return held;
    }

    private static long units(double value) {
        return Math.round(value * 1e8);
    }
}
