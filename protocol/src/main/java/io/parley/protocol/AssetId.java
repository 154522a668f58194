package io.parley.protocol;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The id of an asset: underlying, expiry, kind and strike packed into 64 bits. Every instance is canonical, so that
 * an asset has one id and one name. Ordered by the id as an unsigned integer.
 *
 * <p>Bits 63..52 underlying (0 is the cash), 51..36 expiry day (days since 2020-01-01, expiring at 08:00 UTC), 35..32
 * kind, 31..4 mantissa and 3..0 exponent of the strike ({@code m * 10^e} units of 1e-8).
 *
 * @param id the packed id
 */
public record AssetId(long id) implements Comparable<AssetId> {

    private static final LocalDate EPOCH = LocalDate.of(2020, 1, 1);
    private static final long EPOCH_SECOND = EPOCH.toEpochDay() * 86_400L;
    /** Names carry a two-digit year, so 2099 is the last. */
    private static final int LAST_DAY = (int) ChronoUnit.DAYS.between(EPOCH, LocalDate.of(2099, 12, 31));

    private static final long MAX_MANTISSA = (1L << 28) - 1;
    private static final int MAX_EXPONENT = 15;
    private static final long[] POWER = powers();
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");

    private static final AssetId CASH = new AssetId(0);

    /**
     * Checks that the id is canonical.
     *
     * @throws IllegalArgumentException if it is not: unknown kind, cash with other bits set, another kind without an
     *     underlying, spot or perpetual with expiry or strike, a strike that is zero, not in its shortest mantissa or
     *     outside int64, or an expiry after 2099
     */
    public AssetId {
        if (id != 0) {
            check(id);
        }
    }

    private static void check(long id) {
        AssetKind kind = AssetKind.of((int) (id >>> 32) & 0xf);
        long mantissa = id >>> 4 & MAX_MANTISSA;
        int exponent = (int) id & 0xf;
        int day = (int) (id >>> 36) & 0xffff;
        if (kind == AssetKind.CASH || id >>> 52 == 0) {
            throw bad(id, "only id 0 is the cash, and every other asset has an underlying of 1 to 4095");
        }
        if (!kind.isOption()) {
            if (day != 0 || (int) id != 0) {
                throw bad(id, "spot and perpetual have neither expiry nor strike");
            }
            return;
        }
        if (day > LAST_DAY) {
            throw bad(id, "an option expires in 2020 to 2099");
        }
        if (mantissa == 0) {
            throw bad(id, "an option has a strike above zero");
        }
        if (mantissa % 10 == 0 && exponent < MAX_EXPONENT) {
            throw bad(id, "the strike's exponent is the largest possible");
        }
        if (mantissa > Long.MAX_VALUE / POWER[exponent]) {
            throw bad(id, "the strike stays below 2^63 units");
        }
    }

    private static IllegalArgumentException bad(long id, String rule) {
        return new IllegalArgumentException("The asset id (0x%016x) is not canonical: %s.".formatted(id, rule));
    }

    private static long[] powers() {
        long[] powers = new long[MAX_EXPONENT + 1];
        powers[0] = 1;
        for (int e = 1; e <= MAX_EXPONENT; e++) {
            powers[e] = powers[e - 1] * 10;
        }
        return powers;
    }

    /** {@return the cash, asset 0 named USD} */
    public static AssetId cash() {
        return CASH;
    }

    /**
     * {@return the spot asset of an underlying}
     *
     * @param underlying 1 to 4095
     */
    public static AssetId spot(int underlying) {
        return pack(underlying, 0, AssetKind.SPOT, 0);
    }

    /**
     * {@return the perpetual future on an underlying}
     *
     * @param underlying 1 to 4095
     */
    public static AssetId perp(int underlying) {
        return pack(underlying, 0, AssetKind.PERP, 0);
    }

    /**
     * {@return a European option}
     *
     * @param underlying 1 to 4095
     * @param expiry the day on which it expires at 08:00 UTC, 2020 to 2099
     * @param call true for a call, false for a put
     * @param strike cash units of 1e-8 per whole underlying, above zero, at most 28 bits after trailing zeros
     * @throws IllegalArgumentException if any is out of range
     */
    public static AssetId option(int underlying, LocalDate expiry, boolean call, long strike) {
        long days = ChronoUnit.DAYS.between(EPOCH, expiry);
        if (days < 0 || days > LAST_DAY) {
            throw new IllegalArgumentException("The expiry (%s) must be in 2020 to 2099.".formatted(expiry));
        }
        if (strike <= 0) {
            throw new IllegalArgumentException("The strike (%s) must be above zero.".formatted(Fixed8.format(strike)));
        }
        long mantissa = strike;
        int exponent = 0;
        while (mantissa % 10 == 0 && exponent < MAX_EXPONENT) {
            mantissa /= 10;
            exponent++;
        }
        if (mantissa > MAX_MANTISSA) {
            throw new IllegalArgumentException("""
                    The strike (%s) has too many significant digits: without trailing zeros it must be at most %d.""".formatted(Fixed8.format(strike), MAX_MANTISSA));
        }
        return pack(underlying, (int) days, call ? AssetKind.CALL : AssetKind.PUT, (int) (mantissa << 4 | exponent));
    }

    private static AssetId pack(int underlying, int day, AssetKind kind, int strike) {
        if (underlying < 1 || underlying > 4095) {
            throw new IllegalArgumentException("The underlying (%d) must be 1 to 4095.".formatted(underlying));
        }
        return new AssetId(
                (long) underlying << 52 | (long) day << 36 | (long) kind.code() << 32 | Integer.toUnsignedLong(strike));
    }

    /** {@return whether it is the cash} */
    public boolean isCash() {
        return id == 0;
    }

    /** {@return what it is} */
    public AssetKind kind() {
        return AssetKind.of((int) (id >>> 32) & 0xf);
    }

    /** {@return the number of the underlying, 1 to 4095; 0 for the cash} */
    public int underlying() {
        return (int) (id >>> 52);
    }

    /** {@return the day of expiry in days since 2020-01-01; 0 where there is none} */
    public int expiryDay() {
        return (int) (id >>> 36) & 0xffff;
    }

    /** {@return the time of expiry in unix seconds (08:00 UTC of its day); 0 for what does not expire} */
    public long expiryTime() {
        return kind().isOption() ? EPOCH_SECOND + expiryDay() * 86_400L + 8 * 3_600L : 0;
    }

    /** {@return the strike in cash units of 1e-8 per whole underlying; 0 where there is none} */
    public long strike() {
        return (id >>> 4 & MAX_MANTISSA) * POWER[(int) id & 0xf];
    }

    /**
     * The name under which a wallet signs the asset: {@code USD}, {@code ETH}, {@code ETH-PERP} or
     * {@code ETH-27MAR26-3200-C}.
     *
     * @param symbol the symbol of the underlying; not looked at for the cash
     * @return the name
     */
    public String name(String symbol) {
        AssetKind kind = kind();
        return switch (kind) {
            case CASH -> "USD";
            case SPOT -> symbol;
            case PERP -> symbol + "-PERP";
            case CALL, PUT -> {
                LocalDate day = EPOCH.plusDays(expiryDay());
                yield String.format(
                        Locale.ROOT,
                        "%s-%02d%s%02d-%s-%s",
                        symbol,
                        day.getDayOfMonth(),
                        MONTHS.get(day.getMonthValue() - 1),
                        day.getYear() - 2000,
                        Fixed8.format(strike()),
                        kind == AssetKind.CALL ? "C" : "P");
            }
        };
    }

    /**
     * Reads a name. Only the one name that {@link #name} gives is accepted, so {@code ETH-4MAR26-3200.0-C} is not.
     *
     * @param name the name
     * @param underlyingOfSymbol the number of a symbol's underlying, empty for a symbol that is not known
     * @return the asset
     * @throws IllegalArgumentException if it is no name of an asset
     */
    public static AssetId parse(String name, Function<String, OptionalInt> underlyingOfSymbol) {
        if (name.equals("USD")) {
            return CASH;
        }
        String[] words = name.split("-", -1);
        int underlying = underlyingOfSymbol
                .apply(words[0])
                .orElseThrow(() -> new IllegalArgumentException(
                        "The asset (%s) has a symbol that is not known.".formatted(shortened(name))));
        AssetId asset = switch (words.length) {
            case 1 -> spot(underlying);
            case 2 -> perp(underlying);
            case 4 -> option(underlying, day(words[1], name), words[3].equals("C"), Fixed8.parse(words[2]));
            default -> throw unreadable(name);
        };
        if (!asset.name(words[0]).equals(name)) {
            throw unreadable(name);
        }
        return asset;
    }

    private static LocalDate day(String text, String name) {
        int month = text.length() == 7 ? MONTHS.indexOf(text.substring(2, 5)) + 1 : 0;
        int day = month == 0 ? -1 : twoDigits(text, 0);
        int year = month == 0 ? -1 : twoDigits(text, 5);
        if (day < 1 || year < 20 || day > LocalDate.of(2000 + year, month, 1).lengthOfMonth()) {
            throw unreadable(name);
        }
        return LocalDate.of(2000 + year, month, day);
    }

    private static int twoDigits(String text, int at) {
        int tens = text.charAt(at) - '0';
        int ones = text.charAt(at + 1) - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : 10 * tens + ones;
    }

    private static IllegalArgumentException unreadable(String name) {
        return new IllegalArgumentException(
                "The asset (%s) must be named as USD, ETH, ETH-PERP or ETH-27MAR26-3200-C.".formatted(shortened(name)));
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    @Override
    public int compareTo(AssetId other) {
        return Long.compareUnsigned(id, other.id);
    }
}
