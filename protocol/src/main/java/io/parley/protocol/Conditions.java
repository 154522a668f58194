package io.parley.protocol;

/**
 * When a waiting intent may be filled. Signed and carried from version 1 on, but refused (code 112) by the roles of
 * version 1 unless it is {@link #NONE}.
 *
 * @param watch the asset whose mark is watched; the cash where none is (signed as the empty string)
 * @param when on which side of the price the intent becomes fillable
 * @param price the mark in cash units of 1e-8 at which it does; any int64
 * @param trail how far the price trails the best mark, in cash units of 1e-8; any int64
 * @param every seconds between recurring fills, 0 to 2^32 - 1
 * @param reduceOnly whether a fill may only reduce positions
 * @param onlyImprove whether a fill must improve the account's margin
 */
public record Conditions(
        AssetId watch, When when, long price, long trail, long every, boolean reduceOnly, boolean onlyImprove) {

    /** No conditions: all fields zero or empty. */
    public static final Conditions NONE = new Conditions(AssetId.cash(), When.NONE, 0, 0, 0, false, false);

    /** On which side of the price an intent becomes fillable. */
    public enum When {
        /** Never waits; signed as the empty string. */
        NONE(0, ""),
        /** At or above the price. */
        ABOVE(1, "above"),
        /** At or below the price. */
        BELOW(2, "below");

        private final int code;
        private final String word;

        When(int code, String word) {
            this.code = code;
            this.word = word;
        }

        /** {@return the byte on the wire} */
        public int code() {
            return code;
        }

        /** {@return the word a wallet signs} */
        public String word() {
            return word;
        }
    }

    /** Checks the range of {@code every}. */
    public Conditions {
        Range.u32(every, "every");
    }

    /** {@return whether all fields are zero or empty} */
    public boolean isNone() {
        return equals(NONE);
    }

    void writeTo(WireWriter out) {
        out.asset(watch)
                .u8(when.code())
                .i64(price)
                .i64(trail)
                .u32(every)
                .u8((reduceOnly ? 1 : 0) | (onlyImprove ? 2 : 0));
    }

    static Conditions readFrom(WireReader in) {
        AssetId watch = in.asset("watch");
        When when = switch (in.u8("when")) {
            case 0 -> When.NONE;
            case 1 -> When.ABOVE;
            case 2 -> When.BELOW;
            default -> throw new Undecodable(in.position() - 1, "when is not 0 to 2");
        };
        long price = in.i64("condition price");
        long trail = in.i64("trail");
        long every = in.u32("every");
        int bits = in.u8("condition bits");
        if (bits > 3) {
            throw new Undecodable(in.position() - 1, "condition bits are %d, not 0 to 3".formatted(bits));
        }
        Conditions conditions = new Conditions(watch, when, price, trail, every, (bits & 1) != 0, (bits & 2) != 0);
        if (conditions.isNone()) {
            // Else the same signed intent would have two encodings.
            throw new Undecodable(in.position(), "conditions are announced and none are given");
        }
        return conditions;
    }
}
