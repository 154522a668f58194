package io.parley.bench.micro;

import java.math.BigDecimal;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The trades of {@link ClearingBenchmark} on maps and decimals; forth and back, so that it never ends but for the fees. */
@State(Scope.Thread)
public class PlainBookBenchmark {

    private final SampleTrades samples = new SampleTrades(ClearingBenchmark.RUN);
    private final PlainBook book = new PlainBook(samples);
    private int next;

    /** Effects and both margins only: no signature, no nonce, no hash, no root. */
    @Benchmark
    public BigDecimal plainBook() {
        return book.apply(samples.trades().get(next++ % ClearingBenchmark.RUN));
    }
}
