package io.parley.risk.feeder.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.PriceContent.Expiry;
import io.parley.protocol.PriceContent.Mark;
import io.parley.protocol.PriceContent.Underlying;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PriceChecksTest {
    private static final long TIME = 1_767_225_600;
    private static final LocalDate MARCH = LocalDate.of(2026, 3, 27);
    private static final LocalDate JUNE = LocalDate.of(2026, 6, 26);
    private static final List<AssetId> LISTED = listed();

    private static List<AssetId> listed() {
        List<AssetId> listed = new ArrayList<>(List.of(AssetId.spot(1), AssetId.perp(1)));
        for (LocalDate day : List.of(MARCH, JUNE)) {
            for (String strike : List.of("500", "2000", "3000", "3200", "6000", "20000")) {
                listed.add(AssetId.option(1, day, true, Fixed8.parse(strike)));
                listed.add(AssetId.option(1, day, false, Fixed8.parse(strike)));
            }
        }
        return listed;
    }

    private static PriceContent with(PriceContent content, UnaryOperator<Expiry> first) {
        Underlying eth = content.underlyings().getFirst();
        List<Expiry> expiries = new ArrayList<>(eth.expiries());
        expiries.set(0, first.apply(expiries.getFirst()));
        return new PriceContent(
                content.stable(),
                List.of(new Underlying(1, eth.spot(), eth.confidence(), eth.rate(), eth.perpMark(), expiries)),
                content.marks());
    }

    @Test
    void theModelsMarket_passes_alsoInCrashesAndUntilTheLastSecond() {
        long expiry = AssetId.option(1, MARCH, true, Fixed8.ONE).expiryTime();
        var model = new MarketModel(7, List.of(new Shock(0, TIME, 100, 0.5, 4)));
        for (long time : new long[] {
            TIME, TIME + 50, TIME + 100, expiry - 86_400, expiry - 3_600, expiry - 60, expiry - 1, expiry, expiry + 60
        }) {
            PriceContent content = model.at(time, LISTED);
            assertThat(PriceChecks.duplicates(content)).isEmpty();
            assertThat(PriceChecks.arbitrage(content, time)).as("at " + time).isEmpty();
            assertThat(PriceChecks.irreproducible(content, time))
                    .as("at " + time)
                    .isEmpty();
        }
    }

    @Test
    void butterfly_isNamedByItsStrike() {
        PriceContent bent = with(
                new MarketModel(7).at(TIME, LISTED),
                e -> new Expiry(e.day(), e.forward(), e.a(), 4 * e.b(), e.rho(), e.m(), e.sigma() / 20));
        assertThat(PriceChecks.arbitrage(bent, TIME))
                .startsWith("butterfly: the density at strike")
                .contains("of expiry %d of underlying 1"
                        .formatted(bent.underlyings()
                                .getFirst()
                                .expiries()
                                .getFirst()
                                .day()));
    }

    @Test
    void calendar_isNamedByItsExpiries() {
        PriceContent bent = with(
                new MarketModel(7).at(TIME, LISTED),
                e -> new Expiry(e.day(), e.forward(), 9 * e.a(), e.b(), e.rho(), e.m(), e.sigma()));
        var days = bent.underlyings().getFirst().expiries();
        assertThat(PriceChecks.arbitrage(bent, TIME))
                .startsWith("calendar: at k =")
                .contains("(expiry %d)".formatted(days.get(0).day()))
                .contains("(expiry %d)".formatted(days.get(1).day()));
    }

    @Test
    void dayThatIsThereTwice_isRefused() {
        PriceContent once = new MarketModel(7).at(TIME, LISTED);
        int second = once.underlyings().getFirst().expiries().get(1).day();
        PriceContent twice = with(once, e -> new Expiry(second, e.forward(), e.a(), e.b(), e.rho(), e.m(), e.sigma()));
        assertThat(PriceChecks.duplicates(twice))
                .isEqualTo("expiry %d of underlying 1 is there twice".formatted(second));
    }

    @Test
    void jumps_areNamedWithTheirBound() {
        PriceContent before = new MarketModel(7).at(TIME, LISTED);
        PriceContent calm = new MarketModel(7).at(TIME + 1, LISTED);
        assertThat(PriceChecks.jump(before, TIME, calm, TIME + 1, PriceBounds.USUAL))
                .isEmpty();

        var crash = new MarketModel(7, List.of(new Shock(1, TIME + 1, 600, 0.8, 1)));
        assertThat(PriceChecks.jump(before, TIME, crash.at(TIME + 1, LISTED), TIME + 1, PriceBounds.USUAL))
                .startsWith("the spot of underlying 1 jumps from")
                .endsWith("more than 10.00 %");
        var wide = new PriceBounds(0.5, 0.5, 0.01, 60, 5);
        assertThat(PriceChecks.jump(before, TIME, crash.at(TIME + 1, LISTED), TIME + 1, wide))
                .isEmpty();

        var spike = new MarketModel(7, List.of(new Shock(1, TIME + 1, 600, 1, 2)));
        assertThat(PriceChecks.jump(before, TIME, spike.at(TIME + 1, LISTED), TIME + 1, PriceBounds.USUAL))
                .startsWith("the volatility of expiry")
                .endsWith("more than 50.00 %");
        PriceContent depegged = new PriceContent(Fixed8.parse("0.98"), calm.underlyings(), calm.marks());
        assertThat(PriceChecks.jump(before, TIME, depegged, TIME + 1, PriceBounds.USUAL))
                .startsWith("the stable price jumps from");
    }

    @Test
    void markBesideTheSurface_isNamed() {
        PriceContent content = new MarketModel(7).at(TIME, LISTED);
        for (int i = 0; i < content.marks().size(); i++) {
            List<Mark> marks = new ArrayList<>(content.marks());
            Mark mark = marks.get(i);
            // A ten-thousandth of a dollar, which the tolerance between feeders would not see.
            marks.set(i, new Mark(mark.asset(), mark.mark() + Fixed8.ONE / 10_000));
            PriceContent lie = new PriceContent(content.stable(), content.underlyings(), marks);
            assertThat(PriceChecks.irreproducible(lie, TIME)).startsWith("the mark of " + mark.asset());
        }
    }

    @Test
    void shock_fades() {
        Shock shock = Shock.parse("1:1000:100:0.5:3");
        assertThat(shock.priceAt(1, 999)).isEqualTo(1);
        assertThat(shock.priceAt(1, 1_000)).isEqualTo(0.5);
        assertThat(shock.priceAt(1, 1_050)).isEqualTo(0.75);
        assertThat(shock.volatilityAt(1, 1_050)).isEqualTo(2);
        assertThat(shock.priceAt(1, 1_100)).isEqualTo(1);
        assertThat(shock.priceAt(2, 1_000)).isEqualTo(1);
        for (String bad : List.of("", "1:2:3:4", "1:2:0:1:1", "1:2:3:0:1", "1:2:3:NaN:1", "x:2:3:1:1", "-1:2:3:1:1")) {
            assertThatThrownBy(() -> Shock.parse(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new PriceBounds(0, 1, 1, 1, 1)).hasMessageContaining("price (0.0)");
    }
}
