package io.parley.relayer.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class GasPriceTest {

    private static final BigInteger BASE = BigInteger.valueOf(10_000_000_000L);

    @Test
    void aReplacement_raisesBothFeesByAnEighthAtLeast() {
        var first = GasPrice.over(BASE);

        var next = first.bumped(BASE);

        assertThat(next.tip().multiply(BigInteger.valueOf(8)))
                .isGreaterThanOrEqualTo(first.tip().multiply(BigInteger.valueOf(9)));
        assertThat(next.maxFee().multiply(BigInteger.valueOf(8)))
                .isGreaterThanOrEqualTo(first.maxFee().multiply(BigInteger.valueOf(9)));
    }

    @Test
    void aReplacement_followsTheBaseFee_whenThatRoseMore() {
        var later = BASE.multiply(BigInteger.TEN);

        assertThat(GasPrice.over(BASE).bumped(later).maxFee())
                .isEqualTo(GasPrice.over(later).maxFee());
    }

    @Test
    void anOfferOfOneWei_isRaisedToo() {
        var one = new GasPrice(BigInteger.ONE, BigInteger.ONE);

        assertThat(one.bumped(BigInteger.ZERO).tip()).isGreaterThan(BigInteger.ONE);
    }
}
