package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** An auction, closed or not. */
@Entity
@Immutable
@Table(schema = "views", name = "auction_outcomes")
public class AuctionRow extends PanacheEntityBase {

    @Id
    public long auction;

    @Column(name = "opened_at")
    public long openedAt;

    @Column(name = "commit_until")
    public long commitUntil;

    @Column(name = "reveal_until")
    public long revealUntil;

    @Column(name = "commands_offset")
    public long commandsOffset;

    @Column(name = "seed_commitment")
    public String seedCommitment;

    @Column(name = "fee_per_fill")
    public long feePerFill;

    public int intents;

    public boolean closed;

    public @Nullable String seed;

    public @Nullable String transcript;

    public @Nullable Integer awards;

    public @Nullable Integer unfilled;

    public @Nullable String selector;

    public @Nullable Long value;

    public @Nullable Long bound;

    public long commitments;

    public long reveals;
}
