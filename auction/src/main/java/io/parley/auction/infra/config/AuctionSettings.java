package io.parley.auction.infra.config;

import io.parley.auction.domain.Backoff;
import io.parley.auction.domain.Rules;
import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.protocol.wire.AuctionRecord.Terms;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads {@code parley.auction.*} and the chain that signatures count for. */
@Singleton
public class AuctionSettings {

    private final boolean on;
    private final Optional<Long> chainId;
    private final Optional<String> vault;
    private final Rules rules;
    private final long longestValidity;
    private final Terms terms;
    private final String bootstrapServers;

    @Inject
    AuctionSettings(
            @ConfigProperty(name = "parley.role.auction", defaultValue = "false") boolean on,
            @ConfigProperty(name = "parley.chain.id") Optional<Long> chainId,
            @ConfigProperty(name = "parley.chain.vault") Optional<String> vault,
            @ConfigProperty(name = "parley.auction.window-ms") long windowMs,
            @ConfigProperty(name = "parley.auction.commit-ms") long commitMs,
            @ConfigProperty(name = "parley.auction.max-intents") int mostIntents,
            @ConfigProperty(name = "parley.auction.max-in-flight") int mostInFlight,
            @ConfigProperty(name = "parley.auction.pool-bound") int poolBound,
            @ConfigProperty(name = "parley.auction.rest-max-ms") long longestRestMs,
            @ConfigProperty(name = "parley.auction.longest-validity-s") long longestValidity,
            @ConfigProperty(name = "parley.auction.fee-per-fill") long feePerFill,
            @ConfigProperty(name = "parley.auction.patience-ms") long patienceMs,
            @ConfigProperty(name = "parley.auction.exact-steps") long exactSteps,
            @ConfigProperty(name = "parley.auction.reward-cap") long rewardCap,
            @ConfigProperty(name = "parley.auction.reward-share-bps") int rewardShareBps,
            @ConfigProperty(name = "parley.auction.search-moves") int searchMoves,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "localhost:9092")
                    String bootstrapServers) {
        this.on = on;
        this.chainId = chainId;
        this.vault = vault;
        this.rules = new Rules(
                windowMs,
                commitMs,
                mostIntents,
                mostInFlight,
                poolBound,
                feePerFill,
                patienceMs,
                new Backoff(windowMs, Math.max(windowMs, longestRestMs)));
        this.longestValidity = longestValidity;
        this.terms = new Terms(exactSteps, searchMoves, rewardCap, rewardShareBps);
        this.bootstrapServers = bootstrapServers;
    }

    /** {@return whether this process holds auctions} */
    public boolean isOn() {
        return on;
    }

    /** {@return what signatures are made for} */
    public Domain domain() {
        return new Domain(
                chainId.orElseThrow(() -> missing("parley.chain.id")),
                Address.parse(vault.orElseThrow(() -> missing("parley.chain.vault"))));
    }

    private static IllegalStateException missing(String name) {
        return new IllegalStateException("""
                The role auction needs %s: signatures count for one chain and one vault.
                Maybe the contracts were not deployed yet.""".formatted(name));
    }

    /** {@return how auctions are held} */
    public Rules rules() {
        return rules;
    }

    /** {@return how many seconds after the state time an intent may still be valid} */
    public long longestValidity() {
        return longestValidity;
    }

    /** {@return how winners are searched for, and what they may earn} */
    public Terms terms() {
        return terms;
    }

    /** {@return the broker} */
    public String bootstrapServers() {
        return bootstrapServers;
    }
}
