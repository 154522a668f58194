package io.parley.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger and the contracts make the same of the same steps. */
class DifferentialTest {

    private static final int STEPS = 1_000;

    private static Anvil anvil;
    private static Differential differential;

    @BeforeAll
    static void start(@TempDir Path folder) {
        anvil = Anvil.start(folder.resolve("anvil"));
        differential = new Differential(new Chain(URI.create(anvil.rpcUrl())));
    }

    @AfterAll
    static void stop() {
        anvil.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void drawnSteps_areTheSame(long seed) {
        var tally = differential.run(seed, STEPS, _ -> {});

        tally.print(System.out);
        assertThat(tally.shown()).isEmpty();
        assertThat(tally.applied()).isGreaterThan(STEPS / 4);
        assertThat(tally.refused())
                .containsKeys(101, 102, 103, 104, 106, 202, 203, 304, 401, 402, 403, 407, 510, 511, 512);
    }
}
