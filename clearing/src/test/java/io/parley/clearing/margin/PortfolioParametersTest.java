package io.parley.clearing.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.clearing.margin.PortfolioParameters.Discount;
import io.parley.clearing.margin.PortfolioParameters.Scenario;
import io.parley.clearing.margin.PortfolioParameters.Vols;
import io.parley.protocol.Fixed8;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortfolioParametersTest {
    private static final PortfolioParameters PUBLISHED = PortfolioParameters.published();

    /** Where a number stands in the bytes, in the order of docs/margin.md. */
    private static byte[] withNumber(int index, String decimal) {
        byte[] bytes = PUBLISHED.encode();
        java.nio.ByteBuffer.wrap(bytes).putLong(1 + 8 * index, Fixed8.parse(decimal));
        return bytes;
    }

    @Test
    void theBytes_areReadAsTheyWereWritten() {
        byte[] bytes = PUBLISHED.encode();
        assertThat(bytes).hasSize(1 + 28 * 8 + 1 + 33 * 17);
        assertThat(PortfolioParameters.decode(bytes)).isEqualTo(PUBLISHED);
        assertThat(PortfolioParameters.decode(bytes).hash()).isEqualTo(PUBLISHED.hash());
    }

    @Test
    void bytesThatAreCutOrLonger_orOfAnotherVersion_areRefused() {
        byte[] bytes = PUBLISHED.encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> PortfolioParameters.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> PortfolioParameters.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        bytes[0] = 1;
        assertThatThrownBy(() -> PortfolioParameters.decode(bytes))
                .hasMessage("Portfolio margin parameters have version 2, not 1.");
    }

    @Test
    void exchangedDiscounts_areRefused_byName() {
        var published = PUBLISHED.discount();
        var exchanged = new Discount(published.shortFactor(), published.longFactor(), published.spread());
        assertThatThrownBy(() -> PUBLISHED.with(exchanged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The margin parameter discount.longFactor (1.02) must not be above discount.shortFactor "
                        + "(0.98): what an account is owed shrinks, what it owes grows. Maybe the two were exchanged.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1.1   | maintenanceFactor (1.1) must not be above initialFactor (1)",
                "0 | 0     | maintenanceFactor (0) must be between 0.00000001 and 10",
                "2 | 1.1   | confidenceThreshold (1.1) must be between 0 and 1",
                "5 | -0.5  | volatility.up (-0.5) must be between 0 and 1.5",
                "6 | -0.3  | volatility.down (-0.3) must be between 0 and 1",
                "12 | 1.01 | discount.longFactor (1.01) must be between 0 and 1",
                "13 | 0.99 | discount.shortFactor (0.99) must be between 1 and 10",
                "18 | 0    | skew.leastWidth (0) must be between 0.001 and 60",
                "19 | 1    | basis.shock (1) must be between 0 and 0.99999999",
                "22 | -0.1 | contingencies.perpMaintenance (-0.1) must be between 0 and 1",
                "27 | 1.1  | contingencies.baseInitial (1.1) must be between 0 and 1"
            })
    void aNumberOutOfItsRangeOrDirection_isRefused_byName(int index, String value, String rule) {
        assertThatThrownBy(() -> PortfolioParameters.decode(withNumber(index, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The margin parameter " + rule);
    }

    @Test
    void aTable_hasRows_withinTheirRanges() {
        assertThatThrownBy(() -> PUBLISHED.with(List.of()))
                .hasMessage("The margin parameter number of scenarios (0) must be between 1 and 200.");
        assertThatThrownBy(() -> PUBLISHED.with(List.of(Scenario.of("-1", Vols.UP, "1"))))
                .hasMessageContaining("spot of scenario 0 (-1) must be between -0.99999999 and 99");
        assertThatThrownBy(() -> PUBLISHED.with(List.of(Scenario.of("0", Vols.UP, "1.5"))))
                .hasMessageContaining("weight of scenario 0 (1.5) must be between 0.00000001 and 1");
    }
}
