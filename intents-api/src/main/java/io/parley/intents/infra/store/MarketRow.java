package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A listed asset and its latest mark. */
@Entity
@Immutable
@Table(schema = "views", name = "markets")
public class MarketRow extends PanacheEntityBase {

    @Id
    public long asset;

    public long listing;

    public String name;

    public @Nullable Long mark;

    public @Nullable Long time;

    public @Nullable Long sequence;
}
