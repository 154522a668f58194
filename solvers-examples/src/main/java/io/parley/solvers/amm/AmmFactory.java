package io.parley.solvers.amm;

import io.parley.protocol.spi.Solver;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import io.parley.solvers.Settings;
import io.parley.solvers.WarmUp;

/** Makes the {@code amm} solver. */
public final class AmmFactory implements SolverFactory {

    @Override
    public String name() {
        return "amm";
    }

    @Override
    public Solver create(SolverContext context) {
        var solver = new AmmSolver(context.address(), new Settings(context.settings()));
        solver.start();
        WarmUp.begin(solver);
        return solver;
    }
}
