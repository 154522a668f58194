package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.hibernate.annotations.Immutable;

/** The net margins of an account around one step. */
@Entity
@Immutable
@Table(schema = "views", name = "margin_receipts")
@IdClass(ReceiptRow.Key.class)
public class ReceiptRow extends PanacheEntityBase {

    /** Names a row. */
    public record Key(long commandsOffset, String owner, long account) implements Serializable {}

    @Id
    @Column(name = "commands_offset")
    public long commandsOffset;

    @Id
    public String owner;

    @Id
    public long account;

    @Column(name = "im_before")
    public long imBefore;

    @Column(name = "mm_before")
    public long mmBefore;

    @Column(name = "im_after")
    public long imAfter;

    @Column(name = "mm_after")
    public long mmAfter;

    public long value;

    @Column(name = "price_hash")
    public String priceHash;

    @Column(name = "params_hash")
    public String paramsHash;
}
