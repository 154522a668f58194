package io.parley.clearing.margin;

import io.parley.clearing.margin.PortfolioParameters.Scenario;
import io.parley.clearing.margin.PortfolioParameters.Vols;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The values of each instrument per whole: at its mark, in every scenario, and at forwards moved up and down against the
 * spot; with them the few factors that an expiry or an underlying shares. A portfolio margin needs nothing else: it is
 * sums over these columns. Cash units of 1e-8. Immutable.
 */
public final class Columns {
    /** The first column. */
    static final int MARK = 0;

    final Instruments instruments;
    final PortfolioParameters parameters;
    final int scenarios;
    final int width;
    /** Row by row, the dollars of each value; with {@link #cents} apart, sums over positions need no 128 bits. */
    final long[] dollars;
    /** Row by row, what a value has beyond its dollars, 0 to 1e8 - 1 units. */
    final long[] cents;
    /** The most dollars of any value. */
    final long mostDollars;

    /** By group: what a shocked value above zero is multiplied by, a real of at most 1. */
    final long[] longFactors;
    /** By group: what one below zero is multiplied by, a real of at least 1. */
    final long[] shortFactors;
    /** By group: what a loss by a moved forward is multiplied by, units of 1e-8 over a year of seconds. */
    final long[] basisWeights;

    /** By underlying. */
    final long[] spots;

    final long[] confidences;
    final long stable;
    private final MarketSnapshot market;

    private Columns(MarketSnapshot market, PortfolioParameters parameters, Instruments instruments) {
        this.market = market;
        this.instruments = instruments;
        this.parameters = parameters;
        this.scenarios = parameters.scenarios().size();
        this.width = 1 + scenarios + 2;
        this.dollars = new long[instruments.size() * width];
        this.cents = new long[dollars.length];
        int groups = instruments.groupKinds.length;
        this.longFactors = new long[groups];
        this.shortFactors = new long[groups];
        this.basisWeights = new long[groups];
        this.spots = new long[instruments.underlyings.length];
        this.confidences = new long[spots.length];
        this.stable = market.stable();
        for (int i = 0; i < spots.length; i++) {
            var underlying = market.underlying(instruments.underlyings[i]);
            spots[i] = underlying.spot();
            confidences[i] = underlying.confidence();
        }
        int row = 0;
        for (int group = 0; group < groups; group++) {
            int end = row;
            while (end < instruments.size() && instruments.groups[end] == group) {
                end++;
            }
            var underlying = market.underlying(instruments.underlyings[instruments.groupUnderlyings[group]]);
            switch (instruments.groupKinds[group]) {
                case SPOT -> linear(row, group, underlying.spot());
                case PERP -> linear(row, group, underlying.perpMark());
                default -> new Surface(underlying, group).fill(row, end);
            }
            row = end;
        }
        long most = 0;
        for (long whole : dollars) {
            most = Math.max(most, whole);
        }
        mostDollars = most;
    }

    /**
     * Values every instrument in every scenario.
     *
     * @throws io.parley.clearing.MarginUnavailable NO_PRICE if the market does not know one's underlying, forward or
     *     volatility
     * @throws ArithmeticException if a value leaves int64
     */
    public static Columns of(MarketSnapshot market, PortfolioParameters parameters, Instruments instruments) {
        return new Columns(market, parameters, instruments);
    }

    /** The mark of an instrument, cash units per whole. */
    public long mark(int row) {
        return cell(row * width + MARK);
    }

    /** The value of an instrument in a scenario, cash units per whole. */
    public long value(int row, int scenario) {
        return cell(row * width + 1 + scenario);
    }

    long cell(int at) {
        return dollars[at] * Fixed8.ONE + cents[at];
    }

    private void cell(int at, long value) {
        dollars[at] = value / Fixed8.ONE;
        cents[at] = value % Fixed8.ONE;
    }

    /** Of what these are the columns, in the order of the rows. */
    public Instruments instruments() {
        return instruments;
    }

    /** The scenarios of the columns, and what a margin does with them. */
    public PortfolioParameters parameters() {
        return parameters;
    }

    /** The same market as the standard margin reads it: spot, forwards, and these marks. */
    PriceContent content() {
        List<PriceContent.Mark> marks = new ArrayList<>();
        for (int row = 0; row < instruments.size(); row++) {
            marks.add(new PriceContent.Mark(new AssetId(instruments.assets[row]), mark(row)));
        }
        return new PriceContent(
                stable,
                market.underlyings().stream()
                        .map(u -> new PriceContent.Underlying(
                                u.underlying(),
                                u.spot(),
                                u.confidence(),
                                u.rate(),
                                u.perpMark(),
                                u.expiries().stream()
                                        .map(e -> new PriceContent.Expiry(e.day(), e.forward(), 0, 0, 0, 0, 0))
                                        .toList()))
                        .toList(),
                marks);
    }

    private void linear(int row, int group, long price) {
        longFactors[group] = FixedMath.ONE;
        shortFactors[group] = FixedMath.ONE;
        int at = row * width;
        cell(at + MARK, price);
        for (int j = 0; j < scenarios; j++) {
            cell(at + 1 + j, moved(price, parameters.scenarios().get(j).spot()));
        }
        cell(at + 1 + scenarios, price);
        cell(at + 2 + scenarios, price);
    }

    private static long moved(long price, long move) {
        return Fixed8.multiplyFloor(price, Fixed8.ONE + move);
    }

    /** One expiry. */
    private final class Surface {
        private final MarketSnapshot.Expiry expiry;
        private final long seconds;
        private final long rootOfYears;
        private final long discount;
        private final long up;
        private final long down;
        private final long upLeast;
        private final long skewCap;
        private final long skewWidth;
        private final int[] vols;
        /** By column, the mark's at 0. */
        private final long[] forwards;

        private final long[] logarithms;

        private Surface(MarketSnapshot.Underlying underlying, int group) {
            expiry = underlying.expiry(instruments.groupDays[group]);
            seconds = Math.max(instruments.groupTimes[group] - market.time(), 0);
            rootOfYears = FixedMath.deviation(Fixed8.ONE, seconds);

            var discounts = parameters.discount();
            long rate = Math.max(underlying.rate(), 0);
            long interest = perYears(rate);
            long spread = perYears(Math.addExact(rate, discounts.spread()));
            discount = FixedMath.exp(-interest);
            longFactors[group] = Fixed8.mulDivFloor(FixedMath.exp(-spread), discounts.longFactor(), Fixed8.ONE);
            shortFactors[group] = Math.min(
                    FixedMath.exp(interest),
                    Fixed8.mulDivCeil(FixedMath.exp(spread), discounts.shortFactor(), Fixed8.ONE));
            var basis = parameters.basis();
            basisWeights[group] = Math.addExact(
                    Math.multiplyExact(basis.base(), FixedMath.YEAR), Math.multiplyExact(basis.slope(), seconds));

            var volatility = parameters.volatility();
            long term = Math.max(seconds, volatility.least());
            long power = FixedMath.power(
                    volatility.reference(),
                    term,
                    term <= volatility.reference() ? volatility.shortPower() : volatility.longPower());
            up = FixedMath.ONE + Fixed8.multiplyFloor(power, volatility.up());
            down = Math.max(FixedMath.ONE - Fixed8.multiplyFloor(power, volatility.down()), 0);
            upLeast = Fixed8.multiplyFloor(rootOfYears, volatility.upLeast());
            var skew = parameters.skew();
            skewCap = Math.max(FixedMath.real(skew.cap()) - Fixed8.multiplyFloor(rootOfYears, skew.capSlope()), 0);
            skewWidth = Math.max(
                    FixedMath.real(skew.leastWidth()),
                    FixedMath.timesAtMost(FixedMath.real(skew.width()), rootOfYears));

            vols = new int[width];
            forwards = new long[width];
            logarithms = new long[width];
            at(MARK, 0, Vols.UNCHANGED);
            for (int j = 0; j < scenarios; j++) {
                Scenario scenario = parameters.scenarios().get(j);
                at(1 + j, scenario.spot(), scenario.vols());
            }
            at(1 + scenarios, basis.shock(), Vols.UNCHANGED);
            at(2 + scenarios, -basis.shock(), Vols.UNCHANGED);
        }

        private void at(int column, long move, Vols shock) {
            forwards[column] = Math.addExact(expiry.fixed(), moved(expiry.forward() - expiry.fixed(), move));
            logarithms[column] = forwards[column] == 0 ? 0 : FixedMath.ln(forwards[column]);
            vols[column] = shock.ordinal();
        }

        /** A yearly rate in units of 1e-8 over the time to expiry, as a real. */
        private long perYears(long rate) {
            return Fixed8.mulDivFloor(Math.multiplyExact(rate, seconds), FixedMath.ONE, Fixed8.ONE * FixedMath.YEAR);
        }

        private void fill(int first, int end) {
            Black[] shocked = new Black[Vols.values().length];
            // Undiscounted calls; they come first in a group, so that most puts find theirs and follow by parity.
            long[] values = new long[(end - first) * width];
            int call = first;
            for (int row = first; row < end; row++) {
                long strike = instruments.strikes[row];
                int at = (row - first) * width;
                boolean put = !instruments.calls[row];
                while (put
                        && call < row
                        && instruments.calls[call]
                        && instruments.strikeCode(call) < instruments.strikeCode(row)) {
                    call++;
                }
                boolean paired = put && instruments.calls[call] && instruments.strikes[call] == strike;
                if (paired) {
                    int from = (call - first) * width;
                    for (int column = 0; column < width; column++) {
                        values[at + column] = values[from + column] - forwards[column] + strike;
                    }
                } else {
                    long logStrike = FixedMath.ln(strike);
                    shock(shocked, strike, logStrike - logarithms[MARK]);
                    for (int column = 0; column < width; column++) {
                        values[at + column] = shocked[vols[column]].value(
                                !put, forwards[column], strike, logarithms[column] - logStrike);
                    }
                }
                for (int column = 0; column < width; column++) {
                    cell(row * width + column, discounted(values[at + column]));
                }
            }
        }

        private void shock(Black[] shocked, long strike, long k) {
            if (expiry.forward() == 0) {
                Arrays.fill(shocked, Black.of(0));
                return;
            }
            long deviation = expiry.smile().deviation(strike, expiry.forward(), seconds);
            shocked[Vols.UNCHANGED.ordinal()] = Black.of(deviation);
            shocked[Vols.UP.ordinal()] = Black.of(Math.max(FixedMath.timesAtMost(deviation, up), upLeast));
            shocked[Vols.DOWN.ordinal()] = Black.of(FixedMath.timesAtMost(deviation, down));
            shocked[Vols.LINEAR_SKEW.ordinal()] = Black.of(FixedMath.timesAtMost(deviation, skewed(k)));
            shocked[Vols.ABSOLUTE_SKEW.ordinal()] = Black.of(FixedMath.timesAtMost(deviation, skewed(Math.abs(k))));
        }

        private long skewed(long k) {
            // Beyond the width the cap holds, so that the quotient need not be formed.
            long tilt =
                    k >= skewWidth ? skewCap : k <= -skewWidth ? -skewCap : Fixed8.mulDivFloor(k, skewCap, skewWidth);
            return Math.max(FixedMath.ONE + tilt, 0);
        }

        private long discounted(long value) {
            long low = value * discount + (FixedMath.ONE >> 1);
            long high =
                    Math.multiplyHigh(value, discount) + (Long.compareUnsigned(low, FixedMath.ONE >> 1) < 0 ? 1 : 0);
            return high << 64 - FixedMath.BITS | low >>> FixedMath.BITS;
        }
    }
}
