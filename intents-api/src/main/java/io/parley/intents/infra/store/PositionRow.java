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

/** A position with its name and mark, where they are known. */
@Entity
@Immutable
@Table(schema = "views", name = "account_positions")
@IdClass(PositionRow.Key.class)
public class PositionRow extends PanacheEntityBase {

    /** Names a row. */
    public record Key(String owner, long account, long asset) implements Serializable {}

    @Id
    public String owner;

    @Id
    public long account;

    @Id
    public long asset;

    public long quantity;

    @Column(name = "funding_index")
    public long fundingIndex;

    public long cost;

    public @Nullable String name;

    public @Nullable Long mark;
}
