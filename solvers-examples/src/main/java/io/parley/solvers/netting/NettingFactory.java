package io.parley.solvers.netting;

import io.parley.protocol.spi.Solver;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import io.parley.solvers.Settings;

/** Makes the {@code netting} solver. */
public final class NettingFactory implements SolverFactory {

    @Override
    public String name() {
        return "netting";
    }

    @Override
    public Solver create(SolverContext context) {
        return new NettingSolver(context.address(), new Settings(context.settings()));
    }
}
