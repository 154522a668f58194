package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetNames;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fill;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.WireReader;
import io.parley.protocol.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The data of a batch as they can be posted: without the intents' ids and the offsets, which follow from the rest, and with numbers as
 * short as they are. The vault's DataPacking expands them to the same bytes, and refuses what this refuses.
 */
public final class PackedData {

    private static final int VERSION = 1;
    private static final int PLAIN = 0;
    private static final int MAX_SIZE = 8;

    private PackedData() {}

    /**
     * {@return the packed data}
     *
     * @param data what is posted
     * @param names the names of the assets of its trades
     */
    public static byte[] pack(BatchData data, AssetNames names) {
        List<Command> commands = data.records().stream().map(Command::decode).toList();
        TreeSet<AssetId> assets = new TreeSet<>((a, b) -> Long.compareUnsigned(a.id(), b.id()));
        List<Optional<TradeCommand>> trades = new ArrayList<>();
        for (Command command : commands) {
            Optional<TradeCommand> trade =
                    command instanceof TradeCommand t && hasForm(t, names) ? Optional.of(t) : Optional.empty();
            trade.ifPresent(t ->
                    t.intents().forEach(signed -> signed.intent().legs().forEach(leg -> assets.add(leg.asset()))));
            trades.add(trade);
        }
        if (assets.size() > 255) {
            assets.clear();
            trades.replaceAll(trade -> Optional.empty());
        }
        List<AssetId> table = List.copyOf(assets);
        WireWriter out = new WireWriter(data.records().size() * 512)
                .u8(VERSION)
                .u16(trades.size())
                .u8(table.size());
        table.forEach(asset -> out.asset(asset).b32(names.nameHash(asset).orElseThrow()));
        for (int i = 0; i < trades.size(); i++) {
            out.b32(data.roots().get(i));
            if (trades.get(i).isPresent()) {
                out.u8(TradeCommand.KIND);
                write(trades.get(i).get(), table, out);
            } else {
                byte[] record = data.records().get(i);
                out.u8(PLAIN).u32(record.length).raw(record);
            }
        }
        return out.toBytes();
    }

    /** Whether all that is left out of a trade follows from what stays. */
    private static boolean hasForm(TradeCommand trade, AssetNames names) {
        Bid bid = trade.bid().bid();
        return bid.auction() == trade.auction()
                && !bid.fills().isEmpty()
                && bid.fills().size() <= Bid.MAX_FILLS
                && bid.fills().size() == trade.intents().size()
                && trade.intents().stream()
                        .map(SignedIntent::intent)
                        .allMatch(intent -> intent.conditions().isNone()
                                && intent.legs().size() <= Intent.MAX_LEGS
                                && intent.legs().stream()
                                        .allMatch(leg -> leg.asset().id() != 0
                                                && names.nameHash(leg.asset()).isPresent()));
    }

    private static void write(TradeCommand trade, List<AssetId> table, WireWriter out) {
        Bid bid = trade.bid().bid();
        Numbers numbers = new Numbers()
                .add(bid.account())
                .add(bid.auction())
                .add(bid.pays())
                .add(bid.validUntil());
        out.b32(trade.transcript())
                .address(bid.solver())
                .u16((int) numbers.sizes)
                .raw(numbers.bytes.toBytes())
                .b32(bid.path())
                .b32(bid.salt())
                .signature(trade.bid().signature())
                .u8(bid.fills().size());
        for (int i = 0; i < bid.fills().size(); i++) {
            write(bid.fills().get(i), trade.intents().get(i), table, out);
        }
    }

    private static void write(Fill fill, SignedIntent signed, List<AssetId> table, WireWriter out) {
        Intent intent = signed.intent();
        boolean usual = fill.parts() == 1
                && intent.account() == 0
                && intent.parts() == 1
                && intent.minParts() == 1
                && !intent.verifiedOnly();
        Numbers numbers = new Numbers()
                .addSigned(fill.cash())
                .add(fill.fee())
                .addSigned(intent.cash())
                .add(intent.maxFee())
                .add(intent.validFrom())
                .add(intent.validUntil())
                .add(intent.nonce());
        out.u32((usual ? 0 : 1L << 28) | numbers.sizes).raw(numbers.bytes.toBytes());
        if (!usual) {
            out.u32(fill.parts())
                    .u32(intent.account())
                    .u32(intent.parts())
                    .u32(intent.minParts())
                    .u8(intent.verifiedOnly() ? 1 : 0);
        }
        out.address(intent.owner()).u8(intent.legs().size());
        for (Leg leg : intent.legs()) {
            Numbers quantity = new Numbers().addSigned(leg.quantity());
            out.u8(table.indexOf(leg.asset())).u8((int) quantity.sizes).raw(quantity.bytes.toBytes());
        }
        out.signature(signed.signature());
    }

    /** Numbers of no more bytes than they need, with the count of these as nibbles in their order. */
    private static final class Numbers {
        private long sizes;
        private final WireWriter bytes = new WireWriter(64);

        Numbers add(long value) {
            return add(value, (71 - Long.numberOfLeadingZeros(value)) / 8);
        }

        /** In two's complement, so with a bit for the sign. */
        Numbers addSigned(long value) {
            int bits = 65 - Long.numberOfLeadingZeros(value < 0 ? ~value : value);
            return add(value, value == 0 ? 0 : (bits + 7) / 8);
        }

        private Numbers add(long value, int size) {
            sizes = sizes << 4 | size;
            for (int i = size - 1; i >= 0; i--) {
                bytes.u8((int) (value >>> 8 * i) & 0xff);
            }
            return this;
        }
    }

    /**
     * {@return the data that were packed}
     *
     * @param domain for which the intents are signed
     * @throws Undecodable if the bytes are not of the form
     */
    public static byte[] unpack(Domain domain, byte[] packed) {
        WireReader in = new WireReader(packed);
        int version = in.u8("version");
        int steps = in.u16("steps");
        if (version != VERSION || steps == 0) {
            throw new Undecodable(0, "version %d with %d steps".formatted(version, steps));
        }
        List<AssetId> table = new ArrayList<>();
        Map<AssetId, Bytes32> hashes = new TreeMap<>();
        int count = in.u8("nNames");
        for (int i = 0; i < count; i++) {
            AssetId asset = in.asset("asset");
            long last = table.isEmpty() ? 0 : table.getLast().id();
            if (Long.compareUnsigned(asset.id(), last) <= 0) {
                throw new Undecodable(in.position() - 8, "the names ascend by asset, and the cash has none");
            }
            table.add(asset);
            hashes.put(asset, in.b32("name hash"));
        }
        AssetNames names = asset -> Optional.ofNullable(hashes.get(asset));
        List<byte[]> records = new ArrayList<>();
        List<Bytes32> roots = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            roots.add(in.b32("root after"));
            int form = in.u8("form");
            switch (form) {
                case PLAIN -> records.add(in.blob("record").bytes());
                case TradeCommand.KIND ->
                    records.add(trade(domain, table, names, in).encode());
                default -> throw new Undecodable(in.position() - 1, "the form is %d, not 0 or 48".formatted(form));
            }
        }
        in.end();
        return new BatchData(records, roots).encode();
    }

    private static TradeCommand trade(Domain domain, List<AssetId> table, AssetNames names, WireReader in) {
        Bytes32 transcript = in.b32("transcript");
        Address solver = in.address("solver");
        int sizes = in.u16("sizes");
        long account = number(in, sizes >> 12, 32);
        long auction = number(in, sizes >> 8, 63);
        long pays = number(in, sizes >> 4, 63);
        long validUntil = number(in, sizes, 63);
        Bytes32 path = in.b32("path");
        Bytes32 salt = in.b32("salt");
        var signature = in.signature("bid signature");
        int count = in.u8("nFills");
        if (count == 0 || count > Bid.MAX_FILLS) {
            throw new Undecodable(in.position() - 1, "%d fills, not 1 to 15".formatted(count));
        }
        List<Fill> fills = new ArrayList<>();
        List<SignedIntent> intents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fill(domain, table, names, in, fills, intents);
        }
        Bid bid = new Bid(solver, account, auction, fills, pays, path, validUntil, salt);
        return new TradeCommand(auction, transcript, new SignedBid(bid, signature), intents);
    }

    private static void fill(
            Domain domain,
            List<AssetId> table,
            AssetNames names,
            WireReader in,
            List<Fill> fills,
            List<SignedIntent> intents) {
        int sizes = (int) in.u32("sizes");
        if (sizes >>> 29 != 0) {
            throw new Undecodable(in.position() - 4, "the sizes begin with 0 or 1");
        }
        long cash = signed(in, sizes >> 24 & 0xf);
        long fee = number(in, sizes >> 20, 63);
        long limit = signed(in, sizes >> 16 & 0xf);
        long maxFee = number(in, sizes >> 12, 63);
        long validFrom = number(in, sizes >> 8, 63);
        long validUntil = number(in, sizes >> 4, 63);
        long nonce = number(in, sizes, 64);
        boolean usual = sizes >>> 28 == 0;
        long filled = usual ? 1 : in.u32("fill parts");
        long account = usual ? 0 : in.u32("account");
        long parts = usual ? 1 : in.u32("parts");
        long minParts = usual ? 1 : in.u32("minParts");
        int verifiedOnly = usual ? 0 : in.u8("verifiedOnly");
        if (verifiedOnly > 1) {
            throw new Undecodable(in.position() - 1, "verifiedOnly is %d".formatted(verifiedOnly));
        }
        Address owner = in.address("owner");
        int count = in.u8("nLegs");
        if (count > Intent.MAX_LEGS) {
            throw new Undecodable(in.position() - 1, "%d legs, not up to 16".formatted(count));
        }
        List<Leg> legs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int which = in.u8("name");
            if (which >= table.size()) {
                throw new Undecodable(in.position() - 1, "%d of %d names".formatted(which, table.size()));
            }
            legs.add(new Leg(table.get(which), signed(in, in.u8("size"))));
        }
        Intent intent = new Intent(
                owner,
                account,
                legs,
                limit,
                maxFee,
                parts,
                minParts,
                validFrom,
                validUntil,
                nonce,
                verifiedOnly == 1,
                Conditions.NONE);
        intents.add(new SignedIntent(intent, in.signature("intent signature")));
        fills.add(new Fill(Eip712.digest(domain, intent, names), filled, cash, fee));
    }

    /** A number of at most so many bits; its size is in the lowest four of {@code sizes}. */
    private static long number(WireReader in, int sizes, int bits) {
        int size = sizes & 0xf;
        long value = bytes(in, size);
        if (bits < 64 && value >>> bits != 0) {
            throw new Undecodable(in.position() - size, "a number has more than %d bits".formatted(bits));
        }
        return value;
    }

    private static long signed(WireReader in, int size) {
        long value = bytes(in, size);
        return size == 0 ? 0 : value << 64 - 8 * size >> 64 - 8 * size;
    }

    private static long bytes(WireReader in, int size) {
        if (size > MAX_SIZE) {
            throw new Undecodable(in.position(), "a number of %d bytes".formatted(size));
        }
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | in.u8("number");
        }
        return value;
    }
}
