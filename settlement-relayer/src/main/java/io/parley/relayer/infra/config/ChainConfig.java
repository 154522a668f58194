package io.parley.relayer.infra.config;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Which chain, and which vault on it. */
@ConfigMapping(prefix = "parley.chain")
public interface ChainConfig {

    Optional<Long> id();

    Optional<String> vault();

    Optional<String> rpc();

    /** The contract that runs routes; without it there are none. */
    Optional<String> routes();
}
