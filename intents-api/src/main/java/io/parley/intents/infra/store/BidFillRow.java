package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.hibernate.annotations.Immutable;

/** What a bid gives one intent. */
@Entity
@Immutable
@Table(schema = "views", name = "bid_fills")
@IdClass(BidFillRow.Key.class)
public class BidFillRow extends PanacheEntityBase {

    /** Names a row. */
    public record Key(String bid, int ordinal) implements Serializable {}

    @Id
    public String bid;

    @Id
    public int ordinal;

    public String intent;

    public long parts;

    public long cash;

    public long fee;
}
