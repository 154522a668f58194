package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.WireWriter;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Escape values worked out by hand from docs/exit.md; {@code contracts/test/Exit.t.sol} has the contract's. */
class EscapeValueTest {
    private static final AssetId ETH = AssetId.spot(1);
    private static final AssetId BTC = AssetId.spot(2);
    private static final AssetId PERP = AssetId.perp(1);
    private static final AssetId CALL = AssetId.option(1, LocalDate.of(2026, 3, 27), true, 3200 * Fixed8.ONE);
    private static final Address OWNER = Address.parse("0x00000000000000000000000000000000000000a1");

    @Test
    void theExampleOfThePage() {
        var alice = value("1000", Map.of(), at("2000"));
        var bob = value("-2600", Map.of(PERP, "1", ETH, "0.5"), at("2000"));
        var solver = value("4000", Map.of(PERP, "-1"), at("2000"));

        assertThat(bob.value()).isEqualTo(BigInteger.valueOf(units("-600")));
        assertThat(bob.claim()).isZero();
        assertThat(bob.kept()).containsExactly(Map.entry(ETH, units("0.2")));
        var lost = bob.forfeited().get(ETH);
        assertThat(lost.units()).isEqualTo(units("0.3"));
        assertThat(lost.bounty()).isEqualTo(units("0.003"));
        assertThat(lost.worth()).isEqualTo(units("594"));

        var shares = EscapeShares.at(units("2400"), List.of(alice, bob, solver));
        assertThat(shares.shortfall()).isEqualTo(units("600"));
        assertThat(shares.cashOf(alice.claim())).isEqualTo(units("800"));
        assertThat(shares.cashOf(solver.claim())).isEqualTo(units("1600"));
        assertThat(shares.baseOf(lost.pooled(), alice.claim())).isEqualTo(units("0.099"));
        assertThat(shares.baseOf(lost.pooled(), solver.claim())).isEqualTo(units("0.198"));
        assertThat(shares.left()).isZero();
    }

    @Test
    void derivatives_roundAgainstTheAccount_onBothSides() {
        var prices = at("0.00000003");
        assertThat(value("0", Map.of(PERP, "0.5"), prices).value()).isEqualTo(1);
        assertThat(value("0", Map.of(PERP, "-0.5"), prices).value()).isEqualTo(-2);
    }

    @Test
    void whatHasNoMark_countsNothing_forBothSides() {
        assertThat(value("7", Map.of(CALL, "5"), at("2000")).claim()).isEqualTo(units("7"));
        assertThat(value("7", Map.of(CALL, "-5"), at("2000")).claim()).isEqualTo(units("7"));
    }

    @Test
    void withoutAPrice_nothingIsForfeited() {
        var debtor = value("-5", Map.of(ETH, "1", PERP, "2"), Optional.empty());
        assertThat(debtor.value()).isEqualTo(units("-5"));
        assertThat(debtor.kept()).containsExactly(Map.entry(ETH, units("1")));
        assertThat(debtor.forfeited()).isEmpty();
    }

    @Test
    void aDebt_takesBaseInAscendingOrder_unitsRoundedUp() {
        // BTC has no spot in the bundle: it stays.
        var debtor = value("-3000", Map.of(ETH, "1", BTC, "2"), at("2000"));
        assertThat(debtor.forfeited().get(ETH).units()).isEqualTo(units("1"));
        assertThat(debtor.kept()).containsExactly(Map.entry(BTC, units("2")));

        var small = value("-0.00000001", Map.of(ETH, "1"), at("2000"));
        assertThat(small.forfeited().get(ETH).units()).as("⌈1 / 2000⌉").isEqualTo(1);
        assertThat(small.forfeited().get(ETH).bounty()).isZero();
    }

    @Test
    void aClaim_isCutOffAtWhatCanBeStated() {
        var rich = new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(1, 1, Fixed8.ONE, 0, Long.MAX_VALUE, List.of())),
                List.of());
        assertThat(value("0", Map.of(PERP, "90000000000"), Optional.of(rich)).claim())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void claimsThatAreCovered_leaveTheRestToLateOnes() {
        var shares = EscapeShares.at(units("10"), List.of(value("4", Map.of(), at("1"))));
        assertThat(shares.cashOf(units("4"))).isEqualTo(units("4"));
        assertThat(shares.left()).isEqualTo(units("6"));
        assertThat(shares.lateCashOf(units("5"))).isEqualTo(units("5"));
        assertThat(shares.lateCashOf(units("7"))).isEqualTo(units("6"));
        assertThat(shares.baseOf(5, units("4"))).isZero();
    }

    @Test
    void withoutAClaimInTime_nothingIsShared() {
        var debtor = value("-3000", Map.of(ETH, "1"), at("2000"));
        var shares = EscapeShares.at(units("10"), List.of(debtor));
        assertThat(shares.left()).isEqualTo(units("10"));
        assertThat(shares.cashOf(units("5"))).isZero();
        assertThat(shares.baseOf(debtor.forfeited().get(ETH).pooled(), units("5")))
                .isZero();
    }

    private static Optional<PriceContent> at(String dollars) {
        long price = units(dollars);
        return Optional.of(new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(1, price, Fixed8.ONE, 0, price, List.of())),
                List.of()));
    }

    private static EscapeValue value(String cash, Map<AssetId, String> held, Optional<PriceContent> prices) {
        var out = new WireWriter(300).raw(Account.empty(OWNER, 0).encode());
        byte[] fixed = out.toBytes();
        fixed[Account.POSITION_COUNT] = (byte) held.size();
        BigEndian.u64(fixed, Account.CASH, units(cash));
        var leaf = new WireWriter(300).raw(fixed);
        new TreeMap<>(held)
                .forEach((asset, quantity) ->
                        leaf.asset(asset).i64(units(quantity)).i64(0).i64(0));
        return EscapeValue.of(Account.decode(leaf.toBytes()), prices);
    }

    private static long units(String decimal) {
        return Fixed8.parse(decimal);
    }
}
