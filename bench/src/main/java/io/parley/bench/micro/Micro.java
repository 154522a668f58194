package io.parley.bench.micro;

import io.parley.bench.Bench;
import io.parley.bench.Table;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the small benchmarks with JMH, each in a JVM of its own on one thread, and prints a table for each part. */
public final class Micro {

    private static final int WARM_UPS = 3;
    private static final int MEASUREMENTS = 5;

    private final PrintStream out;

    public Micro(PrintStream out) {
        this.out = out;
    }

    /** What to run, and under which name it stands in the table. */
    private record Subject(String name, Class<?> holder, String method, List<String> jvmArguments) {

        Subject(String name, Class<?> holder, String method) {
            this(name, holder, method, List.of());
        }
    }

    private record Measured(Subject subject, double micros, double error, double processor) {}

    /** Digest and recovery of an intent's signer. */
    public void signatures() throws RunnerException {
        var holder = SignatureBenchmark.class;
        print(
                "Signature of an intent: EIP-712 digest and recovery of the signer",
                measure(List.of(
                        new Subject("ours, native secp256k1", holder, "ours", curve("native")),
                        new Subject("ours, BouncyCastle", holder, "ours", curve("bouncycastle")),
                        new Subject("web3j: JSON, StructuredDataEncoder, Sign", holder, "web3j"),
                        new Subject("digest alone, ours", holder, "ourDigest"),
                        new Subject("digest alone, web3j", holder, "web3jDigest"))));
    }

    /** Records beside JSON. */
    public void decode() throws RunnerException {
        var holder = DecodeBenchmark.class;
        print(
                "An intent from and to bytes",
                measure(List.of(
                        new Subject("decode, our record", holder, "decode"),
                        new Subject("decode, Jackson to records", holder, "jacksonDecode"),
                        new Subject("encode, our record", holder, "encode"),
                        new Subject("encode, Jackson from records", holder, "jacksonEncode"))));
        var sizes = new DecodeBenchmark().sizes();
        out.printf("  A sample has %d bytes as a record and %d as JSON, on average.%n%n", sizes[0], sizes[1]);
    }

    /** One step of the ledger. */
    public void clearing() throws RunnerException {
        var holder = ClearingBenchmark.class;
        print(
                "A trade between two accounts of ten positions each",
                measure(List.of(
                        new Subject("apply: all checks, root, witness", holder, "apply"),
                        new Subject("apply, signers known before", holder, "applyWithKnownSigners"),
                        new Subject("screen: would it clear?", ScreenBenchmark.class, "screen"),
                        new Subject("HashMap and BigDecimal, margins only", PlainBookBenchmark.class, "plainBook"))));
    }

    /** Portfolio margin. */
    public void margin() throws RunnerException {
        var holder = MarginBenchmark.class;
        print(
                "Portfolio margin: 33 scenarios, accounts of %d legs among 500 options".formatted(MarginBenchmark.LEGS),
                measure(List.of(
                        new Subject("columns of 502 instruments", holder, "columns"),
                        new Subject("100 options, from their columns", holder, "check"),
                        new Subject("100 options, columns made first", holder, "checkWithColumns"),
                        new Subject("100 options, Strata's Black in a loop", holder, "strata"),
                        new Subject("one account", holder, "account"),
                        new Subject("%,d accounts".formatted(MarginBenchmark.ACCOUNTS), holder, "accounts"),
                        new Subject("a bid of two legs over two accounts", holder, "screen"))));
    }

    /** The choice of winners. */
    public void selection() throws RunnerException {
        var holder = SelectionBenchmark.class;
        print(
                "Winners of an auction of %d bids over %d intents"
                        .formatted(SelectionBenchmark.BIDS, SelectionBenchmark.INTENTS),
                measure(List.of(
                        new Subject("greedy", holder, "greedy"),
                        new Subject("greedy, exact, OptaPlanner", holder, "asTheAuctionDoes"))));
        var worth = new SelectionBenchmark().worth();
        out.printf(
                "  Of an upper bound on any choice, greedy reaches %.1f %% and the best of both %.1f %%; %d of 16 are proven best.%n%n",
                100 * worth.greedy(), 100 * worth.bestOf(), worth.proven());
    }

    private static List<String> curve(String name) {
        return List.of("-Dparley.secp256k1=" + name);
    }

    private List<Measured> measure(List<Subject> subjects) throws RunnerException {
        var measured = new ArrayList<Measured>();
        for (var subject : subjects) {
            measured.add(measure(subject));
        }
        return measured;
    }

    private static Measured measure(Subject subject) throws RunnerException {
        var arguments = new ArrayList<>(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-D" + Bench.QUIET + "=ERROR"));
        arguments.addAll(subject.jvmArguments());
        var options = new OptionsBuilder()
                .include("^" + subject.holder().getName().replace(".", "\\.") + "\\." + subject.method() + "$")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .threads(1)
                .warmupIterations(WARM_UPS)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(MEASUREMENTS)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgs(arguments.toArray(String[]::new))
                .addProfiler(WorkerTime.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        var run = new Runner(options).runSingle();
        Result<?> result = run.getPrimaryResult();
        double processor = Objects.requireNonNull(run.getSecondaryResults().get(WorkerTime.LABEL))
                .getScore();
        return new Measured(subject, result.getScore(), result.getScoreError(), processor);
    }

    private void print(String title, List<Measured> measured) {
        out.println(title);
        var table = new Table("", "µs", "±", "µs of processor", "op/s of processor");
        for (var one : measured) {
            table.row(
                    one.subject().name(),
                    "%.2f".formatted(one.micros()),
                    "%.2f".formatted(one.error()),
                    "%.2f".formatted(one.processor()),
                    "%,.0f".formatted(1e6 / one.processor()));
        }
        table.print(out);
    }
}
