package io.parley.bench.micro;

import io.parley.clearing.Ledger;
import io.parley.clearing.StepResult;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A trade of one fill with two legs, between two accounts of ten positions each. One invocation applies a run of them to a
 * ledger that is put back to the start before.
 */
@State(Scope.Thread)
public class ClearingBenchmark {

    static final int RUN = 500;

    private final SampleTrades samples = new SampleTrades(RUN);
    private Ledger ledger = samples.ledger();

    /** Back to the start. */
    @Setup(Level.Invocation)
    public void start() {
        ledger = samples.ledger();
    }

    /** All checks, both signatures, both margins, leaves, trees, root and witness. */
    @Benchmark
    @OperationsPerInvocation(RUN)
    public void apply(Blackhole seen) {
        run(ledger, seen);
    }

    /** The same with the signers known beforehand. */
    @Benchmark
    @OperationsPerInvocation(RUN)
    public void applyWithKnownSigners(Blackhole seen) {
        run(ledger.recoveringWith(samples.known()), seen);
    }

    private void run(Ledger ledger, Blackhole seen) {
        for (var trade : samples.trades()) {
            var result = ledger.apply(trade);
            if (result instanceof StepResult.Refused refused) {
                throw new IllegalStateException(refused.toString());
            }
            seen.consume(result);
        }
    }
}
