package io.parley.solver.infra.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.parley.solver.domain.Tally;
import io.parley.solver.host.SolverHost;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Locale;

/** Shows each solver's tally as counters {@code parley.solver.<what>} with the tag solver, and auctions seen too late,
 * where a registry is there. */
@Singleton
public final class Meters {

    private final Instance<MeterRegistry> registries;

    Meters(Instance<MeterRegistry> registries) {
        this.registries = registries;
    }

    public void register(SolverHost host) {
        if (!registries.isResolvable()) {
            return;
        }
        FunctionCounter.builder("parley.solver.late", host, SolverHost::late).register(registries.get());
        for (var solver : host.solvers()) {
            for (var count : Tally.Count.values()) {
                FunctionCounter.builder(
                                "parley.solver." + count.name().toLowerCase(Locale.ROOT),
                                solver.tally(),
                                tally -> tally.of(count))
                        .tag("solver", solver.plan().name())
                        .register(registries.get());
            }
        }
    }
}
