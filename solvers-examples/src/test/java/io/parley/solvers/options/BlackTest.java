package io.parley.solvers.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlackTest {

    @Test
    void anAtTheMoneyCall_hasTheTextbookValue() {
        // 2 N(0.1) - 1 = 7.9655674554 % of the forward
        assertThat(Black.of(true, 100, 100, 1, 0.2, 1).value()).isCloseTo(7.965567455405804, within(1e-12));
    }

    @Test
    void atExpiry_anOptionIsItsPayoff() {
        assertThat(Black.of(true, 3200, 3000, 0, 0.6, 1)).isEqualTo(new Black(200, 1, 0));
        assertThat(Black.of(false, 3200, 3000, -1, 0.6, 1)).isEqualTo(new Black(0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void parityHolds_andTheGreeksAreTheSlopes(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            double f = 3000 * Math.exp(random.nextGaussian(0, 0.3));
            double k = 3000 * Math.exp(random.nextGaussian(0, 0.3));
            double t = 0.02 + random.nextDouble() * 2;
            double v = 0.2 + random.nextDouble() * 1.5;
            double d = Math.exp(-0.04 * t);
            var call = Black.of(true, f, k, t, v, d);
            var put = Black.of(false, f, k, t, v, d);
            assertThat(call.value() - put.value()).isCloseTo(d * (f - k), within(1e-9 * f));
            double h = f * 1e-5;
            double delta = (Black.of(true, f + h, k, t, v, d).value()
                            - Black.of(true, f - h, k, t, v, d).value())
                    / (2 * h);
            assertThat(call.delta()).isCloseTo(delta, within(1e-6));
            double vega = (Black.of(false, f, k, t, v + 1e-5, d).value()
                            - Black.of(false, f, k, t, v - 1e-5, d).value())
                    / 2e-5;
            assertThat(put.vega()).isCloseTo(vega, within(1e-4 * f));
        }
    }
}
