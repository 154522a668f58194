package io.parley.clearing;

import io.parley.protocol.Fixed8;
import io.parley.protocol.PriceContent;
import io.parley.protocol.PriceContent.Expiry;
import io.parley.protocol.PriceContent.Underlying;
import io.parley.protocol.Reason;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A price bundle laid out for lookups without objects: made once per price, read for every position after it. */
final class Prices {
    private final PriceContent content;
    private final int[] underlyings;
    private final long[] assets;
    private final long[] marks;

    private Prices(PriceContent content) {
        this.content = content;
        this.underlyings =
                content.underlyings().stream().mapToInt(Underlying::underlying).toArray();
        this.assets = new long[content.marks().size()];
        this.marks = new long[assets.length];
        for (int i = 0; i < assets.length; i++) {
            assets[i] = content.marks().get(i).asset().id();
            marks[i] = content.marks().get(i).mark();
        }
    }

    static Prices of(PriceContent content) {
        return new Prices(content);
    }

    /** The first rule that a well-formed bundle breaks, or null: values that no market has would corrupt margins. */
    static @Nullable String brokenRule(PriceContent content) {
        if (content.stable() <= 0) {
            return "the stable price (%s) must be above zero".formatted(Fixed8.format(content.stable()));
        }
        Set<Integer> seen = new HashSet<>();
        for (Underlying underlying : content.underlyings()) {
            int number = underlying.underlying();
            if (!seen.add(number)) {
                return "underlying %d is there twice".formatted(number);
            }
            if (underlying.spot() <= 0 || underlying.perpMark() < 0 || underlying.confidence() < 0) {
                return "underlying %d must have a spot above zero, and no negative perp mark or confidence"
                        .formatted(number);
            }
            for (Expiry expiry : underlying.expiries()) {
                if (expiry.forward() < 0) {
                    return "the forward of expiry day %d of underlying %d must not be negative"
                            .formatted(expiry.day(), number);
                }
            }
        }
        for (PriceContent.Mark mark : content.marks()) {
            if (mark.mark() < 0) {
                return "the mark of %s must not be negative".formatted(mark.asset());
            }
        }
        return null;
    }

    PriceContent content() {
        return content;
    }

    long stable() {
        return content.stable();
    }

    /** Where an underlying stands in the bundle. */
    int underlying(int underlying) {
        for (int i = 0; i < underlyings.length; i++) {
            if (underlyings[i] == underlying) {
                return i;
            }
        }
        throw new MarginUnavailable(Reason.NO_PRICE, "underlying %d has no price".formatted(underlying));
    }

    long spot(int at) {
        return content.underlyings().get(at).spot();
    }

    long confidence(int at) {
        return content.underlyings().get(at).confidence();
    }

    long perpMark(int at) {
        return content.underlyings().get(at).perpMark();
    }

    long forward(int at, int day) {
        List<Expiry> expiries = content.underlyings().get(at).expiries();
        for (int i = 0; i < expiries.size(); i++) {
            if (expiries.get(i).day() == day) {
                return expiries.get(i).forward();
            }
        }
        throw new MarginUnavailable(
                Reason.NO_PRICE, "underlying %d has no forward for expiry day %d".formatted(underlyings[at], day));
    }

    /** Marks ascend by asset as unsigned ids. */
    long mark(long asset) {
        int low = 0;
        int high = assets.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int order = Long.compareUnsigned(assets[middle], asset);
            if (order == 0) {
                return marks[middle];
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        throw new MarginUnavailable(Reason.NO_PRICE, "asset 0x%016x has no mark".formatted(asset));
    }

    @Override
    public String toString() {
        return "stable %d, underlyings %s, %d marks".formatted(stable(), Arrays.toString(underlyings), marks.length);
    }
}
