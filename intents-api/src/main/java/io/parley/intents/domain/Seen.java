package io.parley.intents.domain;

import io.parley.protocol.Bytes32;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ids that have been taken in, the latest of them. It spares the log a repetition; a repetition that gets by is dropped
 * by whoever reads the log. Thread safe.
 */
final class Seen {

    private final Map<Bytes32, Boolean> ids;

    Seen(int most) {
        this.ids = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Bytes32, Boolean> eldest) {
                return size() > most;
            }
        };
    }

    /** Returns whether it is new. */
    synchronized boolean add(Bytes32 id) {
        return ids.putIfAbsent(id, true) == null;
    }

    synchronized void remove(Bytes32 id) {
        ids.remove(id);
    }

    synchronized boolean contains(Bytes32 id) {
        return ids.containsKey(id);
    }
}
