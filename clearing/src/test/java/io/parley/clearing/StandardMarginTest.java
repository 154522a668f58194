package io.parley.clearing;

import static io.parley.clearing.ReferenceMargin.decimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import io.parley.protocol.SetMode;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Margins worked out by hand from docs/margin.md, then many more against the exact formulae. */
class StandardMarginTest {
    private static final LocalDate MARCH = LocalDate.of(2026, 3, 27);
    private static final LocalDate JUNE = LocalDate.of(2026, 6, 26);
    private static final AssetId ETH = AssetId.spot(1);
    private static final AssetId ETH_PERP = AssetId.perp(1);
    private static final AssetId BTC = AssetId.spot(2);

    /** An account and the prices that it is margined at. */
    private static final class Case {
        private long cash;
        private final TreeMap<AssetId, Long> held = new TreeMap<>();
        private final TreeMap<AssetId, Long> marks = new TreeMap<>();
        private long stable = Fixed8.ONE;
        private long spot = Fixed8.parse("3000");
        private long perp = Fixed8.parse("3000");
        private long forward = Fixed8.parse("3000");
        private long confidence = Fixed8.ONE;

        Case cash(String dollars) {
            cash = Fixed8.parse(dollars);
            return this;
        }

        Case holds(String quantity, AssetId asset) {
            held.put(asset, Fixed8.parse(quantity));
            return this;
        }

        Case option(String quantity, AssetId option, String mark) {
            marks.put(option, Fixed8.parse(mark));
            return holds(quantity, option);
        }

        Case spot(String dollars) {
            spot = Fixed8.parse(dollars);
            return this;
        }

        Case perp(String dollars) {
            perp = Fixed8.parse(dollars);
            return this;
        }

        Case forward(String dollars) {
            forward = Fixed8.parse(dollars);
            return this;
        }

        Case confidence(String share) {
            confidence = Fixed8.parse(share);
            return this;
        }

        Case stable(String dollars) {
            stable = Fixed8.parse(dollars);
            return this;
        }

        Account account() {
            return accountOf(cash, held);
        }

        PriceContent prices() {
            List<PriceContent.Mark> list = new ArrayList<>();
            marks.forEach((asset, mark) -> list.add(new PriceContent.Mark(asset, mark)));
            var expiries = List.of(expiry(MARCH), expiry(JUNE));
            return new PriceContent(
                    stable,
                    List.of(
                            new PriceContent.Underlying(1, spot, confidence, 0, perp, expiries),
                            new PriceContent.Underlying(
                                    2, Fixed8.parse("60000"), Fixed8.ONE, 0, Fixed8.parse("60000"), List.of())),
                    list);
        }

        private PriceContent.Expiry expiry(LocalDate day) {
            return new PriceContent.Expiry(AssetId.option(1, day, true, 1).expiryDay(), forward, 0, 0, 0, 0, 0);
        }

        Margin margin() {
            return StandardMargin.evaluate(account(), prices(), MarginParameters.demo(), Market.START);
        }
    }

    private static Case holding() {
        return new Case();
    }

    private static AssetId call(String strike) {
        return AssetId.option(1, MARCH, true, Fixed8.parse(strike));
    }

    private static AssetId put(String strike) {
        return AssetId.option(1, MARCH, false, Fixed8.parse(strike));
    }

    static Account accountOf(long cash, Map<AssetId, Long> held) {
        Draft draft = new Draft();
        draft.load(1, null);
        draft.create(Trader.ALICE.address(), 0);
        draft.setCash(cash);
        held.forEach((asset, quantity) -> draft.add(asset.id(), quantity));
        return Account.decode(draft.encode());
    }

    private static void net(Case of, String initial, String maintenance) {
        Margin margin = of.margin();
        assertThat(Fixed8.format(margin.netInitial())).as("net initial").isEqualTo(initial);
        assertThat(Fixed8.format(margin.netMaintenance())).as("net maintenance").isEqualTo(maintenance);
    }

    @Test
    void cash_countsInFull() {
        net(holding().cash("100.5"), "100.5", "100.5");
        net(holding().cash("-1"), "-1", "-1");
        assertThat(holding().cash("7").margin()).isEqualTo(Margin.ofCash(Fixed8.parse("7")));
    }

    @Test
    void ether_countsAtFourFifths_andLessForOpening() {
        // 3000 x 0.8 = 2400, x 0.9375 = 2250.
        net(holding().holds("1", ETH), "2250", "2400");
        assertThat(holding().holds("1", ETH).margin().value()).isEqualTo(Fixed8.parse("3000"));
    }

    @Test
    void bitcoin_countsAtThreeQuarters() {
        // 60000 x 0.75 = 45000, x 0.93 = 41850.
        net(holding().holds("1", BTC), "41850", "45000");
    }

    @Test
    void baseThatNoParameterNames_countsNothing() {
        var prices = new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(7, Fixed8.ONE, Fixed8.ONE, 0, 0, List.of())),
                List.of());
        var account = accountOf(Fixed8.ONE, Map.of(AssetId.spot(7), Fixed8.ONE));
        var margin = StandardMargin.evaluate(account, prices, MarginParameters.demo(), 0);
        assertThat(margin.netInitial()).isEqualTo(Fixed8.ONE);
        assertThat(margin.value()).isEqualTo(2 * Fixed8.ONE);
    }

    @Test
    void perp_isWorthItsMark_andTakesATenthOfIt() {
        // Bought at 3000, now 3100: -3000 + 3100 - 310, and 0.065 for maintenance.
        net(holding().cash("-3000").holds("1", ETH_PERP).perp("3100"), "-210", "-101.5");
        // Sold at 3000: 3000 - 3100 - 310.
        net(holding().cash("3000").holds("-1", ETH_PERP).perp("3100"), "-410", "-301.5");
    }

    @Test
    void longOption_countsNothing_howeverMuchItIsWorth() {
        var held = holding().cash("10").option("2", call("3200"), "120");
        net(held, "10", "10");
        assertThat(held.margin().value()).isEqualTo(Fixed8.parse("250"));
        assertThat(held.margin().cashAndDerivatives()).isEqualTo(Fixed8.parse("250"));
    }

    @Test
    void shortCall_atTheMoney_takes15PercentAndItsMark() {
        net(holding().cash("1000").option("-1", call("3000"), "150"), "400", "580");
    }

    @Test
    void shortCall_outOfTheMoney_takesLess_butAtLeast13Percent() {
        // max(450 - 40, 390) = 410; max(450 - 200, 390) = 390. Maintenance 270 either way.
        net(holding().cash("1000").option("-1", call("3040"), "130"), "460", "600");
        net(holding().cash("1000").option("-1", call("3200"), "120"), "490", "610");
    }

    @Test
    void shortCall_inTheMoney_takesNoMoreThan15Percent() {
        net(holding().cash("1000").option("-1", call("2800"), "290"), "260", "440");
    }

    @Test
    void shortPut_takesTheLikeOfACall() {
        // max(450 - 100, 390) + 90 = 480; 270 + 90 = 360.
        net(holding().cash("1000").option("-1", put("2900"), "90"), "520", "640");
    }

    @Test
    void shortPut_deepInTheMoney_takesAShareOfItsMark() {
        // Spot 1000, mark 4000: maintenance max(90, 360) + 4000 = 4360; initial max(150 + 4000, 1.05 x 4360) = 4578.
        // The worst that can come of it is the strike, 5000.
        net(holding().cash("5000").spot("1000").option("-1", put("5000"), "4000"), "422", "640");
    }

    @Test
    void shortPut_neverTakesMoreThanItCanLose() {
        // At 12 the requirement would be 390 + 1 or more; the strike is 12.
        net(holding().cash("1000").option("-1", put("12"), "1"), "988", "988");
    }

    @Test
    void spreads_takeTheirWorstLoss() {
        // Short 3200, long 3400: 200 apart.
        net(holding().cash("1000").option("-1", call("3200"), "120").option("1", call("3400"), "70"), "800", "800");
        // Short 3400, long 3200: nothing to lose.
        net(holding().cash("1000").option("1", call("3200"), "120").option("-1", call("3400"), "70"), "1000", "1000");
    }

    @Test
    void condor_takesTheWiderOfItsWings() {
        net(
                holding()
                        .cash("1000")
                        .option("1", put("2500"), "20")
                        .option("-1", put("2700"), "45")
                        .option("-1", call("3300"), "95")
                        .option("1", call("3400"), "70"),
                "800",
                "800");
    }

    @Test
    void oneCallTooMany_isNaked() {
        // Two short, one long: 1.2 x 2500 for the one, and nothing lost at any strike but 200 at 3400.
        // Singles are smaller: 2 x (390 + 120) = 1020 and 2 x (270 + 120) = 780.
        net(
                holding()
                        .cash("5000")
                        .forward("2500")
                        .option("-2", call("3200"), "120")
                        .option("1", call("3400"), "70"),
                "3980",
                "4220");
        // With a forward of 100 the worst loss is: 2 x 200 at 3400, and 120 for the naked one.
        net(
                holding()
                        .cash("5000")
                        .forward("100")
                        .option("-2", call("3200"), "120")
                        .option("1", call("3400"), "70"),
                "4480",
                "4490");
    }

    @Test
    void longOfAnotherExpiry_doesNotOffset() {
        var june = AssetId.option(1, JUNE, true, Fixed8.parse("3200"));
        net(holding().cash("1000").option("-1", call("3200"), "120").option("1", june, "250"), "490", "610");
    }

    @Test
    void lowConfidence_takesItsLack_ofEverythingThatHasASize() {
        var held = holding().cash("9000").holds("1", ETH).holds("-2", ETH_PERP).option("-1", put("12"), "1");
        // At 0.55 nothing. 9000 + 2250 - 6000 - 600 - 12.
        net(held.confidence("0.55"), "4638", "4998");
        // At 0.5: half of 4 x 3000.
        net(held.confidence("0.5"), "-1362", "4998");
    }

    @Test
    void stablecoinBelowItsPeg_takesTwiceTheGap_ofDerivatives() {
        var held = holding().cash("9000").holds("1", ETH).holds("-2", ETH_PERP).option("-1", put("12"), "1");
        net(held.stable("0.99"), "4638", "4998");
        // 0.01 x 2 x 3000 x 3 = 180; the base asset is no claim.
        net(held.stable("0.98"), "4458", "4998");
    }

    @Test
    void roundingIsAgainstTheAccount_atEveryStep() {
        // 1 unit of ether at 1 unit: worth 1e-16, so nothing.
        var dust = holding().spot("0.00000001").holds("0.00000001", ETH);
        assertThat(dust.margin().value()).isZero();
        // Short by one unit: a whole unit is owed.
        var owed = holding().perp("0.00000001").holds("-0.00000001", ETH_PERP);
        assertThat(owed.margin().value()).isEqualTo(-1);
        assertThat(owed.margin().netInitial()).isEqualTo(-2);
    }

    @Test
    void whatHasNoPrice_hasNoMargin() {
        unavailable(holding().holds("1", call("3200")), Reason.NO_PRICE);
        unavailable(holding().holds("1", AssetId.spot(9)), Reason.NO_PRICE);
        var september = AssetId.option(1, LocalDate.of(2026, 9, 25), true, Fixed8.parse("3200"));
        // A forward is asked for only where more calls are short than long.
        unavailable(holding().option("-1", september, "300"), Reason.NO_PRICE);
        assertThat(holding().option("1", september, "300").margin().netInitial())
                .isZero();
    }

    @Test
    void whatLeavesInt64_isOverflow() {
        unavailable(holding().spot("92233720368").holds("92233720368", ETH), Reason.OVERFLOW);
        unavailable(holding().perp("92233720368").holds("-92233720368", ETH_PERP), Reason.OVERFLOW);
        var held = new TreeMap<AssetId, Long>(Map.of(ETH_PERP, Long.MIN_VALUE));
        assertThatThrownBy(() ->
                        StandardMargin.evaluate(accountOf(0, held), holding().prices(), MarginParameters.demo(), 0))
                .isInstanceOfSatisfying(
                        MarginUnavailable.class, no -> assertThat(no.reason()).isEqualTo(Reason.OVERFLOW));
    }

    private static void unavailable(Case of, Reason reason) {
        assertThatThrownBy(of::margin)
                .isInstanceOfSatisfying(
                        MarginUnavailable.class, no -> assertThat(no.reason()).isEqualTo(reason));
    }

    @Test
    void portfolioMode_isUnsupported() {
        byte[] leaf = holding().cash("1").account().encode();
        leaf[25] = SetMode.PORTFOLIO;
        assertThatThrownBy(() ->
                        StandardMargin.evaluate(Account.decode(leaf), holding().prices(), MarginParameters.demo(), 0))
                .isInstanceOfSatisfying(
                        MarginUnavailable.class, no -> assertThat(no.reason()).isEqualTo(Reason.MODE_UNSUPPORTED));
    }

    @Test
    void randomPortfolios_areNeverBetterThanTheExactFormulae_andWorseByRoundingOnly() {
        long seed = Seeds.next("StandardMarginTest");
        Random random = new Random(seed);
        BigDecimal widest = BigDecimal.ZERO;
        for (int i = 0; i < 4_000; i++) {
            PriceContent prices = randomPrices(random);
            Account account = randomAccount(random, prices);
            Margin margin = StandardMargin.evaluate(account, prices, MarginParameters.demo(), 0);
            ReferenceMargin exact = new ReferenceMargin(account, prices, MarginParameters.demo());
            // Each rounding costs at most a unit, times the size that it is multiplied with afterwards.
            BigDecimal bound = decimal(64);
            for (Position position : account.positions()) {
                bound = bound.add(
                        decimal(position.quantity()).abs().add(BigDecimal.ONE).multiply(decimal(128)));
            }
            String what = "seed %d, case %d: %s".formatted(seed, i, account);
            below(exact.value(), margin.value(), bound, what);
            below(exact.cashAndDerivatives(), margin.cashAndDerivatives(), bound, what);
            below(exact.netInitial(), margin.netInitial(), bound, what);
            below(exact.netMaintenance(), margin.netMaintenance(), bound, what);
            assertThat(margin.imRequirement()).as(what).isGreaterThanOrEqualTo(margin.mmRequirement());
            widest = widest.max(exact.netInitial().subtract(decimal(margin.netInitial())));
        }
        assertThat(widest).as("rounding shows up at all").isPositive();
    }

    private static void below(BigDecimal exact, long integer, BigDecimal bound, String what) {
        BigDecimal cost = exact.subtract(decimal(integer));
        assertThat(cost).as(what).isNotNegative().isLessThanOrEqualTo(bound);
    }

    private static PriceContent randomPrices(Random random) {
        List<PriceContent.Underlying> underlyings = new ArrayList<>();
        TreeMap<AssetId, Long> marks = new TreeMap<>();
        for (int underlying = 1; underlying <= 2; underlying++) {
            long spot = Fixed8.ONE * 100 + random.nextLong(Fixed8.ONE * 5_000);
            List<PriceContent.Expiry> expiries = new ArrayList<>();
            for (LocalDate day : List.of(MARCH, JUNE)) {
                for (long strike = 500; strike <= 5_000; strike += 750) {
                    for (boolean call : new boolean[] {true, false}) {
                        marks.put(
                                AssetId.option(underlying, day, call, strike * Fixed8.ONE),
                                random.nextLong(Fixed8.ONE * 800));
                    }
                }
                expiries.add(new PriceContent.Expiry(
                        AssetId.option(1, day, true, 1).expiryDay(),
                        near(random, random.nextInt(5) == 0 ? spot / 50 : spot),
                        0,
                        0,
                        0,
                        0,
                        0));
            }
            long confidence = random.nextInt(3) == 0 ? random.nextLong(Fixed8.ONE) : Fixed8.ONE;
            underlyings.add(new PriceContent.Underlying(underlying, spot, confidence, 0, near(random, spot), expiries));
        }
        long stable = random.nextInt(3) == 0 ? Fixed8.parse("0.9") + random.nextLong(10_000_000) : Fixed8.ONE;
        List<PriceContent.Mark> list = new ArrayList<>();
        marks.forEach((asset, mark) -> list.add(new PriceContent.Mark(asset, mark)));
        return new PriceContent(stable, underlyings, list);
    }

    private static long near(Random random, long price) {
        return price + random.nextLong(price / 10 + 1) - price / 20;
    }

    private static Account randomAccount(Random random, PriceContent prices) {
        TreeMap<AssetId, Long> held = new TreeMap<>();
        for (int underlying = 1; underlying <= 2; underlying++) {
            if (random.nextBoolean()) {
                held.put(AssetId.spot(underlying), 1 + random.nextLong(Fixed8.ONE * 50));
            }
            if (random.nextBoolean()) {
                held.put(AssetId.perp(underlying), quantity(random));
            }
        }
        int options = random.nextInt(40);
        for (int i = 0; i < options; i++) {
            held.put(prices.marks().get(random.nextInt(prices.marks().size())).asset(), quantity(random));
        }
        held.values().removeIf(quantity -> quantity == 0);
        return accountOf(random.nextLong(Fixed8.ONE * 100_000) - Fixed8.ONE * 20_000, held);
    }

    private static long quantity(Random random) {
        long whole = (random.nextInt(21) - 10) * Fixed8.ONE;
        return random.nextBoolean() ? whole : whole + random.nextLong(Fixed8.ONE);
    }
}
