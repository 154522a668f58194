package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** The latest price of an underlying. */
@Entity
@Immutable
@Table(schema = "views", name = "underlying_prices")
public class UnderlyingRow extends PanacheEntityBase {

    @Id
    public int underlying;

    public long spot;

    public long confidence;

    public long rate;

    @Column(name = "perp_mark")
    public long perpMark;

    public String expiries;

    public long time;

    public long sequence;

    @Column(name = "price_hash")
    public String priceHash;
}
