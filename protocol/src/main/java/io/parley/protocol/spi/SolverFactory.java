package io.parley.protocol.spi;

/**
 * Makes solvers. Found by {@link java.util.ServiceLoader}: name the class in
 * {@code META-INF/services/io.parley.protocol.spi.SolverFactory}.
 */
public interface SolverFactory {

    /** {@return the name by which configuration chooses this factory, by default the simple class name} */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * Makes a solver. Called once per configured solver, at start; a throw keeps that solver, and only it, from
     * starting.
     *
     * @param context its settings and surroundings
     * @return the solver
     * @throws IllegalArgumentException if a setting is missing or wrong
     */
    Solver create(SolverContext context);
}
