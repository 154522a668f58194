package io.parley.relayer.infra.chain;

import io.parley.clearing.Account;
import io.parley.clearing.GlobalRecord;
import io.parley.clearing.Margin;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.StandardMargin;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Price;
import io.parley.protocol.PriceContent;
import io.parley.protocol.Reason;
import io.parley.protocol.SetMode;
import io.parley.protocol.WireWriter;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * An account and what it is margined with, in the bytes that a verifier gets.
 *
 * @param market the prices and parameters
 * @param leaf the account
 */
record MarginCase(Market market, byte[] leaf) {

    static final Domain DOMAIN = new Domain(31_337, Address.parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"));

    private static final int PRICE_HASH = 17;
    private static final int PARAMS_HASH = 49;
    private static final long TIME = 1_767_225_600;

    /**
     * Prices and parameters, and the record that has their hashes.
     *
     * @param parameters null if the record has none, or none that are admissible
     * @param priced whether the record has a price
     */
    record Market(
            PriceContent prices,
            MarginParameters parameters,
            boolean priced,
            List<AssetId> assets,
            byte[] global,
            byte[] pricing) {}

    /** What becomes of it: a reason, or four numbers. */
    record Outcome(int code, long value, long netInitial, long netMaintenance, long cashAndDerivatives) {}

    /** What the ledger says. */
    Outcome outcome() {
        var account = Account.decode(leaf);
        boolean needsPrices =
                account.mode() <= SetMode.ISOLATED && !account.positions().isEmpty();
        if (needsPrices && account.mode() == SetMode.ISOLATED && underlyings(account) > 1) {
            return new Outcome(Reason.ISOLATED_UNDERLYING.code(), 0, 0, 0, 0);
        }
        if (needsPrices && (!market.priced() || market.parameters() == null)) {
            return new Outcome(Reason.NO_PRICE.code(), 0, 0, 0, 0);
        }
        try {
            var parameters = needsPrices ? market.parameters() : MarginParameters.demo();
            Margin margin = StandardMargin.evaluate(account, market.prices(), parameters, TIME);
            return new Outcome(
                    0, margin.value(), margin.netInitial(), margin.netMaintenance(), margin.cashAndDerivatives());
        } catch (MarginUnavailable e) {
            return new Outcome(e.reason().code(), 0, 0, 0, 0);
        }
    }

    private static long underlyings(Account account) {
        return account.positions().stream()
                .map(position -> position.asset().underlying())
                .distinct()
                .count();
    }

    /** Draws markets and accounts: most as they could be, some with every number at the end of its range. */
    static final class Source {
        private static final int[] UNDERLYINGS = {1, 2, 7, 4_095};
        private static final LocalDate[] DAYS = {
            LocalDate.of(2020, 1, 1), LocalDate.of(2026, 3, 27), LocalDate.of(2026, 6, 26), LocalDate.of(2099, 12, 31)
        };

        private final Random random;

        Source(long seed) {
            random = new Random(seed);
        }

        Market market() {
            boolean wild = random.nextInt(3) == 0;
            // One expiry with options enough to fill an account.
            boolean deep = random.nextInt(5) == 0;
            List<PriceContent.Underlying> underlyings = new ArrayList<>();
            List<AssetId> assets = new ArrayList<>();
            TreeMap<AssetId, Long> marks = new TreeMap<>();
            for (int number : UNDERLYINGS) {
                assets.add(AssetId.spot(number));
                assets.add(AssetId.perp(number));
                long spot = Math.max(1, amount(wild, 10_000 * Fixed8.ONE));
                List<PriceContent.Expiry> expiries = new ArrayList<>();
                for (LocalDate day : DAYS) {
                    int options = deep && number == 1 && day.equals(DAYS[1]) ? 100 : random.nextInt(8);
                    for (int i = options; i > 0; i--) {
                        var option = AssetId.option(number, day, random.nextBoolean(), strike(wild, spot));
                        assets.add(option);
                        if (deep || random.nextInt(100) > 0) {
                            marks.put(option, amount(wild, spot));
                        }
                    }
                    if (random.nextInt(40) > 0) {
                        expiries.add(expiry(day, random.nextInt(4) == 0 ? spot / 40 : amount(wild, 2 * spot)));
                    }
                }
                if (random.nextInt(40) > 0) {
                    underlyings.add(new PriceContent.Underlying(
                            number, spot, confidence(), random.nextLong(), amount(wild, 2 * spot), expiries));
                }
            }
            List<PriceContent.Mark> list = new ArrayList<>();
            marks.forEach((asset, mark) -> list.add(new PriceContent.Mark(asset, mark)));
            return market(new PriceContent(stable(wild), underlyings, list), assets);
        }

        private Market market(PriceContent prices, List<AssetId> assets) {
            byte[] parameters = parameters();
            long sequence = 1 + random.nextInt(1_000);
            byte[] content = prices.encode();
            Bytes32 marksRoot = prices.marksRoot(Keccak256.hash(parameters));
            Bytes32 digest = Eip712.digest(DOMAIN, new Price(TIME, sequence, Keccak256.hash(content), marksRoot));
            byte[] global = GlobalRecord.genesis().encode();
            boolean priced = random.nextInt(25) > 0;
            if (priced) {
                digest.write(global, PRICE_HASH);
            }
            boolean parametrised = random.nextInt(25) > 0;
            if (parametrised) {
                Keccak256.hash(parameters).write(global, PARAMS_HASH);
            }
            byte[] pricing = new WireWriter()
                    .u32(48L + content.length)
                    .u63(TIME)
                    .u63(sequence)
                    .b32(marksRoot)
                    .raw(content)
                    .u16(parameters.length)
                    .raw(parameters)
                    .toBytes();
            return new Market(prices, parametrised ? admissible(parameters) : null, priced, assets, global, pricing);
        }

        private static MarginParameters admissible(byte[] parameters) {
            try {
                return MarginParameters.decode(parameters);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private static PriceContent.Expiry expiry(LocalDate day, long forward) {
            return new PriceContent.Expiry(AssetId.option(1, day, true, 1).expiryDay(), forward, 0, 0, 0, 0, 0);
        }

        /** The published set; another one; or one that is out of its ranges, by a little or by all its bytes. */
        private byte[] parameters() {
            byte[] demo = MarginParameters.demo().encode();
            return switch (random.nextInt(16)) {
                case 0 -> {
                    byte[] changed = demo.clone();
                    int at = random.nextInt(changed.length);
                    changed[at] = (byte) (changed[at] + (random.nextBoolean() ? 1 : -1));
                    yield changed;
                }
                case 1 -> {
                    // Two numbers changed places, and each of them may be at the end of its range.
                    byte[] changed = demo.clone();
                    int from = 1 + 8 * random.nextInt(12);
                    int to = 1 + 8 * random.nextInt(12);
                    System.arraycopy(demo, from, changed, to, 8);
                    System.arraycopy(demo, to, changed, from, 8);
                    yield changed;
                }
                case 2 -> new byte[random.nextInt(150)];
                case 3, 4, 5, 6 -> anyAdmissible().encode();
                default -> demo;
            };
        }

        private MarginParameters anyAdmissible() {
            long perp = 1 + random.nextLong(Fixed8.ONE);
            long most = 1 + random.nextLong(Fixed8.ONE);
            long least = 1 + random.nextLong(most);
            long loss = Fixed8.ONE + random.nextLong(Fixed8.ONE + 1);
            return new MarginParameters(
                    perp,
                    1 + random.nextLong(perp),
                    most,
                    least,
                    1 + random.nextLong(least),
                    random.nextLong(Fixed8.ONE + 1),
                    Fixed8.ONE + random.nextLong(Fixed8.ONE + 1),
                    loss,
                    Fixed8.ONE + random.nextLong(loss - Fixed8.ONE + 1),
                    random.nextLong(Fixed8.ONE + 1),
                    random.nextLong(Fixed8.ONE + 1),
                    random.nextLong(10 * Fixed8.ONE + 1),
                    random.nextBoolean()
                            ? List.of()
                            : List.of(
                                    new MarginParameters.Base(2, random.nextLong(Fixed8.ONE + 1), Fixed8.ONE),
                                    new MarginParameters.Base(7, Fixed8.ONE, random.nextLong(Fixed8.ONE + 1))));
        }

        MarginCase in(Market market) {
            boolean wild = random.nextInt(4) == 0;
            TreeMap<AssetId, Long> held = new TreeMap<>();
            int count = random.nextInt(12) == 0 ? 64 : random.nextInt(random.nextInt(3) == 0 ? 20 : 5);
            for (int i = 0; i < count; i++) {
                held.put(market.assets().get(random.nextInt(market.assets().size())), quantity(wild));
            }
            for (int i = 0; count == 64 && i < 400 && held.size() < 64; i++) {
                held.put(market.assets().get(random.nextInt(market.assets().size())), quantity(wild));
            }
            if (random.nextInt(60) == 0) {
                held.put(AssetId.spot(99), quantity(false));
            }
            while (held.size() > 64) {
                held.pollLastEntry();
            }
            held.values().removeIf(quantity -> quantity == 0);
            var leaf = new WireWriter()
                    .u8(1)
                    .address(DOMAIN.vault())
                    .u32(0)
                    .u8(random.nextInt(20) == 0 ? 1 + random.nextInt(2) : 0)
                    .u8(held.size())
                    .u8(0)
                    .i64(wild ? signed() : random.nextLong(200_000 * Fixed8.ONE) - 50_000 * Fixed8.ONE)
                    .raw(new byte[80]);
            held.forEach(
                    (asset, quantity) -> leaf.asset(asset).i64(quantity).u64(0).u64(0));
            return new MarginCase(market, leaf.toBytes());
        }

        private long quantity(boolean wild) {
            return wild && random.nextInt(3) == 0
                    ? signed()
                    : random.nextBoolean()
                            ? (random.nextInt(21) - 10) * Fixed8.ONE
                            : random.nextLong(20 * Fixed8.ONE) - 10 * Fixed8.ONE;
        }

        private long signed() {
            return switch (random.nextInt(7)) {
                case 0 -> Long.MAX_VALUE;
                case 1 -> Long.MIN_VALUE;
                case 2 -> Long.MIN_VALUE + 1;
                case 3 -> 1;
                case 4 -> -1;
                case 5 -> random.nextLong();
                default -> random.nextLong() >> random.nextInt(63);
            };
        }

        private long amount(boolean wild, long usual) {
            if (!wild || random.nextInt(3) > 0) {
                return random.nextInt(20) == 0 ? 0 : random.nextLong(Math.max(1, usual / 8) * 8);
            }
            return signed() & Long.MAX_VALUE;
        }

        private long strike(boolean wild, long spot) {
            if (wild && random.nextInt(4) == 0) {
                return random.nextBoolean() ? 1 : 9_000_000_000_000_000_000L;
            }
            // Five digits of the spot's size, as strikes are written.
            long unit = 1;
            while (unit < 1_000_000_000_000L && unit < spot / 20_000) {
                unit *= 10;
            }
            return (1 + random.nextInt(20_000)) * unit;
        }

        private long confidence() {
            return switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> 55_000_000;
                case 2 -> 54_999_999;
                case 3 -> random.nextLong(Fixed8.ONE);
                default -> Fixed8.ONE;
            };
        }

        private long stable(boolean wild) {
            return switch (random.nextInt(6)) {
                case 0 -> 1;
                case 1 -> 98_999_999;
                case 2 -> 90_000_000 + random.nextInt(10_000_000);
                case 3 -> wild ? Long.MAX_VALUE : 99_000_000;
                default -> Fixed8.ONE;
            };
        }
    }
}
