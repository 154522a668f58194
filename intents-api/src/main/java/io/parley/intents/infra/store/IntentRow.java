package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** An intent with the state that it is in. */
@Entity
@Immutable
@Table(schema = "views", name = "intent_states")
public class IntentRow extends PanacheEntityBase {

    @Id
    public String id;

    public String owner;

    public long account;

    public long cash;

    @Column(name = "max_fee")
    public long maxFee;

    public long parts;

    @Column(name = "min_parts")
    public long minParts;

    @Column(name = "valid_from")
    public long validFrom;

    @Column(name = "valid_until")
    public long validUntil;

    @Column(name = "nonce_lane")
    public int nonceLane;

    @Column(name = "nonce_number")
    public long nonceNumber;

    @Column(name = "verified_only")
    public boolean verifiedOnly;

    public String legs;

    public @Nullable String conditions;

    public long arrival;

    @Column(name = "parts_done")
    public long partsDone;

    @Column(name = "accepted_at")
    public @Nullable Long acceptedAt;

    public String state;
}
