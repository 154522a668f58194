package io.parley.clearing;

import static io.parley.protocol.Fixed8.multiplyCeil;
import static io.parley.protocol.Fixed8.multiplyFloor;
import static java.lang.Math.addExact;
import static java.lang.Math.negateExact;
import static java.lang.Math.subtractExact;

import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import io.parley.protocol.SetMode;
import org.jspecify.annotations.Nullable;

/**
 * The standard margin of docs/margin.md in integers. Each operation rounds against the account: values down,
 * requirements up. Products are formed in 128 bits; a result outside int64 is OVERFLOW, never a wrap. Positions ascend
 * by asset, so that an underlying's spot, perp and then its expiries stand together and one pass suffices.
 */
public final class StandardMargin {
    private static final int SPOT = 1;
    private static final int PERP = 2;
    private static final int CALL = 3;

    private final Holdings account;
    private final Prices prices;
    private final MarginParameters parameters;

    private long value;
    private long cashAndDerivatives;
    private long netInitial;
    private long netMaintenance;

    /** Sizes within one underlying, for the contingencies. */
    private long perpSize;

    private long shortSize;
    private long baseSize;

    private StandardMargin(Holdings account, Prices prices, MarginParameters parameters) {
        this.account = account;
        this.prices = prices;
        this.parameters = parameters;
        this.value = account.cash();
        this.cashAndDerivatives = value;
        this.netInitial = value;
        this.netMaintenance = value;
    }

    /**
     * The margin of an account at these prices. The time is not read yet: it decides how the forward of an expiry
     * blends into its settlement average, which belongs to the expiry command.
     *
     * @param time unix seconds of the prices
     * @throws MarginUnavailable NO_PRICE if a position or its underlying has no price, OVERFLOW if a value leaves
     *     int64, MODE_UNSUPPORTED for another mode than standard
     */
    public static Margin evaluate(Holdings account, PriceContent prices, MarginParameters parameters, long time) {
        return evaluate(account, Prices.of(prices), parameters);
    }

    /** As above; an account of cash only needs neither prices nor parameters. */
    static Margin evaluate(Holdings account, @Nullable Prices prices, @Nullable MarginParameters parameters) {
        if (account.mode() > SetMode.ISOLATED) {
            throw new MarginUnavailable(
                    Reason.MODE_UNSUPPORTED, "margin mode %d is not supported yet".formatted(account.mode()));
        }
        if (!needsPrices(account)) {
            return Margin.ofCash(account.cash());
        }
        if (account.mode() == SetMode.ISOLATED) {
            requireOneUnderlying(account);
        }
        if (prices == null || parameters == null) {
            throw new MarginUnavailable(
                    Reason.NO_PRICE, prices == null ? "there is no price yet" : "there are no margin parameters");
        }
        try {
            return new StandardMargin(account, prices, parameters).evaluate();
        } catch (ArithmeticException e) {
            throw new MarginUnavailable(
                    Reason.OVERFLOW, "the margin leaves the 64-bit range: %s".formatted(e.getMessage()));
        }
    }

    /** Whether the account's margin depends on prices and parameters. */
    static boolean needsPrices(Holdings account) {
        return account.mode() <= SetMode.ISOLATED && account.positionCount() > 0;
    }

    /** Positions ascend by underlying: the first and the last tell. */
    private static void requireOneUnderlying(Holdings account) {
        int first = underlyingOf(account.assetAt(0));
        int last = underlyingOf(account.assetAt(account.positionCount() - 1));
        if (first != last) {
            throw new MarginUnavailable(
                    Reason.ISOLATED_UNDERLYING,
                    "an isolated account holds one underlying, this one %d and %d".formatted(first, last));
        }
    }

    private Margin evaluate() {
        int position = 0;
        while (position < account.positionCount()) {
            position = underlying(position);
        }
        return new Margin(
                value, subtractExact(value, netInitial), subtractExact(value, netMaintenance), cashAndDerivatives);
    }

    /** Adds all positions of one underlying and returns where the next begins. */
    private int underlying(int first) {
        int underlying = underlyingOf(account.assetAt(first));
        int priced = prices.underlying(underlying);
        long spot = prices.spot(priced);
        perpSize = 0;
        shortSize = 0;
        baseSize = 0;
        int position = first;
        while (position < account.positionCount() && underlyingOf(account.assetAt(position)) == underlying) {
            long asset = account.assetAt(position);
            long quantity = account.quantityAt(position);
            if (kindOf(asset) == SPOT) {
                base(underlying, quantity, spot);
                position++;
            } else if (kindOf(asset) == PERP) {
                perp(quantity, prices.perpMark(priced));
                position++;
            } else {
                position = expiry(position, priced, spot);
            }
        }
        contingencies(spot, prices.confidence(priced));
        return position;
    }

    private void base(int underlying, long quantity, long spot) {
        long worth = multiplyFloor(quantity, spot);
        long counted = multiplyFloor(worth, parameters.weight(underlying));
        value = addExact(value, worth);
        netMaintenance = addExact(netMaintenance, counted);
        netInitial = addExact(netInitial, multiplyFloor(counted, parameters.initialScale(underlying)));
        baseSize = magnitude(quantity);
    }

    private void perp(long quantity, long mark) {
        long worth = multiplyFloor(quantity, mark);
        perpSize = magnitude(quantity);
        long notional = multiplyCeil(perpSize, mark);
        value = addExact(value, worth);
        cashAndDerivatives = addExact(cashAndDerivatives, worth);
        netInitial = addExact(netInitial, subtractExact(worth, multiplyCeil(notional, parameters.perpInitial())));
        netMaintenance =
                addExact(netMaintenance, subtractExact(worth, multiplyCeil(notional, parameters.perpMaintenance())));
    }

    /** Adds the options of one expiry and returns where the next positions begin. */
    private int expiry(int first, int priced, long spot) {
        long expiry = expiryKey(account.assetAt(first));
        long initial = 0;
        long maintenance = 0;
        long netCalls = 0;
        int end = first;
        for (; end < account.positionCount() && expiryKey(account.assetAt(end)) == expiry; end++) {
            long asset = account.assetAt(end);
            long quantity = account.quantityAt(end);
            long mark = prices.mark(asset);
            boolean call = kindOf(asset) == CALL;
            long worth = multiplyFloor(quantity, mark);
            value = addExact(value, worth);
            cashAndDerivatives = addExact(cashAndDerivatives, worth);
            if (call) {
                netCalls = addExact(netCalls, quantity);
            }
            if (quantity < 0) {
                long size = magnitude(quantity);
                shortSize = addExact(shortSize, size);
                long single = call ? shortCallMaintenance(size, spot, mark) : shortPutMaintenance(size, spot, mark);
                maintenance = addExact(maintenance, single);
                initial = addExact(
                        initial,
                        call
                                ? shortInitial(size, spot, mark, subtractExact(strikeOf(asset), spot))
                                : Math.max(
                                        shortInitial(size, spot, mark, subtractExact(spot, strikeOf(asset))),
                                        multiplyCeil(single, parameters.putInitialOfMaintenance())));
            }
        }
        if (initial != 0 || maintenance != 0) {
            long loss = worstLoss(first, end);
            long naked =
                    netCalls < 0 ? multiplyCeil(magnitude(netCalls), prices.forward(priced, (int) expiry & 0xffff)) : 0;
            initial = Math.min(initial, addExact(loss, multiplyCeil(naked, parameters.maxLossInitial())));
            maintenance = Math.min(maintenance, addExact(loss, multiplyCeil(naked, parameters.maxLossMaintenance())));
        }
        netInitial = subtractExact(netInitial, initial);
        netMaintenance = subtractExact(netMaintenance, maintenance);
        return end;
    }

    private long shortCallMaintenance(long size, long spot, long mark) {
        return multiplyCeil(size, addExact(multiplyCeil(spot, parameters.optionMaintenance()), mark));
    }

    private long shortPutMaintenance(long size, long spot, long mark) {
        long shock = Math.max(
                multiplyCeil(spot, parameters.optionMaintenance()),
                multiplyCeil(mark, parameters.putMaintenanceOfMark()));
        return multiplyCeil(size, addExact(shock, mark));
    }

    private long shortInitial(long size, long spot, long mark, long outOfTheMoney) {
        long shock = Math.max(
                subtractExact(multiplyCeil(spot, parameters.optionInitialMost()), Math.max(outOfTheMoney, 0)),
                multiplyCeil(spot, parameters.optionInitialLeast()));
        return multiplyCeil(size, addExact(shock, mark));
    }

    /** The worst payoff of the expiry's options over settlement at zero and at every strike, as a loss, at least 0. */
    private long worstLoss(int first, int end) {
        long worst = Math.min(0, payoff(first, end, 0));
        for (int i = first; i < end; i++) {
            worst = Math.min(worst, payoff(first, end, strikeOf(account.assetAt(i))));
        }
        return negateExact(worst);
    }

    private long payoff(int first, int end, long settlement) {
        long payoff = 0;
        for (int i = first; i < end; i++) {
            long asset = account.assetAt(i);
            long strike = strikeOf(asset);
            long intrinsic = kindOf(asset) == CALL ? settlement - strike : strike - settlement;
            if (intrinsic > 0) {
                payoff = addExact(payoff, multiplyFloor(account.quantityAt(i), intrinsic));
            }
        }
        return payoff;
    }

    private void contingencies(long spot, long confidence) {
        long exposed = addExact(perpSize, shortSize);
        if (confidence < parameters.confidenceThreshold()) {
            long notional = multiplyCeil(addExact(exposed, baseSize), spot);
            netInitial = subtractExact(netInitial, multiplyCeil(notional, subtractExact(Fixed8.ONE, confidence)));
        }
        if (prices.stable() < parameters.stableThreshold()) {
            long rate = multiplyCeil(
                    subtractExact(parameters.stableThreshold(), prices.stable()), parameters.stableFactor());
            netInitial = subtractExact(netInitial, multiplyCeil(multiplyCeil(exposed, spot), rate));
        }
    }

    private static long magnitude(long quantity) {
        return quantity < 0 ? negateExact(quantity) : quantity;
    }

    static int underlyingOf(long asset) {
        return (int) (asset >>> 52);
    }

    static int kindOf(long asset) {
        return (int) (asset >>> 32) & 0xf;
    }

    /** Underlying and expiry together: what options of one expiry share. */
    private static long expiryKey(long asset) {
        return asset >>> 36;
    }

    static long strikeOf(long asset) {
        return (asset >>> 4 & (1L << 28) - 1) * POWERS[(int) asset & 0xf];
    }

    private static final long[] POWERS = new long[16];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }
}
