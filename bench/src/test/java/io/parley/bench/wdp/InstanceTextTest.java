package io.parley.bench.wdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InstanceTextTest {

    @Test
    void pricesWithDecimals_areScaledExactly_byTheMostDecimalsOfOne() {
        var instance = InstanceText.parse("small", """
                c two goods, one dummy
                p wdp 3 2 2 1
                b 7 10.5 2 0 2
                b 8 0.125 1 1
                """);

        assertThat(instance.decimals()).isEqualTo(3);
        assertThat(instance.integerPrices()).containsExactly(10_500, 125);
        assertThat(instance.bids().getFirst().goods()).containsExactly(0, 2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            b 1 5 1 0                             | line 1: b (before p)
            p wdp 2 1 1 2                         | line 1: goods (2) must be: real goods + dummy goods (3)
            p wdp 2 1 2 0;b 1 -5 1 0              | line 2: price (-5)
            p wdp 2 1 2 0;b 1 1e3 1 0             | line 2: price (1e3)
            p wdp 2 1 2 0;b 1 0.1234567891 1 0    | line 2: price (0.1234567891)
            p wdp 2 1 2 0;b 1 5 1 2               | line 2: good (2) must be: a whole number from 0 to 1
            p wdp 2 1 2 0;b 1 5 2 1 1             | line 2: good (1) must be: no good twice
            p wdp 2 1 2 0;b 1 5 2 1               | line 2: goods (1) must be: as many as k (2)
            p wdp 2 2 2 0;b 1 5 1 1;b 1 5 1 0     | line 3: bid id (1) must be: no id twice
            p wdp 2 2 2 0;b 1 5 1 1               | bids (1) must be: as many as the line p says (2)
            p wdp 2 1 2 0;p wdp 2 1 2 0           | line 2: p (a second one)
            x                                     | line 1: record (x)
            c nothing                             | p (missing)
            """)
    void whatIsNoInstance_isRefused_withLineFieldValueAndRule(String text, String says) {
        assertThatThrownBy(() -> InstanceText.parse("file", text.replace(';', '\n')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("file, ")
                .hasMessageContaining(says);
    }

    @ParameterizedTest
    @EnumSource
    void aDrawnInstance_comesBackFromItsText_andItsSeedDecidesIt(Families family) {
        var instance = family.instance(30, 80, 5);

        assertThat(InstanceText.parse(instance.name(), InstanceText.write(instance)))
                .isEqualTo(instance);
        assertThat(family.instance(30, 80, 5)).isEqualTo(instance);
        assertThat(family.instance(30, 80, 6).bids()).isNotEqualTo(instance.bids());
        assertThat(instance.bids())
                .hasSize(80)
                .allSatisfy(bid -> assertThat(bid.goods()).isNotEmpty().allMatch(good -> good < instance.goods()));
        assertThat(Arrays.stream(instance.integerPrices()).min().orElseThrow()).isNotNegative();
    }
}
