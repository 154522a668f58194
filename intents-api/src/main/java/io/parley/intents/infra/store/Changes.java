package io.parley.intents.infra.store;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.inject.Singleton;

/** Says that the views have changed, not how: who is interested looks. */
@Singleton
public final class Changes {

    private final BroadcastProcessor<Boolean> changes = BroadcastProcessor.create();

    /** By one thread at a time. */
    public void announce() {
        changes.onNext(true);
    }

    /** Without end; who is slow misses some. */
    public Multi<Boolean> stream() {
        return changes.onOverflow().dropPreviousItems();
    }
}
