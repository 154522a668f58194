package io.parley.solvers.options;

import io.parley.protocol.spi.Solver;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import io.parley.solvers.Settings;
import io.parley.solvers.WarmUp;

/** Makes the {@code options} solver. */
public final class OptionsFactory implements SolverFactory {

    @Override
    public String name() {
        return "options";
    }

    @Override
    public Solver create(SolverContext context) {
        var solver = new OptionsSolver(context.address(), new Settings(context.settings()));
        WarmUp.begin(solver);
        return solver;
    }
}
