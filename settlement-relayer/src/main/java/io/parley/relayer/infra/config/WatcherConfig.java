package io.parley.relayer.infra.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** Settings of the chain watcher. */
@ConfigMapping(prefix = "parley.watcher")
public interface WatcherConfig {

    /** Blocks, its own included, after which a queue entry is believed: the finality depth. */
    @WithDefault("1")
    int confirmations();

    @WithName("poll-ms")
    @WithDefault("200")
    long pollMs();
}
