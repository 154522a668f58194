package io.parley.node;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The roles that a process can play; each is switched by the setting {@code parley.role.<name>}. */
public enum Role {
    API,
    AUCTION,
    SOLVER,
    RISK,
    FEEDER,
    RELAYER,
    WATCHER;

    public static Set<Role> all() {
        return EnumSet.allOf(Role.class);
    }

    /** @throws IllegalArgumentException naming the word that is no role */
    public static Set<Role> parse(List<String> names) {
        var roles = EnumSet.noneOf(Role.class);
        for (var name : names) {
            roles.add(Arrays.stream(values())
                    .filter(r -> r.label().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("""
                            There is no role (%s). The roles are %s.""".formatted(
                            name, Arrays.stream(values()).map(Role::label).toList()))));
        }
        return roles;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Views and the relayer's memory are in PostgreSQL; the other roles need none. */
    boolean needsDatabase() {
        return this == API || this == RELAYER || this == WATCHER;
    }
}
