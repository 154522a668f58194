package io.parley.intents.domain;

import io.parley.protocol.Bytes32;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Accepted intents that no auction has shown yet, by which it is seen that the auctions fall behind. One that was refused
 * behind the door is never shown, so each is forgotten after a while. Thread safe.
 */
final class Waiting {

    private final long patience;
    private final Map<Bytes32, Long> since = new LinkedHashMap<>();

    /** @param patience in milliseconds */
    Waiting(long patience) {
        this.patience = patience;
    }

    synchronized void add(Bytes32 intent, long now) {
        since.putIfAbsent(intent, now);
    }

    synchronized void remove(Bytes32 intent) {
        since.remove(intent);
    }

    synchronized int size(long now) {
        var eldest = since.values().iterator();
        while (eldest.hasNext() && now - eldest.next() > patience) {
            eldest.remove();
        }
        return since.size();
    }
}
