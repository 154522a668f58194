package io.parley.intents.infra.store;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** What became of a command. */
@Entity
@Immutable
@Table(schema = "views", name = "command_outcomes")
public class CommandRow extends PanacheEntityBase {

    @Id
    @Column(name = "commands_offset")
    public long commandsOffset;

    public String command;

    public int kind;

    public int code;

    public String reason;

    public @Nullable Long batch;

    public @Nullable Long step;

    public long time;

    public @Nullable String owner;

    public @Nullable Long account;

    public String detail;
}
