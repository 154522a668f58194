package io.parley.relayer.infra.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/** Settings of the chain watcher. */
@ConfigMapping(prefix = "parley.watcher")
public interface WatcherConfig {

    /** Blocks, its own included, after which a queue entry is believed: the finality depth. */
    @WithDefault("1")
    int confirmations();

    /** File with the key that sends challenges; without it disputes are only reported. */
    @WithName("key-file")
    Optional<String> keyFile();

    /** Who gets half of the bond of a batch that is shown to be wrong; without it the key's address. */
    Optional<String> reward();

    @WithName("poll-ms")
    @WithDefault("200")
    long pollMs();
}
