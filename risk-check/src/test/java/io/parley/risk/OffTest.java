package io.parley.risk;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** With both roles off, which is the default, the module is there and asks for nothing: no broker, no chain, no key. */
@QuarkusTest
class OffTest {

    @Inject
    LedgerStatus status;

    @Test
    void nothingStarts() {
        assertThat(status.now().phase()).isEqualTo(LedgerStatus.Phase.OFF);
        assertThat(status.isClearing()).isFalse();
    }
}
