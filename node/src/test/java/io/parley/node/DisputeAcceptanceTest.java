package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong batch in the operator's name, with everything real: it does not last, and nobody's intent is lost by it. */
class DisputeAcceptanceTest {

    @Test
    void aWrongBatch_isCutOff_andAllIntentsSettleInTheEnd(@TempDir Path folder) throws InterruptedException {
        var demo = NodeProcess.start(
                folder, Map.of("PARLEY_DATA", folder.resolve("data").toString()), List.of("demo", "dispute"));

        assertThat(demo.awaitExit()).as("%s", demo.output()).isZero();

        assertThat(demo.output())
                .contains("the watcher challenged it")
                .contains("5,000.00 dollars to the challenger, 0.00 of the bond are left")
                .contains("7 of 7 ended as they should");
    }
}
