package io.parley.clearing.greeks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.opengamma.strata.pricer.impl.option.BlackFormulaRepository;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Black76Test {

    @Test
    void values_areThoseOfTheTextbooks() {
        // Hull, Options, Futures and Other Derivatives: F 20, K 20, r 9 %, sigma 25 %, 4 months: put 1.12.
        assertThat(Black76.value(false, 20, 20, 0.25, 4 / 12.0, 0.09)).isCloseTo(1.1166, within(1e-4));
        // 2 N(0.1) - 1 = 7.9655674554 % of the forward
        assertThat(Black76.of(true, 100, 100, 0.2, 1, 0).value()).isCloseTo(7.965567455405804, within(1e-12));
        assertThat(Black76.normal(0)).isEqualTo(0.5);
        assertThat(Black76.normal(1.96)).isCloseTo(0.9750021048517795, within(1e-14));
        assertThat(Black76.normal(-8)).isCloseTo(6.22096057427178e-16, within(1e-20));
        assertThat(Black76.normal(40)).isEqualTo(1);
    }

    @Test
    void atExpiry_anOptionIsItsPayoff() {
        assertThat(Black76.of(true, 3200, 3000, 0.6, 0, 0.1)).isEqualTo(new Black76(200, 1, 0, 0, 0, -0.0));
        assertThat(Black76.of(false, 3200, 3000, 0.6, -1, 0.1).value()).isZero();
        assertThat(Black76.value(true, 3200, 3000, 0.6, -1, 0.1)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void slopes_areThoseOfDifferences_andOfStrata(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            boolean call = random.nextBoolean();
            double f = 3000 * Math.exp(random.nextGaussian(0, 0.3));
            double k = 3000 * Math.exp(random.nextGaussian(0, 0.3));
            double t = 0.02 + random.nextDouble() * 2;
            double v = 0.2 + random.nextDouble() * 1.5;
            double r = 0.1 * random.nextDouble();
            double d = Math.exp(-r * t);
            var black = Black76.of(call, f, k, v, t, r);

            assertThat(black.value()).isEqualTo(Black76.value(call, f, k, v, t, r));
            assertThat(Black76.value(true, f, k, v, t, r) - Black76.value(false, f, k, v, t, r))
                    .isCloseTo(d * (f - k), within(1e-9 * f));
            double h = f * 1e-4;
            assertThat(black.delta()).isCloseTo(slope(x -> Black76.value(call, x, k, v, t, r), f, h), within(1e-6));
            assertThat(black.gamma() * f)
                    .isCloseTo(slope(x -> Black76.of(call, x, k, v, t, r).delta(), f, h) * f, within(1e-5));
            assertThat(black.vega())
                    .isCloseTo(slope(x -> Black76.value(call, f, k, x, t, r), v, 1e-5), within(1e-5 * f));
            assertThat(black.theta())
                    .isCloseTo(-slope(x -> Black76.value(call, f, k, v, x, r), t, 1e-5), within(1e-5 * f));
            assertThat(black.rho())
                    .isCloseTo(slope(x -> Black76.value(call, f, k, v, t, x), r, 1e-5), within(1e-5 * f));

            assertThat(black.value()).isCloseTo(d * BlackFormulaRepository.price(f, k, t, v, call), within(1e-12 * f));
            assertThat(black.delta()).isCloseTo(d * BlackFormulaRepository.delta(f, k, t, v, call), within(1e-12));
            assertThat(black.gamma() * f).isCloseTo(d * BlackFormulaRepository.gamma(f, k, t, v) * f, within(1e-11));
            assertThat(black.vega()).isCloseTo(d * BlackFormulaRepository.vega(f, k, t, v), within(1e-11 * f));
            assertThat(black.theta() - r * black.value())
                    .isCloseTo(d * BlackFormulaRepository.driftlessTheta(f, k, t, v), within(1e-11 * f));
        }
    }

    private static double slope(java.util.function.DoubleUnaryOperator of, double at, double step) {
        return (of.applyAsDouble(at + step) - of.applyAsDouble(at - step)) / (2 * step);
    }
}
