package io.parley.bench.micro;

import io.parley.clearing.HeldMargin;
import io.parley.clearing.Ledger;
import io.parley.clearing.Screened;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The question whether a bid of {@link ClearingBenchmark}'s trades would clear; it leaves the ledger as it was. */
@State(Scope.Thread)
public class ScreenBenchmark {

    private final SampleTrades samples = new SampleTrades(1);
    private final Ledger ledger = samples.ledger();

    /** All checks, both signatures, both margins; nothing is hashed into the state. */
    @Benchmark
    public Screened screen() {
        var trade = samples.trades().getFirst();
        return ledger.screen(trade.bid(), trade.intents(), HeldMargin.NONE);
    }
}
