package io.parley.risk.feeder.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarketModelTest {

    private static final long NOW = 1_795_000_000;
    private static final LocalDate EXPIRY = LocalDate.of(2026, 12, 25);
    private static final List<AssetId> LISTED = listed();

    private static List<AssetId> listed() {
        List<AssetId> listed = new ArrayList<>(
                List.of(AssetId.cash(), AssetId.spot(1), AssetId.perp(1), AssetId.spot(2), AssetId.perp(2)));
        for (int strike = 2_600; strike <= 3_800; strike += 200) {
            for (LocalDate expiry : List.of(EXPIRY, LocalDate.of(2027, 3, 26))) {
                listed.add(AssetId.option(1, expiry, true, strike * Fixed8.ONE));
                listed.add(AssetId.option(1, expiry, false, strike * Fixed8.ONE));
            }
        }
        return listed;
    }

    @Test
    void theSameSeed_givesTheSameBits() {
        for (long t = NOW; t < NOW + 5_000; t += 7) {
            assertThat(new MarketModel(42).at(t, LISTED)).isEqualTo(new MarketModel(42).at(t, LISTED.reversed()));
        }
        assertThat(new MarketModel(43).at(NOW, LISTED)).isNotEqualTo(new MarketModel(42).at(NOW, LISTED));
    }

    @Test
    void aKnownMoment_staysAsItIs() {
        // Pinned: a change of the model is a change of every demo, and has to be meant.
        assertThat(new MarketModel(20_261_120).at(NOW, LISTED).hash().hex()).isEqualTo(PINNED);
    }

    private static final String PINNED = "0x3328d0899d39b0c3fd3a2af7a974735bdf3b99dd2837f62ac9b29c33701a2cfb";

    @Test
    void allListed_areMarked_ascending() {
        PriceContent content = new MarketModel(1).at(NOW, LISTED);
        assertThat(content.marks()).hasSize(LISTED.size() - 1);
        assertThat(content.marks().stream().map(PriceContent.Mark::asset)).isSorted();
        assertThat(PriceContent.decode(content.encode())).isEqualTo(content);
    }

    @Test
    void theMarket_staysAliveAndNearItsLevel() {
        MarketModel model = new MarketModel(20_261_120);
        long least = Long.MAX_VALUE;
        long most = 0;
        long moves = 0;
        long before = 0;
        for (long t = NOW; t < NOW + 90 * 86_400L; t += 600) {
            long spot = model.at(t, LISTED).underlying(1).orElseThrow().spot();
            least = Math.min(least, spot);
            most = Math.max(most, spot);
            moves += spot != before ? 1 : 0;
            before = spot;
        }
        assertThat(least).isGreaterThan(Fixed8.parse("1500"));
        assertThat(most).isLessThan(Fixed8.parse("6000"));
        assertThat(most - least).isGreaterThan(Fixed8.parse("150"));
        assertThat(moves).isGreaterThan(12_900);
        long now = model.at(NOW, LISTED).underlying(1).orElseThrow().spot();
        long next = model.at(NOW + 1, LISTED).underlying(1).orElseThrow().spot();
        assertThat(Math.abs(next - now)).isLessThan(Fixed8.parse("5"));
    }

    @Test
    void options_keepPutCallParity_andFallWithTheStrike() {
        PriceContent content = new MarketModel(5).at(NOW, LISTED);
        double forward = 0;
        double before = Double.MAX_VALUE;
        for (int strike = 2_600; strike <= 3_800; strike += 200) {
            AssetId call = AssetId.option(1, EXPIRY, true, strike * Fixed8.ONE);
            double years = (call.expiryTime() - NOW) / (365 * 86_400.0);
            double c = content.mark(call).orElseThrow() / 1e8;
            double p = content.mark(AssetId.option(1, EXPIRY, false, strike * Fixed8.ONE))
                            .orElseThrow()
                    / 1e8;
            forward = content.underlying(1)
                            .orElseThrow()
                            .expiry(call.expiryDay())
                            .orElseThrow()
                            .forward()
                    / 1e8;
            assertThat(c - p).isCloseTo((forward - strike) * Math.exp(-0.04 * years), within(1e-6));
            assertThat(c).isLessThan(before).isPositive();
            before = c;
        }
        assertThat(forward).isPositive();
    }

    @Test
    void afterExpiry_anOptionIsWorthItsPayoff() {
        AssetId call = AssetId.option(1, EXPIRY, true, 2_600 * Fixed8.ONE);
        PriceContent content = new MarketModel(5).at(call.expiryTime() + 3_600, List.of(AssetId.spot(1), call));
        long spot = content.underlying(1).orElseThrow().spot();
        assertThat(content.mark(call)).hasValue(Math.max(spot - 2_600 * Fixed8.ONE, 0));
    }
}
