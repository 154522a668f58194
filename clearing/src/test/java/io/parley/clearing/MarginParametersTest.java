package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.Fixed8;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MarginParametersTest {
    /** The published set with one number changed. */
    private static MarginParameters with(int field, String value) {
        byte[] bytes = MarginParameters.demo().encode();
        BigEndian.u64(bytes, 1 + 8 * field, Fixed8.parse(value));
        return MarginParameters.decode(bytes);
    }

    private static void refused(int field, String value, String message) {
        assertThatThrownBy(() -> with(field, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void bytes_giveTheSameParametersBack() {
        MarginParameters demo = MarginParameters.demo();
        assertThat(demo.encode()).hasSize(98 + 2 * 18);
        assertThat(MarginParameters.decode(demo.encode())).isEqualTo(demo);
        assertThat(MarginParameters.decode(demo.encode()).hash()).isEqualTo(demo.hash());
        assertThat(BigEndian.u64(demo.encode(), 9)).as("perpMaintenance").isEqualTo(Fixed8.parse("0.065"));
    }

    @Test
    void exchangedPair_isRefused_sayingSo() {
        refused(0, "0.05", "perpMaintenance (0.065) must not be above perpInitial (0.05)");
        refused(1, "0.11", "Maybe the two were exchanged");
        refused(3, "0.16", "optionInitialLeast (0.16) must not be above optionInitialMost (0.15)");
        refused(4, "0.14", "optionMaintenance (0.14) must not be above optionInitialLeast (0.13)");
        refused(8, "1.3", "maxLossMaintenance (1.3) must not be above maxLossInitial (1.2)");
    }

    @Test
    void numberOutOfItsRange_isRefused_withTheRange() {
        refused(0, "1.01", "perpInitial (1.01) must be between 0.00000001 and 1");
        refused(1, "0", "perpMaintenance (0) must be between 0.00000001 and 1");
        refused(2, "2", "optionInitialMost (2) must be between");
        refused(3, "0", "optionInitialLeast (0) must be between");
        refused(4, "0", "optionMaintenance (0) must be between");
        refused(8, "0.9", "maxLossMaintenance (0.9) must be between");
        refused(5, "-0.1", "putMaintenanceOfMark (-0.1) must be between 0 and 1");
        refused(6, "0.99", "putInitialOfMaintenance (0.99) must be between 1 and 2");
        refused(7, "2.1", "maxLossInitial (2.1) must be between 1 and 2");
        refused(9, "1.1", "confidenceThreshold");
        refused(10, "-1", "stableThreshold");
        refused(11, "11", "stableFactor (11) must be between 0 and 10");
    }

    @Test
    void bordersOfTheRanges_areAdmitted() {
        assertThat(with(0, "1").perpInitial()).isEqualTo(Fixed8.ONE);
        assertThat(with(0, "0.065").perpInitial()).isEqualTo(6_500_000);
        assertThat(with(1, "0.00000001").perpMaintenance()).isEqualTo(1);
        assertThat(with(2, "0.13").optionInitialMost()).isEqualTo(13_000_000);
        assertThat(with(3, "0.09").optionInitialLeast()).isEqualTo(9_000_000);
        assertThat(with(5, "0").putMaintenanceOfMark()).isZero();
        assertThat(with(6, "1").putInitialOfMaintenance()).isEqualTo(Fixed8.ONE);
        assertThat(with(7, "1.1").maxLossInitial()).isEqualTo(110_000_000);
        assertThat(with(8, "1").maxLossMaintenance()).isEqualTo(Fixed8.ONE);
        assertThat(with(9, "0").confidenceThreshold()).isZero();
        assertThat(with(11, "10").stableFactor()).isEqualTo(10 * Fixed8.ONE);
    }

    @Test
    void bases_ascendAndCountBetweenNothingAndInFull() {
        byte[] bytes = MarginParameters.demo().encode();
        BigEndian.u16(bytes, 98, 2);
        assertThatThrownBy(() -> MarginParameters.decode(bytes))
                .hasMessageContaining("Bases must ascend by underlying: 2 comes after 2");
        byte[] cash = MarginParameters.demo().encode();
        BigEndian.u16(cash, 98, 0);
        assertThatThrownBy(() -> MarginParameters.decode(cash)).hasMessageContaining("underlying");
        byte[] more = MarginParameters.demo().encode();
        BigEndian.u64(more, 108, Fixed8.ONE + 1);
        assertThatThrownBy(() -> MarginParameters.decode(more)).hasMessageContaining("initialScale of base 1");
        byte[] heavy = MarginParameters.demo().encode();
        BigEndian.u64(heavy, 100, Fixed8.ONE + 1);
        assertThatThrownBy(() -> MarginParameters.decode(heavy)).hasMessageContaining("weight of base 1");
    }

    @Test
    void otherLengthOrVersion_isRefused() {
        byte[] bytes = MarginParameters.demo().encode();
        assertThatThrownBy(() -> MarginParameters.decode(Arrays.copyOf(bytes, bytes.length - 1)))
                .hasMessageContaining("with 2 bases have 134 bytes, not 133");
        assertThatThrownBy(() -> MarginParameters.decode(new byte[0])).hasMessageContaining("version -1");
        bytes[0] = 2;
        assertThatThrownBy(() -> MarginParameters.decode(bytes)).hasMessageContaining("version 2");
    }
}
