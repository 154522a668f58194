package io.parley.node;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.util.concurrent.Callable;

/** Runs once all roles are ready; the process ends with the code that the work returns. */
public final class NodeApplication implements QuarkusApplication {

    // Quarkus makes the instance itself, so the work is handed over through the class.
    private static volatile Callable<Integer> work = () -> 0;
    private static volatile int result;

    /**
     * Starts the roles, then runs the work, then stops the roles. Blocks until they have stopped.
     *
     * @return what the work returned, 1 if the roles did not start
     */
    public static int run(Callable<Integer> work) {
        NodeApplication.work = work;
        result = 1;
        Quarkus.run(NodeApplication.class, (code, failure) -> {
            if (failure != null) {
                // The log may go to a file that does not exist yet.
                System.err.printf("The roles did not start: %s%n", causes(failure));
            }
        });
        return result;
    }

    private static String causes(Throwable failure) {
        var causes = new StringBuilder(String.valueOf(failure.getMessage()));
        for (var cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            causes.append("%n  because: ".formatted()).append(cause.getMessage());
        }
        return causes.toString();
    }

    /** Waits for a signal to stop. */
    public static int untilStopped() {
        Quarkus.waitForExit();
        return 0;
    }

    @Override
    public int run(String... args) throws Exception {
        result = work.call();
        return result;
    }
}
