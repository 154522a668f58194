package io.parley.auction;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Commitment;
import io.parley.protocol.Conditions;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Signer;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.ClearedRecord.AccountAfter;
import io.parley.protocol.wire.ClearedRecord.MarginReceipt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A small market with named traders, told in the words of a trade ticket; makes the records that other roles write. */
public final class Market {

    public static final Domain DOMAIN = new Domain(31337, Address.parse("0x00000000000000000000000000000000000000aa"));
    public static final AssetId ETH = AssetId.spot(1);
    public static final AssetId BTC = AssetId.spot(2);
    public static final AssetId ETH_PERP = AssetId.perp(1);
    public static final Listings LISTINGS = Listings.of(listed());

    /** The state time of a market that just began, unix seconds. */
    public static final long NOON = 1_790_000_000L;

    private final Map<String, Holding> holdings = new LinkedHashMap<>();
    private final Map<String, Long> nonces = new TreeMap<>();
    private long commandsOffset;

    private static Map<AssetId, String> listed() {
        Map<AssetId, String> names = new LinkedHashMap<>();
        names.put(ETH, "ETH");
        names.put(BTC, "BTC");
        names.put(ETH_PERP, "ETH-PERP");
        return names;
    }

    /** An account as the leaf shows it, as far as the auction reads it. */
    private static final class Holding {
        final int index;
        final Signer signer;
        final long[] lanes = new long[8];
        final Map<Bytes32, long[]> partials = new LinkedHashMap<>();
        long lastAuction;

        Holding(int index, Signer signer) {
            this.index = index;
            this.signer = signer;
        }

        Blob leaf() {
            WireWriter leaf = new WireWriter()
                    .version()
                    .address(signer.address())
                    .u32(0)
                    .u8(0)
                    .u8(0)
                    .u8(partials.size())
                    .i64(usd("1000000"));
            for (long word : lanes) {
                leaf.u64(word);
            }
            leaf.u63(lastAuction).u63(0);
            partials.forEach((intent, open) ->
                    leaf.b32(intent).u64(open[0]).u63(open[1]).u63(NOON).u32(open[2]));
            return Blob.of(leaf.toBytes());
        }

        void use(long nonce) {
            int lane = 2 * (int) (nonce >>> 62);
            lanes[lane + 1] |= 1L << (nonce - lanes[lane]);
            int slide = Long.numberOfTrailingZeros(~lanes[lane + 1]);
            lanes[lane] += slide;
            lanes[lane + 1] = slide == 64 ? 0 : lanes[lane + 1] >>> slide;
        }
    }

    public static Bytes32 hash(String text) {
        return Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
    }

    public static Signer signer(String name) {
        return PrivateKeySigner.of(hash("key of " + name).bytes());
    }

    public static long usd(String amount) {
        return Fixed8.parse(amount);
    }

    public static Bytes32 id(SignedIntent intent) {
        return Eip712.digest(DOMAIN, intent.intent(), LISTINGS);
    }

    public static Bytes32 id(SignedBid bid) {
        return Eip712.digest(DOMAIN, bid.bid());
    }

    // What traders sign.

    /** An order ticket; unless told otherwise one intent of one ETH, all or none, valid for an hour. */
    public final class Ticket {
        private final String owner;
        private Signer key;
        private final TreeMap<AssetId, Long> legs = new TreeMap<>();
        private long cash;
        private long maxFee = usd("1");
        private long parts = 1;
        private long minParts = 1;
        private long validFrom;
        private long validUntil = NOON + 3600;
        private long nonce;

        Ticket(String owner) {
            this.owner = owner;
            this.key = signer(owner);
            this.nonce = nonces.merge(owner, 1L, Long::sum) - 1;
        }

        public Ticket buys(String quantity, AssetId asset) {
            legs.put(asset, Fixed8.parse(quantity));
            return this;
        }

        public Ticket sells(String quantity, AssetId asset) {
            legs.put(asset, -Fixed8.parse(quantity));
            return this;
        }

        public Ticket paysAtMost(String amount) {
            cash = -usd(amount);
            return this;
        }

        public Ticket wantsAtLeast(String amount) {
            cash = usd(amount);
            return this;
        }

        public Ticket inParts(long parts) {
            this.parts = parts;
            return this;
        }

        public Ticket validFrom(long seconds) {
            this.validFrom = seconds;
            return this;
        }

        public Ticket validUntil(long seconds) {
            this.validUntil = seconds;
            return this;
        }

        public Ticket nonce(long nonce) {
            this.nonce = nonce;
            return this;
        }

        public Ticket signedBy(String name) {
            this.key = signer(name);
            return this;
        }

        public SignedIntent signed() {
            Intent intent = new Intent(
                    signer(owner).address(),
                    0,
                    legs.entrySet().stream()
                            .map(leg -> new Leg(leg.getKey(), leg.getValue()))
                            .toList(),
                    cash,
                    maxFee,
                    parts,
                    minParts,
                    validFrom,
                    validUntil,
                    nonce,
                    false,
                    Conditions.NONE);
            return new SignedIntent(intent, key.sign(Eip712.digest(DOMAIN, intent, LISTINGS)));
        }
    }

    public Ticket intent(String owner) {
        return new Ticket(owner);
    }

    /** A bid of a solver's account 0 that fills each intent whole, at its limit. */
    public static SignedBid bid(String solver, long auction, SignedIntent... intents) {
        return bid(
                solver,
                auction,
                Arrays.stream(intents)
                        .map(intent -> new Fill(
                                id(intent),
                                intent.intent().parts(),
                                intent.intent().cash(),
                                usd("0.01")))
                        .toList());
    }

    public static SignedBid bid(String solver, long auction, List<Fill> fills) {
        Bid bid = new Bid(
                signer(solver).address(),
                0,
                auction,
                fills,
                0,
                Bytes32.ZERO,
                NOON + 3600,
                hash("salt of " + solver + auction + fills));
        return new SignedBid(bid, signer(solver).sign(Eip712.digest(DOMAIN, bid)));
    }

    public static SignedCommitment commitment(String solver, SignedBid bid) {
        Commitment commitment =
                new Commitment(signer(solver).address(), 0, bid.bid().auction(), id(bid), usd("1000"));
        return new SignedCommitment(commitment, signer(solver).sign(Eip712.digest(DOMAIN, commitment)));
    }

    // What clearing answers.

    /** Lists the assets and opens an account for each name. */
    public List<ClearedRecord> opening(String... names) {
        List<ClearedRecord> records = new ArrayList<>();
        int index = 0;
        for (Listings.Listing listing : LISTINGS.all()) {
            records.add(applied(new ListAsset(index, index, listing.asset(), listing.name()), NOON));
            index++;
        }
        for (String name : names) {
            records.add(deposit(name));
        }
        return records;
    }

    public ClearedRecord deposit(String name) {
        Holding holding = holdings.computeIfAbsent(name, key -> new Holding(holdings.size() + 1, signer(key)));
        Address owner = holding.signer.address();
        return applied(new Deposit(0, holding.index, owner, 0, AssetId.cash(), usd("1000000"), owner), NOON, name);
    }

    public int indexOf(String name) {
        return holdings.get(name).index;
    }

    public ClearedRecord registers(String owner, String key, int scope) {
        return applied(
                new RegisterKey(0, 0, signer(owner).address(), 0, signer(key).address(), scope, NOON + 86_400), NOON);
    }

    public ClearedRecord price(long time) {
        return new ClearedRecord.PriceTick(commandsOffset++, time, time, Bytes32.ZERO, Bytes32.ZERO, Blob.EMPTY);
    }

    public ClearedRecord cancelled(String owner, long nonce) {
        holdings.get(owner).use(nonce);
        // Which command it was does not matter to the auction: the leaf tells.
        return applied(
                new Deposit(
                        0,
                        indexOf(owner),
                        signer(owner).address(),
                        0,
                        AssetId.cash(),
                        1,
                        signer(owner).address()),
                NOON,
                owner);
    }

    /** Clearing applies an award: nonces are used, partial fills noted. */
    public ClearedRecord applies(TradeCommand trade) {
        List<String> touched = new ArrayList<>();
        touched.add(name(trade.bid().bid().solver()));
        holdings.get(touched.getFirst()).lastAuction = trade.auction();
        for (int i = 0; i < trade.intents().size(); i++) {
            Intent intent = trade.intents().get(i).intent();
            Fill fill = trade.bid().bid().fills().get(i);
            Holding holding = holdings.get(name(intent.owner()));
            long[] open = holding.partials.get(fill.intent());
            long done = fill.parts() + (open == null ? 0 : open[2]);
            if (open == null) {
                holding.use(intent.nonce());
            }
            if (done == intent.parts()) {
                holding.partials.remove(fill.intent());
            } else {
                holding.partials.put(fill.intent(), new long[] {intent.nonce(), intent.validUntil(), done});
            }
            touched.add(name(intent.owner()));
        }
        return applied(trade, NOON, touched.stream().distinct().toArray(String[]::new));
    }

    public ClearedRecord refuses(TradeCommand trade, Reason reason, String detail) {
        return new ClearedRecord.Refused(
                commandsOffset++, trade.id(), TradeCommand.KIND, reason.code(), detail, NOON, Blob.of(trade.encode()));
    }

    private String name(Address owner) {
        return holdings.entrySet().stream()
                .filter(entry -> entry.getValue().signer.address().equals(owner))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private ClearedRecord applied(Command command, long time, String... touched) {
        return new ClearedRecord.Applied(
                commandsOffset++,
                command.id(),
                command.kind(),
                1,
                0,
                Bytes32.ZERO,
                time,
                Arrays.stream(touched)
                        .map(holdings::get)
                        .map(holding -> new AccountAfter(
                                holding.index,
                                holding.leaf(),
                                new MarginReceipt(0, 0, 0, 0, 0, Bytes32.ZERO, Bytes32.ZERO)))
                        .toList(),
                Blob.of(command.encode()));
    }
}
