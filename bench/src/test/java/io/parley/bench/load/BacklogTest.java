package io.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BacklogTest {

    @Test
    void onlyBatchesThatWaited_count_andFromWhenTheOneAheadWasFinal() {
        var backlog = Backlog.of(List.of(
                new Backlog.Batch(10, 1_000, 2_000),
                new Backlog.Batch(30, 1_500, 2_500),
                new Backlog.Batch(50, 2_400, 3_500),
                // It came a minute later, to a chain with nothing to do.
                new Backlog.Batch(99, 63_000, 64_000)));
        assertThat(backlog.fills()).isEqualTo(80);
        assertThat(backlog.seconds()).isEqualTo(1.5);
        assertThat(backlog.perSecond()).isCloseTo(53.3, org.assertj.core.data.Offset.offset(0.1));
    }

    @Test
    void whereNothingWaited_thereIsNoBacklog() {
        assertThat(Backlog.of(List.of())).isEqualTo(new Backlog(0, 0));
        assertThat(Backlog.of(List.of(new Backlog.Batch(10, 1_000, 2_000), new Backlog.Batch(10, 2_001, 3_000))))
                .isEqualTo(new Backlog(0, 0));
    }
}
