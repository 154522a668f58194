package io.parley.bench.micro;

import io.parley.clearing.margin.Book;
import io.parley.clearing.margin.Instruments;
import io.parley.clearing.margin.MarketSnapshot;
import io.parley.clearing.margin.MarketSnapshot.Expiry;
import io.parley.clearing.margin.MarketSnapshot.Smile;
import io.parley.clearing.margin.MarketSnapshot.Underlying;
import io.parley.clearing.margin.Portfolio;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** An option market on one underlying: calls and puts of as many strikes as it takes, over ten expiries. */
final class SampleMarket {

    static final long SPOT = 3_000 * Fixed8.ONE;
    private static final LocalDate FIRST = LocalDate.of(2026, 3, 27);
    private static final int EXPIRIES = 10;

    final MarketSnapshot market;
    final Instruments instruments;
    private final List<AssetId> options = new ArrayList<>();

    SampleMarket(int count) {
        var expiries = new ArrayList<Expiry>();
        long time = AssetId.option(1, FIRST, true, SPOT).expiryTime() - 86_400;
        for (int e = 0; e < EXPIRIES; e++) {
            var day = FIRST.plusDays(21L * e);
            for (int i = 0; i < count / EXPIRIES / 2; i++) {
                long strike = (2_000 + 2_000L * i * 2 * EXPIRIES / count) * Fixed8.ONE;
                options.add(AssetId.option(1, day, true, strike));
                options.add(AssetId.option(1, day, false, strike));
            }
            double theta = 0.6 * 0.6 * (1 + 21 * e) / 365;
            expiries.add(new Expiry(
                    options.getLast().expiryDay(),
                    SPOT + 5L * e * Fixed8.ONE,
                    0,
                    new Smile.Svi(units(theta * 0.47), units(Math.sqrt(theta) * 0.45), units(-0.25), 0, units(0.2))));
        }
        market = new MarketSnapshot(
                time, Fixed8.ONE, List.of(new Underlying(1, SPOT, Fixed8.ONE, Fixed8.parse("0.04"), SPOT, expiries)));
        var all = new ArrayList<AssetId>(options);
        all.add(AssetId.spot(1));
        all.add(AssetId.perp(1));
        instruments = Instruments.of(all);
    }

    List<AssetId> options() {
        return options;
    }

    /** An account that holds the perpetual and options of any strike and expiry, long and short. */
    Book book(long seed, int legs) {
        var random = new Random(seed);
        var positions = new TreeMap<AssetId, Long>();
        positions.put(AssetId.perp(1), units(random.nextGaussian()));
        while (positions.size() < legs) {
            positions.put(options.get(random.nextInt(options.size())), units(5 * random.nextGaussian()));
        }
        return Book.of(instruments, new Portfolio(100_000 * Fixed8.ONE, positions).holdings());
    }

    /** One of every option. */
    Portfolio everything() {
        var positions = new TreeMap<AssetId, Long>();
        options.forEach(option -> positions.put(option, option.kind().code() % 2 == 0 ? Fixed8.ONE : -Fixed8.ONE));
        return new Portfolio(100_000 * Fixed8.ONE, positions);
    }

    private static long units(double value) {
        return Math.round(value * Fixed8.ONE);
    }
}
