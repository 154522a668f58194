package io.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentileTest {

    @Test
    void aPercentile_isTheLeastValueThatSoManyDoNotExceed() {
        var hundred = LongStream.rangeClosed(1, 100).map(i -> 101 - i).boxed().toList();
        assertThat(Percentile.of(50, hundred)).hasValue(50);
        assertThat(Percentile.of(99, hundred)).hasValue(99);
        assertThat(Percentile.of(100, hundred)).hasValue(100);
    }

    @Test
    void aPercentile_isAlwaysAValueThatWasMeasured() {
        assertThat(Percentile.of(50, List.of(10L, 40L))).hasValue(10);
        assertThat(Percentile.of(99, List.of(10L, 40L))).hasValue(40);
        assertThat(Percentile.of(1, List.of(7L))).hasValue(7);
    }

    @Test
    void nothingMeasured_hasNoPercentile() {
        assertThat(Percentile.of(50, List.of())).isEmpty();
    }
}
