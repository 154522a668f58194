package io.parley.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ArtifactsTest {

    @Test
    void artifact_ofAnAmm_hasInterfaceAndCode() {
        assertThat(Artifacts.abi("UniswapV2Factory")).contains("createPair");
        assertThat(Artifacts.bytecode("UniswapV2Factory")).startsWith("0x60").hasSizeGreaterThan(10_000);
    }

    @Test
    void unknownName_isRefused_withTheNameInTheMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Artifacts.abi("Nowhere"))
                .withMessageContaining("Nowhere");
    }
}
