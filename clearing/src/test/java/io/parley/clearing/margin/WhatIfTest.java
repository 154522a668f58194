package io.parley.clearing.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.margin.MarketSnapshot.Expiry;
import io.parley.clearing.margin.MarketSnapshot.Smile;
import io.parley.clearing.margin.MarketSnapshot.Underlying;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WhatIfTest {
    private static final LocalDate MARCH = LocalDate.of(2026, 3, 27);
    private static final AssetId PERP = AssetId.perp(1);
    private static final MarketSnapshot MARKET = market();

    private static AssetId call(String strike) {
        return AssetId.option(1, MARCH, true, Fixed8.parse(strike));
    }

    private static AssetId put(String strike) {
        return AssetId.option(1, MARCH, false, Fixed8.parse(strike));
    }

    private static MarketSnapshot market() {
        long spot = dollars("3000");
        var smile = new Smile.Svi(dollars("0.03"), 0, 0, 0, 0);
        return new MarketSnapshot(
                call("3000").expiryTime() - 30 * 86_400,
                Fixed8.ONE,
                List.of(
                        new Underlying(
                                1,
                                spot,
                                Fixed8.ONE,
                                0,
                                spot,
                                List.of(new Expiry(call("3000").expiryDay(), spot, 0, smile))),
                        new Underlying(2, 20 * spot, Fixed8.ONE, 0, 20 * spot, List.of())));
    }

    private static long dollars(String decimal) {
        return Fixed8.parse(decimal);
    }

    private static WhatIf standard(Portfolio held, String cash, Map<AssetId, Long> legs) {
        return WhatIf.of(RiskModel.published(), held, MARKET, MarginMode.STANDARD, dollars(cash), legs);
    }

    @Test
    void aPerpBoughtOnMargin_isGone_whereValueMeetsRequirement() {
        // Cash 300 - 3000; net MM = P - 2700 - 0.065 P = 0 at 2887.70.
        var whatIf = standard(Portfolio.ofCash("300"), "-3000", Map.of(PERP, Fixed8.ONE));
        assertThat(whatIf.before().imRequirement()).isZero();
        assertThat(whatIf.after().imRequirement()).isEqualTo(dollars("300"));
        assertThat(whatIf.after().netInitial()).isZero();
        var eth = whatIf.liquidation().get(1);
        assertThat(eth.above()).isEmpty();
        assertThat(eth.below().orElseThrow()).isCloseTo(dollars("2887.70053476"), within(dollars("0.003")));
        assertThat(whatIf.payoff())
                .isEqualTo(new WhatIf.Payoff(OptionalLong.of(dollars("3000")), List.of(dollars("3000"))));
    }

    @Test
    void inPortfolioMode_theSameAccountGoesEarlier() {
        // Net MM = P - 2000 - 0.8 * 0.18 P - 0.03 P = 0.826 P - 2000 = 0 at 2421.31.
        var whatIf = WhatIf.of(
                RiskModel.published(),
                Portfolio.ofCash("1000"),
                MARKET,
                MarginMode.PORTFOLIO,
                dollars("-3000"),
                Map.of(PERP, Fixed8.ONE));
        assertThat(whatIf.liquidation().get(1).below().orElseThrow())
                .isCloseTo(dollars("2421.30750605"), within(dollars("0.003")));
    }

    @Test
    void aShortPerp_hasNoBoundOnItsLoss_andGoesOnTheWayUp() {
        // Cash 300 + 3000; net MM = 3300 - P - 0.065 P = 0 at 3098.59.
        var whatIf = standard(Portfolio.ofCash("300"), "3000", Map.of(PERP, -Fixed8.ONE));
        assertThat(whatIf.payoff().maxLoss()).isEmpty();
        assertThat(whatIf.payoff().breakEvens()).containsExactly(dollars("3000"));
        assertThat(whatIf.liquidation().get(1).below()).isEmpty();
        assertThat(whatIf.liquidation().get(1).above().orElseThrow())
                .isCloseTo(dollars("3098.59154929"), within(dollars("0.003")));
    }

    @Test
    void anIronCondor_losesItsWidthLessItsPremium_betweenTwoBreakEvens() {
        var condor = Map.of(
                put("2600"), Fixed8.ONE, put("2800"), -Fixed8.ONE, call("3200"), -Fixed8.ONE, call("3400"), Fixed8.ONE);
        var whatIf = standard(Portfolio.ofCash("1000"), "80", condor);
        assertThat(whatIf.payoff().maxLoss()).hasValue(dollars("120"));
        assertThat(whatIf.payoff().breakEvens()).containsExactly(dollars("2720"), dollars("3280"));
        assertThat(whatIf.liquidation().get(1))
                .as("it can lose 120 of 1080")
                .isEqualTo(new WhatIf.Liquidation(OptionalLong.empty(), OptionalLong.empty()));
    }

    @Test
    void ofASpread_theShortLegCosts_andTheLongLegSaves() {
        var whatIf =
                standard(Portfolio.ofCash("1000"), "80", Map.of(call("3200"), -Fixed8.ONE, call("3400"), Fixed8.ONE));
        assertThat(whatIf.legs()).extracting(WhatIf.Leg::asset).containsExactly(call("3200"), call("3400"));
        assertThat(whatIf.legs().get(0).marginalInitial()).isPositive();
        assertThat(whatIf.legs().get(1).marginalInitial()).isNegative();
        assertThat(whatIf.payoff().maxLoss()).hasValue(dollars("120"));
        assertThat(whatIf.payoff().breakEvens()).containsExactly(dollars("3280"));
    }

    @Test
    void aHedge_hasANegativeMarginalRequirement() {
        var held = Portfolio.ofCash("2000").with("1", PERP);
        var whatIf = WhatIf.of(
                RiskModel.published(),
                held,
                MARKET,
                MarginMode.PORTFOLIO,
                dollars("-100"),
                Map.of(put("2800"), Fixed8.ONE));
        assertThat(whatIf.legs().getFirst().marginalInitial()).isNegative();
        assertThat(whatIf.after().imRequirement()).isLessThan(whatIf.before().imRequirement());
    }

    @Test
    void legsOfTwoUnderlyings_haveABoundButNoBreakEven() {
        var whatIf =
                standard(Portfolio.ofCash("100000"), "-63000", Map.of(PERP, Fixed8.ONE, AssetId.perp(2), Fixed8.ONE));
        assertThat(whatIf.payoff()).isEqualTo(new WhatIf.Payoff(OptionalLong.of(dollars("63000")), List.of()));
        assertThat(whatIf.liquidation()).containsOnlyKeys(1, 2);
    }

    @Test
    void anAccountBelowMaintenance_isAtItsLiquidationPrice() {
        var whatIf = standard(Portfolio.ofCash("100"), "-3000", Map.of(PERP, Fixed8.ONE));
        assertThat(whatIf.after().netMaintenance()).isNegative();
        assertThat(whatIf.liquidation().get(1).below()).hasValue(dollars("3000"));
    }

    @Test
    void amountsOutOfRange_areOverflow() {
        assertThatThrownBy(() -> standard(
                        new Portfolio(Long.MAX_VALUE, new java.util.TreeMap<>()), "1", Map.of(PERP, Fixed8.ONE)))
                .isInstanceOf(MarginUnavailable.class);
    }
}
