package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.LocalDate;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssetIdTest {

    private static final Function<String, OptionalInt> SYMBOLS = symbol -> switch (symbol) {
        case "ETH" -> OptionalInt.of(1);
        case "BTC" -> OptionalInt.of(4095);
        default -> OptionalInt.empty();
    };

    @ParameterizedTest
    @CsvSource({
        "USD, 0x0000000000000000",
        "ETH, 0x0010000100000000",
        "BTC, 0xfff0000100000000",
        "ETH-PERP, 0x0010000200000000",
        // 27 March 2026 is day 2277 = 0x8e5; 3200 is 32 * 10^10 units
        "ETH-27MAR26-3200-C, 0x00108e530000020a",
        "ETH-04MAR26-0.00000001-P, 0x00108ce400000010",
        "BTC-31DEC99-100000000-P, 0xfff7223400000" + "0af"
    })
    void aName_isAnId(String name, String id) {
        AssetId asset = AssetId.parse(name, SYMBOLS);
        assertThat("0x%016x".formatted(asset.id())).isEqualTo(id);
        assertThat(asset.name(name.substring(0, 3))).isEqualTo(name);
        assertThat(new AssetId(asset.id())).isEqualTo(asset);
    }

    @Test
    void anOption_expiresAtEightUtcOfItsDay() {
        AssetId option = AssetId.parse("ETH-27MAR26-3200-C", SYMBOLS);
        assertThat(Instant.ofEpochSecond(option.expiryTime())).isEqualTo(Instant.parse("2026-03-27T08:00:00Z"));
        assertThat(option.kind()).isEqualTo(AssetKind.CALL);
        assertThat(option.underlying()).isEqualTo(1);
        assertThat(option.strike()).isEqualTo(320_000_000_000L);
        assertThat(AssetId.perp(1).expiryTime()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "usd",
                "DOGE",
                "ETH-perp",
                "ETH-PERP-",
                "ETH--PERP",
                "ETH-4MAR26-3200-C",
                "ETH-04MAR26-3200.0-C",
                "ETH-04MAR26-03200-C",
                "ETH-04Mar26-3200-C",
                "ETH-04MAR2026-3200-C",
                "ETH-30FEB26-3200-C",
                "ETH-00MAR26-3200-C",
                "ETH-04MAR19-3200-C",
                "ETH-04MAR26-0-C",
                "ETH-04MAR26--1-C",
                "ETH-04MAR26-3200-X",
                "ETH-04MAR26-3200-CALL",
                "ETH-04MAR26-3200",
                "ETH-0éMAR26-3200-C",
                "ETH-04MAR26-2684354.56-C",
                "ETH-04MAR26-123456789.5-C",
                "USD-PERP"
            })
    void whatIsNotTheOneName_isRefused(String name) {
        if (name.equals("ETH-04MAR26-2684354.56-C")) {
            // 268435456 = 2^28 is one more than the mantissa holds
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AssetId.parse(name, SYMBOLS))
                    .withMessageContaining("268435455");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> AssetId.parse(name, SYMBOLS));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void namesAndIds_goRoundTogether(long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 2000; i++) {
            AssetId asset = samples.asset();
            String name = asset.name("S" + asset.underlying());
            AssetId back = AssetId.parse(name, symbol -> OptionalInt.of(Integer.parseInt(symbol.substring(1))));
            assertThat(back).as(name).isEqualTo(asset);
            assertThat(new AssetId(asset.id())).isEqualTo(asset);
        }
    }

    @Test
    void idsThatAreNotCanonical_areRefused() {
        long option = AssetId.option(1, LocalDate.of(2026, 3, 27), true, 320_000_000_000L)
                .id();
        long[] ids = {
            1L, // cash with a strike
            1L << 52, // kind cash with an underlying
            1L << 32, // spot without an underlying
            AssetId.spot(1).id() | 1, // spot with a strike
            AssetId.perp(1).id() | 1L << 36, // perpetual with an expiry
            5L << 32 | 1L << 52, // unknown kind
            option & ~0xffff_ffffL, // strike zero
            option & ~0xffff_ffffL | 320 << 4 | 9, // 320 * 10^9 for 32 * 10^10
            option & ~0xffff_ffffL | 10_000L << 4 | 15, // strike of 10^19
            option | 0xffffL << 36 // expiry in 2199
        };
        for (long id : ids) {
            assertThatIllegalArgumentException().as("0x%016x", id).isThrownBy(() -> new AssetId(id));
        }
    }

    @Test
    void theLargestStrikes_keepATenInTheMantissa() {
        long strike = 1_000_000_000_000_000_000L; // 10^18 units: m = 1000, e = 15
        AssetId option = AssetId.option(1, LocalDate.of(2026, 3, 27), false, strike);
        assertThat(option.id() & 0xffff_ffffL).isEqualTo(1000L << 4 | 15);
        assertThat(option.strike()).isEqualTo(strike);
    }

    @Test
    void orderIsUnsigned() {
        assertThat(AssetId.spot(4095)).isGreaterThan(AssetId.spot(1));
        assertThat(AssetId.cash()).isLessThan(AssetId.spot(1));
        assertThat(AssetId.spot(2048).id()).isNegative();
    }

    @Test
    void underlyingsOutsideTwelveBits_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> AssetId.spot(0));
        assertThatIllegalArgumentException().isThrownBy(() -> AssetId.perp(4096));
    }
}
