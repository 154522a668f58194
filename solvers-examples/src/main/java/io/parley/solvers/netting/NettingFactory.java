package io.parley.solvers.netting;

import io.parley.protocol.spi.Solver;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import io.parley.solvers.Settings;
import io.parley.solvers.WarmUp;

/** Makes the {@code netting} solver. */
public final class NettingFactory implements SolverFactory {

    @Override
    public String name() {
        return "netting";
    }

    @Override
    public Solver create(SolverContext context) {
        var solver = new NettingSolver(context.address(), new Settings(context.settings()));
        WarmUp.begin(solver);
        return solver;
    }
}
