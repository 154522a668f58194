package io.parley.solvers.amm;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstantProductTest {

    @Test
    void amounts_areThoseOfUniswapsLibrary() {
        // getAmountOut(1 ETH, 1000 ETH, 3_000_000 USDC) and getAmountIn(1 ETH, 3_000_000 USDC, 1000 ETH) of
        // UniswapV2Library.
        var selling = new ConstantProduct(ether(1000), usdc(3_000_000));
        var buying = new ConstantProduct(usdc(3_000_000), ether(1000));

        assertThat(selling.outFor(ether(1))).isEqualTo(BigInteger.valueOf(2_988_020_943L));
        assertThat(buying.inFor(ether(1))).hasValue(BigInteger.valueOf(3_012_039_121L));
    }

    @Test
    void aPoolCannotGiveWhatItDoesNotHold() {
        assertThat(new ConstantProduct(usdc(3000), ether(1)).inFor(ether(1))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void thePairAccepts_whatIsQuoted_andNothingLess(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            var pool = new ConstantProduct(
                    new BigInteger(40 + random.nextInt(60), random).add(BigInteger.TWO),
                    new BigInteger(40 + random.nextInt(60), random).add(BigInteger.TWO));
            var taken = pool.out()
                    .multiply(BigInteger.valueOf(random.nextInt(999)))
                    .divide(BigInteger.valueOf(1000))
                    .add(BigInteger.ONE);
            var paid = pool.inFor(taken).orElseThrow();
            assertThat(accepts(pool, paid, taken)).isTrue();
            var in = new BigInteger(60, random).add(BigInteger.ONE);
            assertThat(accepts(pool, in, pool.outFor(in))).isTrue();
            assertThat(accepts(pool, in, pool.outFor(in).add(BigInteger.ONE))).isFalse();
        }
    }

    /** UniswapV2Pair's own check of a swap. */
    private static boolean accepts(ConstantProduct pool, BigInteger paid, BigInteger taken) {
        var thousand = BigInteger.valueOf(1000);
        var in = pool.in().add(paid).multiply(thousand).subtract(paid.multiply(BigInteger.valueOf(3)));
        var out = pool.out().subtract(taken).multiply(thousand);
        return in.multiply(out).compareTo(pool.in().multiply(pool.out()).multiply(thousand.pow(2))) >= 0;
    }

    private static BigInteger ether(long whole) {
        return BigInteger.valueOf(whole).multiply(BigInteger.TEN.pow(18));
    }

    private static BigInteger usdc(long whole) {
        return BigInteger.valueOf(whole).multiply(BigInteger.TEN.pow(6));
    }
}
