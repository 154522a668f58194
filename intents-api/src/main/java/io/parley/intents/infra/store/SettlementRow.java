package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** What the relayer reported of a batch, one line. */
@Entity
@Immutable
@Table(schema = "views", name = "settlement_words")
public class SettlementRow extends PanacheEntityBase {

    @Id
    public long position;

    public long sequence;

    public String word;

    public String tx;

    public long block;

    @Column(name = "gas_used")
    public long gasUsed;

    @Column(name = "gas_price")
    public long gasPrice;

    public long fees;

    public int code;

    public String detail;

    @Column(name = "reported_at")
    public long reportedAt;
}
