package io.parley.clearing.margin;

import io.parley.clearing.Account;
import io.parley.clearing.Ledger;
import io.parley.clearing.Margin;
import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.Touched;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Merkle;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the margin of an account was around one record of the log, and what it was made of. A function of the log up to
 * that record, so that anyone makes it again. Amounts in cash units of 1e-8. Immutable.
 *
 * @param domain whose log it is
 * @param offset of the record in {@code commands}
 * @param command the hash of that record
 * @param root of the state after it
 * @param index the account's place in the accounts tree
 * @param owner of the account
 * @param account the owner's number for it
 * @param leaf the hash of the account's leaf after the record
 * @param mode as {@link io.parley.protocol.SetMode}
 * @param priceHash of the price in force, what its feeders signed
 * @param paramsHash of the margin parameters in force
 * @param before the record; the same as after it if the record did not touch the account
 * @param after the record
 * @param parts of the requirements after it, ascending by underlying: the standard and the isolated mode have no scenarios,
 *     their margin is the cash and the sum of these. Empty if the margin is not stated.
 * @param portfolio what the portfolio mode would say; it decides nothing yet
 */
public record MarginReceipt(
        Domain domain,
        long offset,
        Bytes32 command,
        Bytes32 root,
        int index,
        Address owner,
        long account,
        Bytes32 leaf,
        int mode,
        Bytes32 priceHash,
        Bytes32 paramsHash,
        Stated before,
        Stated after,
        List<Part> parts,
        Reported portfolio) {

    /** Room for every position in an underlying of its own, each with as many scenarios as parameters may have. */
    private static final int SCENARIO_DEPTH = 14;

    private static final int PART_DEPTH = 6;
    private static final int NONE = 0xffff;
    private static final PortfolioParameters PUBLISHED = PortfolioParameters.published();

    /** Copies the list. */
    public MarginReceipt {
        parts = List.copyOf(parts);
    }

    /**
     * A margin.
     *
     * @param stated whether it could be computed; if not, value is the cash and nothing is required
     * @param value everything at its mark
     * @param initial requirement
     * @param maintenance requirement
     */
    public record Stated(boolean stated, long value, long initial, long maintenance) {
        private static Stated of(Optional<Margin> margin, long cash) {
            Margin known = margin.orElseGet(() -> Margin.ofCash(cash));
            return new Stated(margin.isPresent(), known.value(), known.imRequirement(), known.mmRequirement());
        }

        private static Stated read(WireReader in) {
            return new Stated(in.bool("stated"), in.i64("value"), in.i64("initial"), in.i64("maintenance"));
        }

        private void write(WireWriter out) {
            out.bool(stated).i64(value).i64(initial).i64(maintenance);
        }

        private void name(String path, Map<String, String> fields) {
            fields.put(path + ".stated", Boolean.toString(stated));
            fields.put(path + ".value", Fixed8.format(value));
            fields.put(path + ".initial", Fixed8.format(initial));
            fields.put(path + ".maintenance", Fixed8.format(maintenance));
        }
    }

    /** What one underlying adds to value and requirements. */
    public record Part(int underlying, long value, long initial, long maintenance) {
        private Bytes32 leaf() {
            return Keccak256.hash(write(new WireWriter(26)).toBytes());
        }

        private WireWriter write(WireWriter out) {
            return out.u16(underlying).i64(value).i64(initial).i64(maintenance);
        }
    }

    /**
     * The portfolio margin.
     *
     * @param paramsHash of its parameters
     * @param margin after the record
     * @param worst by underlying, ascending; empty if the margin is not stated
     * @param scenarios root over {@code H(u16 underlying | u16 scenario | i64 weighted change of value)} of all underlyings
     *     and scenarios, in this order, depth 14; zero without any
     */
    public record Reported(Bytes32 paramsHash, Stated margin, List<Worst> worst, Bytes32 scenarios) {
        /** Copies the list. */
        public Reported {
            worst = List.copyOf(worst);
        }
    }

    /**
     * The worst scenario of an underlying.
     *
     * @param scenario its index in the parameters, -1 if none loses
     * @param change of value in it, weighted, at most 0
     */
    public record Worst(int underlying, int scenario, long change) {}

    /**
     * The receipt of an account right after a record.
     *
     * @param touched the account as the record changed it, empty if it did not
     * @throws IllegalArgumentException if there is no such account
     */
    public static MarginReceipt of(
            Ledger ledger, long offset, Bytes32 command, Address owner, long account, Optional<Touched> touched) {
        int index = ledger.index(owner, account)
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s has no account %d at offset %d.".formatted(owner.hex(), account, offset)));
        Account now = ledger.account(index);
        Stated after = Stated.of(ledger.statedMargin(now), now.cash());
        Stated before = touched.map(step -> before(ledger, step)).orElse(after);
        return new MarginReceipt(
                ledger.domain(),
                offset,
                command,
                ledger.root(),
                index,
                owner,
                account,
                now.hash(),
                now.mode(),
                ledger.global().priceHash(),
                ledger.global().paramsHash(),
                before,
                after,
                after.stated() ? parts(ledger, now) : List.of(),
                reported(ledger, now));
    }

    private static Stated before(Ledger ledger, Touched step) {
        Account old = step.before();
        return old == null
                ? Stated.of(Optional.of(Margin.ofCash(0)), 0)
                : Stated.of(ledger.statedMargin(old), old.cash());
    }

    private static List<Part> parts(Ledger ledger, Account account) {
        SortedMap<Integer, SortedMap<AssetId, Long>> held = new TreeMap<>();
        Portfolio.of(account)
                .positions()
                .forEach((asset, quantity) -> held.computeIfAbsent(asset.underlying(), u -> new TreeMap<>())
                        .put(asset, quantity));
        List<Part> parts = new ArrayList<>();
        held.forEach((underlying, positions) -> {
            // Stated alone where all together are: sums over fewer positions.
            ledger.statedMargin(new Portfolio(0, positions).holdings())
                    .ifPresent(margin -> parts.add(
                            new Part(underlying, margin.value(), margin.imRequirement(), margin.mmRequirement())));
        });
        return parts;
    }

    private static Reported reported(Ledger ledger, Account account) {
        try {
            Portfolio held = Portfolio.of(account);
            Instruments instruments = Instruments.of(held.positions().keySet());
            MarketSnapshot market = ledger.prices()
                    .map(prices -> MarketSnapshot.of(prices, ledger.global().time()))
                    .orElseGet(() -> new MarketSnapshot(ledger.global().time(), Fixed8.ONE, List.of()));
            Assessment assessed = new PortfolioMargin(PUBLISHED)
                    .assess(Book.of(instruments, held.holdings()), Columns.of(market, PUBLISHED, instruments));
            List<Worst> worst = new ArrayList<>();
            List<Bytes32> leaves = new ArrayList<>();
            for (var risk : assessed.underlyings()) {
                worst.add(new Worst(risk.underlying(), risk.worst(), risk.worstChange()));
                for (int i = 0; i < risk.scenarios().size(); i++) {
                    leaves.add(Keccak256.hash(new WireWriter(12)
                            .u16(risk.underlying())
                            .u16(i)
                            .i64(risk.scenarios().get(i))
                            .toBytes()));
                }
            }
            return new Reported(
                    PUBLISHED.hash(),
                    Stated.of(Optional.of(assessed.margin()), account.cash()),
                    worst,
                    Merkle.root(leaves, SCENARIO_DEPTH));
        } catch (MarginUnavailable | ArithmeticException | IllegalArgumentException e) {
            // A price that the ledger takes may have a surface that no market has.
            return new Reported(PUBLISHED.hash(), Stated.of(Optional.empty(), account.cash()), List.of(), Bytes32.ZERO);
        }
    }

    /** {@return the root over {@code H(u16 underlying | i64 value | i64 initial | i64 maintenance)} of the parts, depth 6} */
    public Bytes32 partsRoot() {
        return Merkle.root(parts.stream().map(Part::leaf).toList(), PART_DEPTH);
    }

    /** {@return the receipt's bytes (docs/margin.md)} */
    public byte[] encode() {
        WireWriter out = new WireWriter(512)
                .version()
                .u63(domain.chainId())
                .address(domain.vault())
                .u63(offset)
                .b32(command)
                .b32(root)
                .u32(index)
                .address(owner)
                .u32(account)
                .b32(leaf)
                .u8(mode)
                .b32(priceHash)
                .b32(paramsHash);
        before.write(out);
        after.write(out);
        out.u8(parts.size());
        parts.forEach(part -> part.write(out));
        out.b32(portfolio.paramsHash());
        portfolio.margin().write(out);
        out.u8(portfolio.worst().size());
        portfolio
                .worst()
                .forEach(worst -> out.u16(worst.underlying())
                        .u16(worst.scenario() < 0 ? NONE : worst.scenario())
                        .i64(worst.change()));
        return out.b32(portfolio.scenarios()).toBytes();
    }

    /**
     * {@return the receipt of the bytes}
     *
     * @throws io.parley.protocol.Undecodable if they are none
     */
    public static MarginReceipt decode(byte[] bytes) {
        return WireReader.whole(bytes, in -> {
            in.version("margin receipt");
            return new MarginReceipt(
                    new Domain(in.u63("chain id"), in.address("vault")),
                    in.u63("offset"),
                    in.b32("command"),
                    in.b32("root"),
                    in.u31("index"),
                    in.address("owner"),
                    in.u32("account"),
                    in.b32("leaf"),
                    in.u8("mode"),
                    in.b32("price hash"),
                    in.b32("params hash"),
                    Stated.read(in),
                    Stated.read(in),
                    in.list(
                            in.u8("parts"),
                            "parts",
                            part -> new Part(
                                    part.u16("underlying"),
                                    part.i64("value"),
                                    part.i64("initial"),
                                    part.i64("maintenance"))),
                    new Reported(
                            in.b32("portfolio params hash"),
                            Stated.read(in),
                            in.list(in.u8("worst"), "worst", MarginReceipt::worst),
                            in.b32("scenarios")));
        });
    }

    private static Worst worst(WireReader in) {
        int underlying = in.u16("underlying");
        int scenario = in.u16("scenario");
        return new Worst(underlying, scenario == NONE ? -1 : scenario, in.i64("change"));
    }

    /** {@return every field for people and JSON, by its path: amounts are decimals in US dollars} */
    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("chainId", Long.toString(domain.chainId()));
        fields.put("vault", domain.vault().hex());
        fields.put("offset", Long.toString(offset));
        fields.put("command", command.hex());
        fields.put("root", root.hex());
        fields.put("index", Integer.toString(index));
        fields.put("owner", owner.hex());
        fields.put("account", Long.toString(account));
        fields.put("leaf", leaf.hex());
        fields.put("mode", Integer.toString(mode));
        fields.put("priceHash", priceHash.hex());
        fields.put("paramsHash", paramsHash.hex());
        before.name("before", fields);
        after.name("after", fields);
        for (Part part : parts) {
            String path = "parts." + part.underlying();
            fields.put(path + ".value", Fixed8.format(part.value()));
            fields.put(path + ".initial", Fixed8.format(part.initial()));
            fields.put(path + ".maintenance", Fixed8.format(part.maintenance()));
        }
        fields.put("partsRoot", partsRoot().hex());
        fields.put("portfolio.paramsHash", portfolio.paramsHash().hex());
        portfolio.margin().name("portfolio", fields);
        for (Worst worst : portfolio.worst()) {
            String path = "portfolio.worst." + worst.underlying();
            fields.put(path + ".scenario", worst.scenario() < 0 ? "none" : Integer.toString(worst.scenario()));
            fields.put(path + ".change", Fixed8.format(worst.change()));
        }
        fields.put("portfolio.scenariosRoot", portfolio.scenarios().hex());
        return fields;
    }
}
