package io.parley.intents.infra.store;

import io.parley.protocol.Bytes32;
import java.util.LinkedHashMap;
import java.util.Map;

/** The latest of the ids that were added. For one thread. */
final class Recent {

    private final Map<Bytes32, Boolean> ids;

    Recent(int most) {
        this.ids = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Bytes32, Boolean> eldest) {
                return size() > most;
            }
        };
    }

    void add(Bytes32 id) {
        ids.put(id, true);
    }

    /** Makes it the latest. */
    boolean contains(Bytes32 id) {
        return ids.get(id) != null;
    }

    void clear() {
        ids.clear();
    }
}
