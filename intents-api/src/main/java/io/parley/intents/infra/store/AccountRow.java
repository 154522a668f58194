package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.hibernate.annotations.Immutable;

/** The latest leaf of an account. */
@Entity
@Immutable
@Table(schema = "views", name = "account_leaves")
@IdClass(AccountRow.Key.class)
public class AccountRow extends PanacheEntityBase {

    /** Names a row. */
    public record Key(String owner, long account) implements Serializable {}

    @Id
    public String owner;

    @Id
    public long account;

    public long index;

    public int mode;

    public long cash;

    public String lanes;

    @Column(name = "last_auction")
    public long lastAuction;

    @Column(name = "liquidation_start")
    public long liquidationStart;

    @Column(name = "live_until")
    public long liveUntil;

    public String partials;

    @Column(name = "commands_offset")
    public long commandsOffset;
}
