package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Fixed8Test {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 100000000",
        "1234.5, 123450000000",
        "-85, -8500000000",
        "0.00000001, 1",
        "-0.00000001, -1",
        "92233720368.54775807, 9223372036854775807",
        "-92233720368.54775808, -9223372036854775808"
    })
    void aDecimal_isReadAndWrittenExactly(String decimal, long units) {
        assertThat(Fixed8.parse(decimal)).isEqualTo(units);
        assertThat(Fixed8.format(units)).isEqualTo(decimal);
    }

    @Test
    void zerosThatSayNothing_areRead() {
        assertThat(Fixed8.parse("2.50000000")).isEqualTo(250_000_000);
        assertThat(Fixed8.parse("-0")).isZero();
        assertThat(Fixed8.parse("0.0")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                ".",
                "1.",
                ".5",
                "-.5",
                "+1",
                "01",
                "00",
                "1e3",
                "1_000",
                "1,5",
                " 1",
                "1 ",
                "1.123456789",
                "0x10",
                "NaN",
                "1.2.3",
                "--1",
                "-1-",
                "١",
                "92233720368.54775808",
                "-92233720368.54775809",
                "100000000000",
                "999999999999999999999999999999"
            })
    void whatIsNoPlainDecimalInRange_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Fixed8.parse(text));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void formatAndParse_areInverse(long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 500; i++) {
            long units = samples.i64();
            String text = Fixed8.format(units);
            assertThat(Fixed8.parse(text)).isEqualTo(units);
            assertThat(new BigDecimal(text)).isEqualByComparingTo(BigDecimal.valueOf(units, 8));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void productsAre128BitsWide_andRoundAsNamed(long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 20_000; i++) {
            long a = samples.i64();
            long b = samples.i64();
            long c = Math.max(1, samples.u63());
            check(a, b, c);
            check(a, b, Fixed8.ONE);
            check(samples.i64() >> 20, samples.i64() >> 20, samples.u32() + 1);
        }
    }

    private static void check(long a, long b, long c) {
        BigDecimal exact = new BigDecimal(BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)));
        BigInteger floor =
                exact.divide(BigDecimal.valueOf(c), 0, RoundingMode.FLOOR).toBigInteger();
        BigInteger ceil =
                exact.divide(BigDecimal.valueOf(c), 0, RoundingMode.CEILING).toBigInteger();
        if (floor.bitLength() < 64) {
            assertThat(Fixed8.mulDivFloor(a, b, c))
                    .as("floor(%d * %d / %d)", a, b, c)
                    .isEqualTo(floor.longValue());
        } else {
            assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.mulDivFloor(a, b, c));
        }
        if (ceil.bitLength() < 64) {
            assertThat(Fixed8.mulDivCeil(a, b, c))
                    .as("ceil(%d * %d / %d)", a, b, c)
                    .isEqualTo(ceil.longValue());
        } else {
            assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.mulDivCeil(a, b, c));
        }
    }

    @Test
    void borders() {
        long min = Long.MIN_VALUE;
        long max = Long.MAX_VALUE;
        assertThat(Fixed8.mulDivFloor(min, max, max)).isEqualTo(min);
        assertThat(Fixed8.mulDivFloor(min, 1, 1)).isEqualTo(min);
        assertThat(Fixed8.mulDivCeil(max, max, max)).isEqualTo(max);
        assertThat(Fixed8.multiplyFloor(-1, 1)).isEqualTo(-1);
        assertThat(Fixed8.multiplyCeil(-1, 1)).isZero();
        assertThat(Fixed8.multiplyCeil(1, 1)).isEqualTo(1);
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.mulDivFloor(min, -1, 1));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.mulDivFloor(min, min, 1));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.mulDivFloor(1, 1, 0));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.mulDivFloor(1, 1, -1));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.add(max, 1));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.subtract(min, 1));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Fixed8.negate(min));
    }
}
