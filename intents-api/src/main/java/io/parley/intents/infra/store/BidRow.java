package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** Everything that is known of a bid. */
@Entity
@Immutable
@Table(schema = "views", name = "bid_outcomes")
public class BidRow extends PanacheEntityBase {

    @Id
    public String bid;

    public long auction;

    public @Nullable String solver;

    public @Nullable Long account;

    public @Nullable Long cap;

    @Column(name = "hold_code")
    public @Nullable Integer holdCode;

    @Column(name = "hold_detail")
    public @Nullable String holdDetail;

    public @Nullable Long pays;

    @Column(name = "valid_until")
    public @Nullable Long validUntil;

    @Column(name = "revealed_at")
    public @Nullable Long revealedAt;

    public boolean late;

    @Column(name = "verdict_code")
    public @Nullable Integer verdictCode;

    @Column(name = "verdict_detail")
    public @Nullable String verdictDetail;

    public @Nullable Long score;

    @Column(name = "margin_before")
    public @Nullable Long marginBefore;

    @Column(name = "margin_after")
    public @Nullable Long marginAfter;

    @Column(name = "commands_offset")
    public @Nullable Long commandsOffset;

    public boolean awarded;

    @Column(name = "cleared_offset")
    public @Nullable Long clearedOffset;

    public boolean closed;
}
