package io.parley.relayer.infra.config;

import io.parley.protocol.Fixed8;
import io.parley.relayer.domain.Policy;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.math.BigInteger;
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

    /** How batches become final: {@code verified}, {@code optimistic} or {@code auto}. */
    @WithDefault("verified")
    Policy.Mode settle();

    /** With {@code auto}: dollars that move in a batch from which on it is proven. */
    @WithName("prove-above")
    @WithDefault("1000000")
    long proveAbove();

    /** With {@code auto}: wei per gas up to which every batch is proven. */
    @WithName("prove-below-wei")
    @WithDefault("2000000000")
    BigInteger proveBelow();

    default Policy policy() {
        return new Policy(settle(), Math.multiplyExact(proveAbove(), Fixed8.ONE), proveBelow());
    }

    /** Whether it runs routes, at its own expense for gas. */
    @WithDefault("true")
    boolean routes();

    /** Wei per gas up to which it takes routes. */
    @WithName("route-below-wei")
    @WithDefault("50000000000")
    BigInteger routeBelow();

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
