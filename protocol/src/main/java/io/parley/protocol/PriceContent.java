package io.parley.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The state of the market that feeders sign: values per underlying, an implied volatility curve per expiry, and the
 * marks of all assets. All values in units of 1e-8.
 *
 * @param stable the US dollar value of the settlement token
 * @param underlyings at most 255
 * @param marks the value of one whole of each asset in cash units, strictly ascending by asset, at most 65535
 */
public record PriceContent(long stable, List<Underlying> underlyings, List<Mark> marks) {

    /** The marks tree has depth 16. */
    public static final int DEPTH = 16;

    /**
     * What is known of one underlying.
     *
     * @param underlying its number, 0 to 65535
     * @param spot cash units of 1e-8 per whole
     * @param confidence how sure the spot is, in 1e-8 units of 1: 1 is sure, below 0.55 costs initial margin
     * @param rate the yearly interest rate, 1e-8 units of 1
     * @param perpMark the mark of the perpetual, in cash units of 1e-8 per whole
     * @param expiries at most 255
     */
    public record Underlying(
            int underlying, long spot, long confidence, long rate, long perpMark, List<Expiry> expiries) {
        /**
         * Checks what the wire can carry.
         *
         * @throws IllegalArgumentException if a field is out of its type's range
         */
        public Underlying {
            expiries = List.copyOf(expiries);
            Range.u16(underlying, "underlying");
            Range.count(expiries.size(), 255, "expiries");
        }

        /**
         * {@return the curve of an expiry, empty if there is none}
         *
         * @param day days since 2020-01-01, as {@link AssetId#expiryDay}
         */
        public Optional<Expiry> expiry(int day) {
            return expiries.stream().filter(expiry -> expiry.day() == day).findFirst();
        }
    }

    /**
     * Forward and raw SVI parameters of one expiry: total variance
     * {@code w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))} at log-moneyness k, each in 1e-8 units of 1.
     *
     * @param day days since 2020-01-01, 0 to 65535
     * @param forward cash units of 1e-8 per whole
     * @param a level
     * @param b slope
     * @param rho skew
     * @param m shift
     * @param sigma curvature
     */
    public record Expiry(int day, long forward, long a, long b, long rho, long m, long sigma) {
        /**
         * Checks what the wire can carry.
         *
         * @throws IllegalArgumentException if the day is out of range
         */
        public Expiry {
            Range.u16(day, "expiry day");
        }
    }

    /**
     * The mark of one asset.
     *
     * @param asset the asset
     * @param mark cash units of 1e-8 per whole
     */
    public record Mark(AssetId asset, long mark) {}

    /**
     * Checks what the wire can carry and the order of the marks.
     *
     * @throws IllegalArgumentException if there are too many of something or the marks are not strictly ascending
     */
    public PriceContent {
        underlyings = List.copyOf(underlyings);
        marks = List.copyOf(marks);
        Range.count(underlyings.size(), 255, "underlyings");
        Range.count(marks.size(), 65_535, "marks");
        for (int i = 1; i < marks.size(); i++) {
            if (marks.get(i - 1).asset().compareTo(marks.get(i).asset()) >= 0) {
                throw new IllegalArgumentException("The marks must be strictly ascending by asset: %s after %s."
                        .formatted(marks.get(i).asset(), marks.get(i - 1).asset()));
            }
        }
    }

    /**
     * {@return what is known of an underlying, empty if nothing is}
     *
     * @param underlying its number
     */
    public Optional<Underlying> underlying(int underlying) {
        return underlyings.stream()
                .filter(known -> known.underlying() == underlying)
                .findFirst();
    }

    /**
     * {@return the mark of an asset in cash units of 1e-8 per whole, empty if it has none}
     *
     * @param asset the asset
     */
    public OptionalLong mark(AssetId asset) {
        int low = 0;
        int high = marks.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Mark mark = marks.get(middle);
            int order = mark.asset().compareTo(asset);
            if (order == 0) {
                return OptionalLong.of(mark.mark());
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return OptionalLong.empty();
    }

    /**
     * {@return the root over the marks, which the price carries}
     *
     * @param paramsHash the hash of the margin parameters in force
     */
    public Bytes32 marksRoot(Bytes32 paramsHash) {
        List<Bytes32> leaves = new ArrayList<>(marks.size());
        for (Mark mark : marks) {
            leaves.add(markLeaf(mark, paramsHash));
        }
        return Merkle.root(leaves, DEPTH);
    }

    /**
     * {@return a leaf of the marks tree, H(u64 asset ‖ i64 mark ‖ u16 0 ‖ b32 paramsHash)}
     *
     * @param mark the mark
     * @param paramsHash the hash of the margin parameters in force
     */
    public static Bytes32 markLeaf(Mark mark, Bytes32 paramsHash) {
        return Keccak256.hash(new WireWriter(50)
                .asset(mark.asset())
                .i64(mark.mark())
                .u16(0)
                .b32(paramsHash)
                .toBytes());
    }

    /** {@return {@code H} of the content, which the feeders sign} */
    public Bytes32 hash() {
        return Keccak256.hash(encode());
    }

    /** {@return the content's bytes; they stand inside a price and carry no version of their own} */
    public byte[] encode() {
        WireWriter out = new WireWriter(16 + 96 * underlyings.size() + 16 * marks.size());
        out.i64(stable).u8(underlyings.size());
        for (Underlying underlying : underlyings) {
            out.u16(underlying.underlying())
                    .i64(underlying.spot())
                    .i64(underlying.confidence())
                    .i64(underlying.rate())
                    .i64(underlying.perpMark())
                    .u8(underlying.expiries().size());
            for (Expiry expiry : underlying.expiries()) {
                out.u16(expiry.day())
                        .i64(expiry.forward())
                        .i64(expiry.a())
                        .i64(expiry.b())
                        .i64(expiry.rho())
                        .i64(expiry.m())
                        .i64(expiry.sigma());
            }
        }
        out.list(marks, (mark, to) -> to.asset(mark.asset()).i64(mark.mark()));
        return out.toBytes();
    }

    /**
     * {@return the content of the bytes}
     *
     * @param content exactly one content
     * @throws Undecodable if it is none; in a price command this is code 512
     */
    public static PriceContent decode(byte[] content) {
        return WireReader.whole(content, PriceContent::readFrom);
    }

    /**
     * {@return the content of the bytes}
     *
     * @param content exactly one content
     * @throws Undecodable if it is none; in a price command this is code 512
     */
    public static PriceContent decode(Blob content) {
        return WireReader.whole(content, PriceContent::readFrom);
    }

    private static PriceContent readFrom(WireReader in) {
        return new PriceContent(
                in.i64("stable"),
                in.list(in.u8("nUnderlyings"), "underlyings", PriceContent::readUnderlying),
                in.list("marks", reader -> new Mark(reader.asset("mark asset"), reader.i64("mark"))));
    }

    private static Underlying readUnderlying(WireReader in) {
        return new Underlying(
                in.u16("underlying"),
                in.i64("spot"),
                in.i64("confidence"),
                in.i64("rate"),
                in.i64("perpMark"),
                in.list(
                        in.u8("nExpiries"),
                        "expiries",
                        reader -> new Expiry(
                                reader.u16("expiry"),
                                reader.i64("forward"),
                                reader.i64("a"),
                                reader.i64("b"),
                                reader.i64("rho"),
                                reader.i64("m"),
                                reader.i64("sigma"))));
    }
}
