package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A batch and how far it has settled. */
@Entity
@Immutable
@Table(schema = "views", name = "batch_outcomes")
public class BatchRow extends PanacheEntityBase {

    @Id
    public long sequence;

    @Column(name = "first_offset")
    public long firstOffset;

    @Column(name = "last_offset")
    public long lastOffset;

    @Column(name = "parent_root")
    public String parentRoot;

    public String root;

    @Column(name = "steps_root")
    public String stepsRoot;

    @Column(name = "data_hash")
    public String dataHash;

    public long steps;

    @Column(name = "queue_from")
    public long queueFrom;

    @Column(name = "queue_to")
    public long queueTo;

    @Column(name = "fees_before")
    public long feesBefore;

    @Column(name = "fees_after")
    public long feesAfter;

    @Column(name = "data_size")
    public int dataSize;

    @Column(name = "witness_size")
    public int witnessSize;

    public String commands;

    public String withdrawals;

    public long at;

    public String settlement;

    public @Nullable String tx;

    public @Nullable Long block;

    @Column(name = "gas_used")
    public @Nullable Long gasUsed;

    @Column(name = "gas_price")
    public @Nullable Long gasPrice;

    public @Nullable Long fees;

    public @Nullable Integer code;

    public @Nullable String detail;

    public long fills;
}
