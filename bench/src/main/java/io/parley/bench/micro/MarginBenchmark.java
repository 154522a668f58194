package io.parley.bench.micro;

import com.opengamma.strata.pricer.impl.option.BlackFormulaRepository;
import io.parley.clearing.Margin;
import io.parley.clearing.margin.Book;
import io.parley.clearing.margin.Columns;
import io.parley.clearing.margin.PortfolioMargin;
import io.parley.clearing.margin.PortfolioParameters;
import io.parley.clearing.margin.PortfolioParameters.Vols;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Portfolio margin: its columns by the integer kernel, accounts as sums over them, and the same grid by Strata. */
@State(Scope.Thread)
public class MarginBenchmark {

    static final int ACCOUNTS = 10_000;
    static final int LEGS = 20;

    private final PortfolioParameters parameters = PortfolioParameters.published();
    private final PortfolioMargin margin = new PortfolioMargin(parameters);

    private final SampleMarket large = new SampleMarket(500);
    private final Columns largeColumns = Columns.of(large.market, parameters, large.instruments);
    private final Book[] books = new Book[ACCOUNTS];

    private final SampleMarket small = new SampleMarket(100);
    private final Columns smallColumns = Columns.of(small.market, parameters, small.instruments);
    private final Book everything =
            Book.of(small.instruments, small.everything().holdings());
    private final StrataGrid strata = new StrataGrid();

    public MarginBenchmark() {
        for (int i = 0; i < ACCOUNTS; i++) {
            books[i] = large.book(i, LEGS);
        }
        strata.check();
    }

    /** 502 instruments in 33 scenarios, and their marks and moved forwards. */
    @Benchmark
    public Columns columns() {
        return Columns.of(large.market, parameters, large.instruments);
    }

    /** One account that holds 100 options, the columns being there. */
    @Benchmark
    public Margin check() {
        return margin.evaluate(everything, smallColumns);
    }

    /** The same with its columns made first. */
    @Benchmark
    public Margin checkWithColumns() {
        return margin.evaluate(everything, Columns.of(small.market, parameters, small.instruments));
    }

    /** The same grid in doubles: a loop over {@code BlackFormulaRepository.price}, summed by scenario. */
    @Benchmark
    public double strata() {
        return strata.worst();
    }

    /** One account of 20 legs on a price. */
    @Benchmark
    public Margin account() {
        return margin.evaluate(books[0], largeColumns);
    }

    /** All accounts on a price, one after the other. */
    @Benchmark
    public long accounts() {
        long below = 0;
        for (var book : books) {
            below += margin.evaluate(book, largeColumns).netMaintenance() >>> 63;
        }
        return below;
    }

    /** A bid of two legs between two accounts of 20 legs: both laid out anew and margined. */
    @Benchmark
    public long screen() {
        return screened(books[0], 1) + screened(books[1], -1);
    }

    private long screened(Book held, int sign) {
        var options = large.options();
        var traded = held.with(
                sign * 100L, Map.of(options.get(7), sign * 100_000_000L, options.get(200), sign * -50_000_000L));
        return margin.evaluate(traded, largeColumns).netInitial();
    }

    /** Forwards, volatilities and discounts of the grid, laid out before; the loop only values and sums. */
    private final class StrataGrid {
        private final int width = parameters.scenarios().size();
        private final AssetId[] options = small.options().toArray(AssetId[]::new);
        private final double[] strikes = new double[options.length];
        private final double[] years = new double[options.length];
        private final double[] discounts = new double[options.length];
        private final double[] quantities = new double[options.length];
        private final double[][] forwards = new double[options.length][width + 3];
        private final double[][] vols = new double[options.length][width + 3];
        private final double[] sums = new double[width + 3];

        private StrataGrid() {
            var underlying = small.market.underlying(1);
            var volatility = parameters.volatility();
            for (int i = 0; i < options.length; i++) {
                var option = options[i];
                var expiry = underlying.expiry(option.expiryDay());
                long seconds = option.expiryTime() - small.market.time();
                strikes[i] = option.strike() * 1e-8;
                years[i] = seconds / (365 * 86_400.0);
                discounts[i] = Math.exp(-underlying.rate() * 1e-8 * years[i]);
                quantities[i] = option.kind().code() % 2 == 0 ? 1 : -1;
                double forward = expiry.forward() * 1e-8;
                double vol = expiry.smile().deviation(option.strike(), expiry.forward(), seconds)
                        * 0x1p-57
                        / Math.sqrt(years[i]);
                double days = years[i] * 365;
                double power = Math.pow(30 / Math.max(days, 1), days <= 30 ? 0.3 : 0.13);
                double cap = Math.max(0.25 - 0.1 * Math.sqrt(years[i]), 0);
                double at = Math.max(0.01, 2.4 * Math.sqrt(years[i]));
                double k = Math.log(strikes[i] / forward);
                for (int j = 0; j < width + 3; j++) {
                    var shock = j < width ? parameters.scenarios().get(j).vols() : Vols.UNCHANGED;
                    double move = j < width
                            ? parameters.scenarios().get(j).spot() * 1e-8
                            : new double[] {0, 0.045, -0.045}[j - width];
                    forwards[i][j] = forward * (1 + move);
                    vols[i][j] = switch (shock) {
                        case UNCHANGED -> vol;
                        case UP -> Math.max(vol * (1 + volatility.up() * 1e-8 * power), 0.4);
                        case DOWN -> vol * Math.max(1 - volatility.down() * 1e-8 * power, 0);
                        case LINEAR_SKEW -> vol * (1 + Math.clamp(k * cap / at, -cap, cap));
                        case ABSOLUTE_SKEW -> vol * (1 + Math.clamp(Math.abs(k) * cap / at, -cap, cap));
                    };
                }
            }
        }

        private double price(int i, int j) {
            return discounts[i]
                    * BlackFormulaRepository.price(
                            forwards[i][j], strikes[i], years[i], vols[i][j], options[i].kind() == AssetKind.CALL);
        }

        private double worst() {
            java.util.Arrays.fill(sums, 0);
            for (int i = 0; i < options.length; i++) {
                for (int j = 0; j < sums.length; j++) {
                    sums[j] += quantities[i] * price(i, j);
                }
            }
            double worst = 0;
            for (int j = 0; j < width; j++) {
                worst = Math.min(
                        worst,
                        (sums[j] - sums[width]) * parameters.scenarios().get(j).weight() * 1e-8);
            }
            return worst;
        }

        /** Both grids are the same one, or the comparison means nothing. */
        private void check() {
            for (int i = 0; i < options.length; i++) {
                int row = small.instruments.row(options[i]);
                for (int j = 0; j < width; j++) {
                    double ours = smallColumns.value(row, j) * 1e-8;
                    if (Math.abs(ours - price(i, j)) > 1e-7) {
                        throw new IllegalStateException(
                                "%s in scenario %d: %.8f, by Strata %.8f".formatted(options[i], j, ours, price(i, j)));
                    }
                }
            }
        }
    }
}
