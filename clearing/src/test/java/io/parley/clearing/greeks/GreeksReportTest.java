package io.parley.clearing.greeks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parley.clearing.margin.MarginMode;
import io.parley.clearing.margin.MarketSnapshot;
import io.parley.clearing.margin.MarketSnapshot.Expiry;
import io.parley.clearing.margin.MarketSnapshot.Smile;
import io.parley.clearing.margin.MarketSnapshot.Underlying;
import io.parley.clearing.margin.Portfolio;
import io.parley.clearing.margin.RiskModel;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreeksReportTest {
    private static final LocalDate MARCH = LocalDate.of(2026, 3, 27);
    private static final AssetId CALL = AssetId.option(1, MARCH, true, Fixed8.parse("3200"));
    private static final AssetId PUT = AssetId.option(1, MARCH.plusDays(28), false, Fixed8.parse("2800"));
    private static final AssetId PERP = AssetId.perp(1);
    private static final AssetId BTC = AssetId.spot(2);
    private static final MarketSnapshot MARKET = at("3000", CALL.expiryTime() - 30 * 86_400);

    private static MarketSnapshot at(String spot, long time) {
        long s = Fixed8.parse(spot);
        var smile = new Smile.Svi(2_000_000, 8_000_000, -25_000_000, 0, 20_000_000);
        return new MarketSnapshot(
                time,
                Fixed8.ONE,
                List.of(
                        new Underlying(
                                1,
                                s,
                                Fixed8.ONE,
                                Fixed8.parse("0.04"),
                                s,
                                List.of(
                                        new Expiry(CALL.expiryDay(), s * 101 / 100, 0, smile),
                                        new Expiry(PUT.expiryDay(), s * 102 / 100, 0, smile))),
                        new Underlying(2, Fixed8.parse("60000"), Fixed8.ONE, 0, Fixed8.parse("60000"), List.of())));
    }

    private static final Portfolio HELD = Portfolio.ofCash("1000")
            .with("-3", CALL)
            .with("2", PUT)
            .with("-0.5", PERP)
            .with("0.1", BTC);

    @Test
    void everythingAddsUp() {
        var report = GreeksReport.of(HELD, MARKET);
        assertThat(report.positions()).hasSize(4);
        assertThat(report.expiries().get(1)).containsOnlyKeys(0, CALL.expiryDay(), PUT.expiryDay());
        double deltas = report.positions().get(CALL).delta()
                + report.positions().get(PUT).delta()
                + report.positions().get(PERP).delta();
        assertThat(report.underlyings().get(1).delta()).isCloseTo(deltas, within(1e-12));
        assertThat(report.positions().get(PERP)).isEqualTo(new Greeks(-1500, -0.5, -0.0, -0.0, -0.0, -0.0));
        assertThat(report.account().delta()).isCloseTo(deltas * 3000 + 0.1 * 60_000, within(1e-9));
    }

    @Test
    void theValue_isThatOfTheMargin() {
        long value = RiskModel.published()
                .assess(HELD, MARKET, MarginMode.PORTFOLIO)
                .margin()
                .value();
        assertThat(GreeksReport.of(HELD, MARKET).account().value()).isCloseTo(value * 1e-8, within(1e-6));
    }

    @Test
    void deltaAndGamma_areTheSlopesOfTheGrid() {
        var report = GreeksReport.of(HELD, MARKET);
        double h = 1e-3;
        double[][] grid = GreeksReport.grid(HELD, MARKET, List.of(-h, 0.0, h), List.of(0.0, 1e-4));
        assertThat(grid[1][0]).isZero();
        assertThat((grid[2][0] - grid[0][0]) / (2 * h))
                .isCloseTo(report.account().delta(), within(0.05));
        assertThat((grid[2][0] + grid[0][0]) / (h * h))
                .isCloseTo(report.account().gamma(), within(1.0));
        assertThat(grid[1][1])
                .as("vega is negative here")
                .isNotZero()
                .matches(x -> x * report.account().vega() > 0);
    }

    @Test
    void theta_isWhatAHourTakes_ofVolatilitiesThatStay() {
        // Volatilities per strike, so that they do not change with the time.
        var vols = new Smile.Vols(java.util.Map.of(CALL.strike(), Fixed8.parse("0.6")));
        long time = CALL.expiryTime() - 30 * 86_400;
        var now = market(time, vols);
        var held = Portfolio.ofCash("0").with("-3", CALL);
        double hour =
                GreeksReport.of(held, market(time + 3_600, vols)).account().value()
                        - GreeksReport.of(held, now).account().value();
        assertThat(hour * 24).isCloseTo(GreeksReport.of(held, now).account().theta(), within(0.02));
    }

    private static MarketSnapshot market(long time, Smile smile) {
        long s = Fixed8.parse("3000");
        return new MarketSnapshot(
                time,
                Fixed8.ONE,
                List.of(new Underlying(1, s, Fixed8.ONE, 0, s, List.of(new Expiry(CALL.expiryDay(), s, 0, smile)))));
    }
}
