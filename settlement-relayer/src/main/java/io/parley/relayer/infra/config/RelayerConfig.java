package io.parley.relayer.infra.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/** Settings of the relayer. The key is read from a file, never from a property. */
@ConfigMapping(prefix = "parley.relayer")
public interface RelayerConfig {

    /** File with the relayer's key, 32 bytes in hex, readable by its owner only. */
    @WithName("key-file")
    Optional<String> keyFile();

    /** Number of the relayer's own account in the ledger, to which fees are credited. */
    @WithDefault("0")
    int account();

    /** Blocks, its own included, that make a verified batch final. */
    @WithDefault("1")
    int confirmations();

    @WithName("gas-limit")
    @WithDefault("15000000")
    long gasLimit();

    @WithName("bump-after-ms")
    @WithDefault("15000")
    long bumpAfterMs();

    @WithName("poll-ms")
    @WithDefault("20")
    long pollMs();
}
