package io.parley.relayer.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.relayer.domain.Part.Kind;
import org.junit.jupiter.api.Test;

class PartTest {

    @Test
    void aSmallBatch_isSettledInOneTransaction() {
        assertThat(Part.plan(new long[] {100, 100}, 50, 1_000)).containsExactly(new Part(Kind.SETTLE, 0, 2));
    }

    @Test
    void aLargeBatch_isPosted_andProvenInPartsBelowTheLimit() {
        assertThat(Part.plan(new long[] {400, 400, 400}, 100, 1_000))
                .containsExactly(new Part(Kind.POST, 0, 0), new Part(Kind.PROVE, 0, 2), new Part(Kind.PROVE, 2, 3));
    }

    @Test
    void aStepDearerThanTheLimit_goesAlone_soThatTheChainSaysWhy() {
        assertThat(Part.plan(new long[] {100, 5_000, 100}, 10, 1_000))
                .containsExactly(
                        new Part(Kind.POST, 0, 0),
                        new Part(Kind.PROVE, 0, 1),
                        new Part(Kind.PROVE, 1, 2),
                        new Part(Kind.PROVE, 2, 3));
    }

    @Test
    void whatIsProvenAlready_isNotProvenAgain() {
        assertThat(Part.prove(new long[] {400, 400, 400}, 100, 1_000, 2)).containsExactly(new Part(Kind.PROVE, 2, 3));
    }
}
