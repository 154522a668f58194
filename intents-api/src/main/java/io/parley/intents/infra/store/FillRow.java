package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A fill, with the margin around it and how far it has settled. */
@Entity
@Immutable
@Table(schema = "views", name = "fill_outcomes")
@IdClass(FillRow.Key.class)
public class FillRow extends PanacheEntityBase {

    /** Names a row. */
    public record Key(long commandsOffset, int ordinal) implements Serializable {}

    @Id
    @Column(name = "commands_offset")
    public long commandsOffset;

    @Id
    public int ordinal;

    public String intent;

    public String owner;

    public long account;

    public long auction;

    public String bid;

    public String solver;

    @Column(name = "solver_account")
    public long solverAccount;

    public long parts;

    @Column(name = "intent_parts")
    public long intentParts;

    public long cash;

    public long fee;

    public long batch;

    public long step;

    public long time;

    public long at;

    @Column(name = "im_before")
    public @Nullable Long imBefore;

    @Column(name = "im_after")
    public @Nullable Long imAfter;

    @Column(name = "mm_before")
    public @Nullable Long mmBefore;

    @Column(name = "mm_after")
    public @Nullable Long mmAfter;

    public @Nullable Long value;

    @Column(name = "price_hash")
    public @Nullable String priceHash;

    @Column(name = "params_hash")
    public @Nullable String paramsHash;

    public String settlement;

    public @Nullable String tx;

    public @Nullable Long block;
}
