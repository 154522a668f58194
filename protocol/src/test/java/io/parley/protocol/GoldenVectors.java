package io.parley.protocol;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Makes the golden vectors: one file that JUnit, forge and viem read, so that none of them can drift alone. The part
 * {@code batch} is kept as it is: clearing fills it.
 */
final class GoldenVectors {

    private static final String ABOUT =
            "Golden vectors of the Parley protocol, version 1 (docs/protocol.md). The key of a"
                    + " signer is keccak256('parley golden ' + its name). Integers of 64 bits are decimal strings, bytes are 0x-hex."
                    + " Kinds of hashes: H = keccak256(preimage); node = N(left, right); tree = N-tree of the leaves in order; fold ="
                    + " leaf and siblings up to the root, bit i of the bitmap set where the sibling at level i is given; chain: each"
                    + " link is H(link before, H(item)).";

    private static final long NOW = 1_795_000_000L;
    private static final LocalDate MARCH = LocalDate.of(2026, 3, 27);
    private static final String LARGE = "18446744073709551615";

    private final ObjectMapper json = new ObjectMapper();
    private final Domain domain = new Domain(31_337, Address.parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"));
    private final Listings listings = Listings.of(assets());
    private final JsonNode viem;

    private final ArrayNode digests = json.createArrayNode();
    private final ArrayNode signatures = json.createArrayNode();
    private final ArrayNode hashes = json.createArrayNode();

    /**
     * @param viem signatures made by contracts/tools/sign-vectors.mjs, by the name of the digest
     */
    GoldenVectors(JsonNode viem) {
        this.viem = viem;
    }

    private static Map<AssetId, String> assets() {
        Map<AssetId, String> names = new LinkedHashMap<>();
        names.put(AssetId.cash(), "USD");
        names.put(AssetId.spot(1), "ETH");
        List<AssetId> eth = List.of(
                AssetId.perp(1),
                AssetId.option(1, MARCH, true, Fixed8.parse("3200")),
                AssetId.option(1, MARCH, true, Fixed8.parse("3600")),
                AssetId.option(1, MARCH, false, Fixed8.parse("2800.5")),
                AssetId.option(1, LocalDate.of(2026, 3, 4), false, 1),
                AssetId.option(1, LocalDate.of(2020, 1, 1), true, Fixed8.parse("2.68435455")),
                AssetId.option(1, LocalDate.of(2099, 12, 31), true, Fixed8.parse("1000000000")));
        eth.forEach(asset -> names.put(asset, asset.name("ETH")));
        List<AssetId> btc =
                List.of(AssetId.spot(2), AssetId.perp(2), AssetId.option(2, MARCH, true, Fixed8.parse("95000")));
        btc.forEach(asset -> names.put(asset, asset.name("BTC")));
        // From underlying 2048 on, an id is negative as a signed integer.
        List<AssetId> high = List.of(
                AssetId.spot(2047), AssetId.perp(2047), AssetId.spot(2048), AssetId.perp(2048), AssetId.spot(4095));
        high.forEach(asset -> names.put(asset, asset.name("U" + asset.underlying())));
        return names;
    }

    private AssetId asset(String name) {
        return listings.idOf(name).orElseThrow();
    }

    private static PrivateKeySigner signer(String name) {
        return PrivateKeySigner.of(Keccak256.text("parley golden " + name).bytes());
    }

    private static Address address(String name) {
        return signer(name).address();
    }

    private static final List<String> SIGNERS =
            List.of("alice", "bob", "carol", "solver", "relayer", "session", "feeder1", "feeder2", "feeder3");

    ObjectNode make() {
        ObjectNode root = json.createObjectNode();
        root.put("about", ABOUT);
        root.putObject("domain")
                .put("name", "Parley")
                .put("version", "1")
                .put("chainId", domain.chainId())
                .put("verifyingContract", domain.vault().hex())
                .put("separator", domain.separator().hex());
        ArrayNode signers = root.putArray("signers");
        SIGNERS.forEach(name -> signers.addObject()
                .put("name", name)
                .put("address", address(name).hex()));
        ArrayNode assets = root.putArray("assets");
        for (Listings.Listing listing : listings.all()) {
            assets.addObject()
                    .put("name", listing.name())
                    .put("id", Long.toUnsignedString(listing.asset().id()))
                    .put("listingIndex", listing.index())
                    .put("nameHash", listing.nameHash().hex())
                    .put("leaf", listing.leaf().hex());
        }
        intents("java");
        bids("java");
        others("java");
        intents("viem");
        bids("viem");
        others("viem");
        root.set("digests", digests);
        signatures();
        root.set("signatures", signatures);
        plainHashes();
        commands();
        leaves();
        trees();
        chains();
        root.set("hashes", hashes);
        return root;
    }

    /** The text of the file. */
    String print(ObjectNode vectors) throws IOException {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return json.writer(printer).writeValueAsString(vectors) + "\n";
    }

    // What is signed

    private Signature sign(String name, String by, String signer, Bytes32 digest) {
        if (by.equals("java")) {
            return signer(signer).sign(digest);
        }
        JsonNode signature = viem.path(name).path("signature");
        return signature.isTextual() ? Signature.parse(signature.asText()) : Signature.NONE;
    }

    private void digest(
            String name,
            String primaryType,
            Map<String, Object> message,
            byte[] record,
            Bytes32 digest,
            String signer,
            Signature signature,
            String by) {
        ObjectNode entry = digests.addObject();
        entry.put("name", name).put("primaryType", primaryType);
        entry.set("message", json.valueToTree(message));
        entry.put("record", Blob.of(record).hex())
                .put("digest", digest.hex())
                .put("signer", address(signer).hex())
                .put("signerName", signer)
                .put("signature", signature.hex())
                .put("signedBy", by);
    }

    private void intent(String name, String by, String signer, Intent intent) {
        Bytes32 digest = Eip712.digest(domain, intent, listings);
        Signature signature = sign(name, by, signer, digest);
        digest(
                name,
                "Intent",
                TypedData.message(intent, listings),
                new SignedIntent(intent, signature).encode(),
                digest,
                signer,
                signature,
                by);
    }

    private static Intent plain(
            String owner, List<Leg> legs, String cash, String maxFee, long parts, long minParts, long nonce) {
        return new Intent(
                address(owner),
                0,
                legs,
                Fixed8.parse(cash),
                Fixed8.parse(maxFee),
                parts,
                minParts,
                NOW,
                NOW + 60,
                nonce,
                false,
                Conditions.NONE);
    }

    private Leg leg(String asset, String quantity) {
        return new Leg(asset(asset), Fixed8.parse(quantity));
    }

    private void intents(String by) {
        String in = by + "/intent/";
        intent(in + "swap", by, "alice", plain("alice", List.of(leg("ETH", "2")), "-6400", "3.2", 1, 1, 0));
        intent(
                in + "call-spread",
                by,
                "bob",
                plain(
                        "bob",
                        List.of(leg("ETH-27MAR26-3200-C", "10"), leg("ETH-27MAR26-3600-C", "-10")),
                        "-850.25",
                        "0.5",
                        1,
                        1,
                        1L << 62));
        intent(
                in + "perp-in-parts",
                by,
                "carol",
                plain("carol", List.of(leg("ETH-PERP", "-12.5")), "0", "0.01", 5, 2, 63));
        intent(
                in + "by-a-registered-key",
                by,
                "session",
                plain("alice", List.of(leg("BTC", "-0.1")), "9500", "1", 1, 1, 1));
        if (by.equals("viem")) {
            return;
        }
        List<Leg> sixteen = listings.all().stream()
                .map(Listings.Listing::asset)
                .filter(asset -> !asset.isCash())
                .sorted()
                .limit(16)
                .map(asset -> new Leg(asset, (asset.id() & 1) == 0 ? 7 : -7))
                .toList();
        intent(
                in + "borders-low",
                by,
                "alice",
                new Intent(
                        address("alice"),
                        0,
                        List.of(new Leg(asset("ETH"), Long.MIN_VALUE)),
                        Long.MIN_VALUE,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        false,
                        Conditions.NONE));
        intent(
                in + "borders-high",
                by,
                "alice",
                new Intent(
                        address("alice"),
                        0xffff_ffffL,
                        sixteen,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        0xffff_ffffL,
                        0xffff_ffffL,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.parseUnsignedLong(LARGE),
                        true,
                        Conditions.NONE));
        intent(
                in + "conditions",
                by,
                "bob",
                new Intent(
                        address("bob"),
                        3,
                        List.of(leg("ETH-PERP", "1")),
                        Fixed8.parse("-3000"),
                        0,
                        1,
                        1,
                        NOW,
                        NOW + 86_400,
                        5,
                        false,
                        new Conditions(
                                asset("ETH-PERP"),
                                Conditions.When.BELOW,
                                Fixed8.parse("2950"),
                                Fixed8.parse("-12.5"),
                                3_600,
                                true,
                                false)));
        intent(
                in + "conditions-without-watch",
                by,
                "bob",
                new Intent(
                        address("bob"),
                        3,
                        List.of(leg("ETH-PERP", "1")),
                        Fixed8.parse("-3000"),
                        0,
                        1,
                        1,
                        NOW,
                        NOW + 86_400,
                        6,
                        false,
                        new Conditions(AssetId.cash(), Conditions.When.NONE, 0, 0, 0, false, true)));
        intent(in + "no-legs", by, "carol", plain("carol", List.of(), "0", "0", 1, 1, 2));
    }

    private void bid(String name, String by, String signer, Bid bid) {
        Bytes32 digest = Eip712.digest(domain, bid);
        Signature signature = sign(name, by, signer, digest);
        digest(
                name,
                "Bid",
                TypedData.message(bid),
                new SignedBid(bid, signature).encode(),
                digest,
                signer,
                signature,
                by);
        Commitment commitment =
                new Commitment(bid.solver(), bid.account(), bid.auction(), digest, Fixed8.parse("1000"));
        String commitmentName = name.replace("/bid/", "/commitment/");
        Bytes32 commitmentDigest = Eip712.digest(domain, commitment);
        Signature commitmentSignature = sign(commitmentName, by, signer, commitmentDigest);
        digest(
                commitmentName,
                "Commitment",
                TypedData.message(commitment),
                new SignedCommitment(commitment, commitmentSignature).encode(),
                commitmentDigest,
                signer,
                commitmentSignature,
                by);
    }

    private void bids(String by) {
        String in = by + "/bid/";
        Bytes32 swap = Keccak256.text("intent 1");
        Fill fill = new Fill(swap, 1, Fixed8.parse("-6390.12345678"), Fixed8.parse("1.5"));
        bid(
                in + "one-fill",
                by,
                "solver",
                new Bid(address("solver"), 0, 1, List.of(fill), 0, Bytes32.ZERO, NOW + 30, Keccak256.text("salt 1")));
        if (by.equals("viem")) {
            return;
        }
        List<Fill> fifteen = IntStream.rangeClosed(1, 15)
                .mapToObj(i -> new Fill(Keccak256.text("intent " + i), i, i % 2 == 0 ? Long.MIN_VALUE : i, i))
                .toList();
        bid(
                in + "fifteen-fills",
                by,
                "solver",
                new Bid(
                        address("solver"),
                        0xffff_ffffL,
                        Long.MAX_VALUE,
                        fifteen,
                        Long.MAX_VALUE,
                        Keccak256.text("path"),
                        Long.MAX_VALUE,
                        Keccak256.text("salt 2")));
        bid(
                in + "no-fills",
                by,
                "session",
                new Bid(address("solver"), 0, 0, List.of(), 0, Bytes32.ZERO, 0, Bytes32.ZERO));
    }

    private void others(String by) {
        withdraw(
                by + "/withdraw/cash",
                by,
                new Withdraw(address("alice"), 0, AssetId.cash(), Fixed8.parse("1250.5"), address("alice"), NOW, 2));
        withdraw(
                by + "/withdraw/spot",
                by,
                new Withdraw(
                        address("bob"),
                        7,
                        asset("ETH"),
                        Long.MAX_VALUE,
                        address("carol"),
                        NOW,
                        Long.parseUnsignedLong(LARGE)));
        for (int kind : new int[] {Cancel.ONE, Cancel.BELOW, Cancel.ALL}) {
            cancel(by + "/cancel/" + kind, by, new Cancel(address("carol"), 1, kind, 3L << 62 | 40 + kind, NOW));
        }
        SetMode setMode = new SetMode(address("carol"), 2, SetMode.ISOLATED, NOW, 1L << 62 | 9);
        owners(
                by + "/set-mode",
                "SetMode",
                by,
                TypedData.message(setMode),
                signature -> new SetModeCommand(setMode, signature));
        Heartbeat heartbeat = new Heartbeat(address("carol"), 1, NOW + 60, NOW, 41);
        owners(
                by + "/heartbeat",
                "Heartbeat",
                by,
                TypedData.message(heartbeat),
                signature -> new HeartbeatCommand(heartbeat, signature));
        Bytes32 paramsHash = Keccak256.text("margin parameters");
        PriceContent content = content();
        Blob bytes = Blob.of(content.encode());
        Price price = new Price(NOW, 17, bytes.hash(), content.marksRoot(paramsHash));
        Bytes32 digest = Eip712.digest(domain, price);
        Signature signature = sign(by + "/price", by, "feeder1", digest);
        digest(
                by + "/price",
                "Price",
                TypedData.message(price),
                new PriceCommand(price.time(), price.sequence(), price.marks(), List.of(signature), bytes).encode(),
                digest,
                "feeder1",
                signature,
                by);
    }

    private void withdraw(String name, String by, Withdraw withdraw) {
        String signer = withdraw.owner().equals(address("alice")) ? "alice" : "bob";
        Bytes32 digest = Eip712.digest(domain, withdraw, listings);
        Signature signature = sign(name, by, signer, digest);
        digest(
                name,
                "Withdraw",
                TypedData.message(withdraw, listings),
                new WithdrawCommand(withdraw, signature).encode(),
                digest,
                signer,
                signature,
                by);
    }

    /** What carol signs, whose bytes without the signature say what is signed. */
    private void owners(
            String name,
            String type,
            String by,
            Map<String, Object> message,
            Function<Signature, OwnerCommand> signed) {
        OwnerCommand unsigned = signed.apply(new Signature(Bytes32.ZERO, Bytes32.ZERO, 27));
        Bytes32 digest = unsigned.digest(domain, listings);
        Signature signature = sign(name, by, "carol", digest);
        digest(name, type, message, signed.apply(signature).encode(), digest, "carol", signature, by);
    }

    private void cancel(String name, String by, Cancel cancel) {
        Bytes32 digest = Eip712.digest(domain, cancel);
        Signature signature = sign(name, by, "carol", digest);
        digest(
                name,
                "Cancel",
                TypedData.message(cancel),
                new CancelCommand(cancel, signature).encode(),
                digest,
                "carol",
                signature,
                by);
    }

    private PriceContent content() {
        PriceContent.Expiry march = new PriceContent.Expiry(
                asset("ETH-27MAR26-3200-C").expiryDay(),
                Fixed8.parse("3230.75"),
                Fixed8.parse("0.01"),
                Fixed8.parse("0.12"),
                Fixed8.parse("-0.35"),
                Fixed8.parse("0.02"),
                Fixed8.parse("0.25"));
        List<PriceContent.Mark> marks = listings.all().stream()
                .map(Listings.Listing::asset)
                .filter(asset -> !asset.isCash())
                .sorted()
                .map(asset -> new PriceContent.Mark(asset, Fixed8.parse("3200") + asset.underlying()))
                .toList();
        return new PriceContent(
                Fixed8.parse("0.9998"),
                List.of(
                        new PriceContent.Underlying(
                                1,
                                Fixed8.parse("3200"),
                                Fixed8.parse("1.25"),
                                Fixed8.parse("0.04"),
                                Fixed8.parse("3201.5"),
                                List.of(march)),
                        new PriceContent.Underlying(
                                2, Fixed8.parse("95000"), Fixed8.parse("20"), 0, Fixed8.parse("95010"), List.of())),
                marks);
    }

    // What is no signature

    private void signatures() {
        BigInteger order = new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
        Bytes32 digest = Keccak256.text("digest");
        Signature good = signer("alice").sign(digest);
        signature("good", digest, good, 0);
        Signature other = new Signature(good.r(), good.s(), 55 - good.v());
        signature("the-other-v-is-another-signer", digest, other, 103);
        BigInteger s = new BigInteger(1, good.s().bytes());
        signature("high-s", digest, new Signature(good.r(), word(order.subtract(s)), 55 - good.v()), 102);
        signature("v-0", digest, new Signature(good.r(), good.s(), 0), 102);
        signature("v-1", digest, new Signature(good.r(), good.s(), 1), 102);
        signature("v-29", digest, new Signature(good.r(), good.s(), 29), 102);
        signature("r-zero", digest, new Signature(Bytes32.ZERO, good.s(), 27), 102);
        signature("r-order", digest, new Signature(word(order), good.s(), 27), 102);
        signature("s-zero", digest, new Signature(good.r(), Bytes32.ZERO, 27), 102);
        signature(
                "s-half-order-and-one",
                digest,
                new Signature(good.r(), word(order.shiftRight(1).add(BigInteger.ONE)), 27),
                102);
        signature("all-zero", digest, Signature.NONE, 102);
        signature("r-is-no-point", digest, new Signature(word(BigInteger.valueOf(5)), good.s(), 27), 103);
        byte[] compact = Arrays.copyOf(good.bytes(), 64);
        compact[32] |= (byte) (good.v() - 27 << 7);
        signatures
                .addObject()
                .put("name", "eip-2098")
                .put("digest", digest.hex())
                .put("compact", Blob.of(compact).hex())
                .put("signature", good.hex())
                .put("signer", address("alice").hex())
                .put("code", 0);
    }

    private static Bytes32 word(BigInteger value) {
        return Bytes32.parse("0x%064x".formatted(value));
    }

    /** A signature that claims to be alice's; code 0 is right, 102 malformed, 103 somebody else's or nobody's. */
    private void signature(String name, Bytes32 digest, Signature signature, int code) {
        signatures
                .addObject()
                .put("name", name)
                .put("digest", digest.hex())
                .put("signature", signature.hex())
                .put("signer", address("alice").hex())
                .put("code", code);
    }

    // What is hashed

    private Bytes32 hash(String name, byte[] preimage) {
        Bytes32 hash = Keccak256.hash(preimage);
        hashes.addObject()
                .put("name", name)
                .put("kind", "H")
                .put("preimage", Blob.of(preimage).hex())
                .put("hash", hash.hex());
        return hash;
    }

    private void plainHashes() {
        hash("empty", new byte[0]);
        hash("abc", "abc".getBytes(StandardCharsets.US_ASCII));
        for (int length : new int[] {135, 136, 137, 272}) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) length);
            hash("length-" + length, bytes);
        }
        for (String type :
                List.of("EIP712Domain", "Commitment", "Withdraw", "Cancel", "Price", "Leg", "Conditions", "Fill")) {
            hash("type/" + type, encodeType(type).getBytes(StandardCharsets.US_ASCII));
        }
        hash(
                "type/Intent",
                (encodeType("Intent") + encodeType("Conditions") + encodeType("Leg"))
                        .getBytes(StandardCharsets.US_ASCII));
        hash("type/Bid", (encodeType("Bid") + encodeType("Fill")).getBytes(StandardCharsets.US_ASCII));
    }

    private static String encodeType(String type) {
        return type + "(" + TypedData.TYPES.get(type) + ")";
    }

    private List<Blob> queue() {
        FeederSet feeders = new FeederSet(
                2,
                List.of("feeder1", "feeder2", "feeder3").stream()
                        .map(GoldenVectors::address)
                        .sorted()
                        .toList());
        List<Command> commands = List.of(
                new SetParameters(0, SetParameters.FEEDERS, Blob.of(feeders.encode())),
                new SetParameters(1, SetParameters.MARGIN, Blob.parse("0x0102030405")),
                new ListAsset(2, 0, AssetId.cash(), "USD"),
                new ListAsset(3, 1, asset("ETH"), "ETH"),
                new ListAsset(4, 2, asset("ETH-27MAR26-3200-C"), "ETH-27MAR26-3200-C"),
                new Deposit(5, 1, address("alice"), 0, AssetId.cash(), Fixed8.parse("10000"), address("alice")),
                new Deposit(6, 2, address("solver"), 0xffff_ffffL, asset("ETH"), Fixed8.parse("25.5"), address("bob")),
                new RegisterKey(
                        7,
                        0,
                        address("alice"),
                        0,
                        address("session"),
                        RegisterKey.INTENTS | RegisterKey.CANCEL,
                        NOW + 3_600),
                new CreditFee(8, 3, address("relayer"), 0, Fixed8.parse("12.34")));
        return commands.stream().map(command -> Blob.of(command.encode())).toList();
    }

    private void commands() {
        List<Blob> queue = queue();
        List<String> names = List.of(
                "feeder-set",
                "margin-parameters",
                "list-cash",
                "list-spot",
                "list-option",
                "deposit-cash",
                "deposit-spot",
                "register-key",
                "credit-fee");
        for (int i = 0; i < queue.size(); i++) {
            hash("command/" + names.get(i), queue.get(i).bytes());
        }
        Intent one = plain("alice", List.of(leg("ETH", "2")), "-6400", "3.2", 1, 1, 0);
        Intent two = plain("bob", List.of(leg("ETH", "-2")), "6380", "3.2", 4, 1, 0);
        SignedIntent first = new SignedIntent(one, signer("alice").sign(Eip712.digest(domain, one, listings)));
        SignedIntent second = new SignedIntent(two, signer("bob").sign(Eip712.digest(domain, two, listings)));
        Bid bid = new Bid(
                address("solver"),
                0,
                9,
                List.of(
                        new Fill(Eip712.digest(domain, one, listings), 1, Fixed8.parse("-6395"), Fixed8.parse("1.5")),
                        new Fill(Eip712.digest(domain, two, listings), 4, Fixed8.parse("6385"), Fixed8.parse("1.5"))),
                Fixed8.parse("0.25"),
                Bytes32.ZERO,
                NOW + 30,
                Keccak256.text("salt"));
        SignedBid signedBid = new SignedBid(bid, signer("solver").sign(Eip712.digest(domain, bid)));
        hash(
                "command/trade",
                new TradeCommand(9, Keccak256.text("transcript"), signedBid, List.of(first, second)).encode());
    }

    private void leaves() {
        Bytes32 paramsHash = Keccak256.text("margin parameters");
        hash(
                "leaf/listing",
                new WireWriter().asset(asset("ETH")).b32(Keccak256.text("ETH")).toBytes());
        hash(
                "leaf/key",
                new WireWriter()
                        .address(address("alice"))
                        .u32(0)
                        .address(address("session"))
                        .u8(5)
                        .u63(NOW + 3_600)
                        .toBytes());
        hash(
                "leaf/mark",
                new WireWriter()
                        .asset(asset("ETH"))
                        .i64(Fixed8.parse("3200"))
                        .u16(0)
                        .b32(paramsHash)
                        .toBytes());
        hash(
                "leaf/step",
                new WireWriter()
                        .u32(3)
                        .b32(Keccak256.text("record"))
                        .b32(Keccak256.text("root after"))
                        .toBytes());
        hash("leaf/account-fresh", account(address("alice"), 0, 0, 0, 0).toBytes());
        hash("leaf/account-full", fullAccount());
        hash("price-content", content().encode());
        byte[] genesis = new byte[421];
        genesis[0] = 1;
        Bytes32 genesisHash = hash("global/genesis", genesis);
        hash("root/genesis", new WireWriter().b32(Bytes32.ZERO).b32(genesisHash).toBytes());
        Bytes32 global = hash("global/every-field", global());
        hash(
                "root/every-field",
                new WireWriter().b32(Keccak256.text("accounts")).b32(global).toBytes());
        hash(
                "batch-header",
                new BatchHeader(
                                1,
                                Keccak256.text("parent"),
                                Keccak256.text("root"),
                                Keccak256.text("steps"),
                                Keccak256.text("data"),
                                12,
                                0,
                                9,
                                true)
                        .encode());
    }

    private static WireWriter account(Address owner, long number, int positions, int partials, long cash) {
        WireWriter out = new WireWriter();
        out.version()
                .address(owner)
                .u32(number)
                .u8(0)
                .u8(positions)
                .u8(partials)
                .i64(cash);
        if (positions + partials == 0) {
            out.raw(new byte[4 * 16]).u63(0).u63(0);
        }
        return out;
    }

    private byte[] fullAccount() {
        WireWriter out = account(address("bob"), 0xffff_ffffL, 3, 2, Fixed8.parse("-123.45"));
        out.u64(5).u64(0b1010);
        out.u64((1L << 62) - 64).u64(-1L << 1);
        out.u64(0).u64(0);
        out.u64(1).u64(1L << 63);
        out.u63(9).u63(0);
        for (AssetId asset : List.of(asset("ETH"), asset("ETH-PERP"), asset("U4095"))) {
            out.asset(asset)
                    .i64(Fixed8.parse("-1.5") + asset.underlying())
                    .i64(0)
                    .i64(0);
        }
        for (int i = 1; i <= 2; i++) {
            out.b32(Keccak256.text("intent " + i))
                    .u64(3L << 62 | i)
                    .u63(NOW + i)
                    .u63(NOW)
                    .u32(i);
        }
        return out.toBytes();
    }

    private static byte[] global() {
        return new WireWriter()
                .version()
                .u63(NOW)
                .u63(17)
                .b32(Keccak256.text("price"))
                .b32(Keccak256.text("params"))
                .b32(Keccak256.text("feeders"))
                .u63(9)
                .b32(Keccak256.text("queue"))
                .u32(14)
                .b32(Keccak256.text("listings"))
                .b32(Keccak256.text("keys"))
                .b32(Bytes32.ZERO)
                .b32(Bytes32.ZERO)
                .b32(Bytes32.ZERO)
                .u63(0)
                .i64(-5)
                .u63(6)
                .u63(7)
                .u63(8)
                .b32(Keccak256.text("withdrawals"))
                .b32(Bytes32.ZERO)
                .toBytes();
    }

    private void trees() {
        Bytes32 a = Keccak256.text("a");
        Bytes32 b = Keccak256.text("b");
        for (List<Bytes32> pair : List.of(
                List.of(Bytes32.ZERO, Bytes32.ZERO),
                List.of(a, b),
                List.of(a, Bytes32.ZERO),
                List.of(Bytes32.ZERO, b))) {
            hashes.addObject()
                    .put("name", "node")
                    .put("kind", "node")
                    .put("left", pair.get(0).hex())
                    .put("right", pair.get(1).hex())
                    .put("hash", Keccak256.node(pair.get(0), pair.get(1)).hex());
        }
        List<Bytes32> listingLeaves =
                listings.all().stream().map(Listings.Listing::leaf).toList();
        tree("listings", 16, listingLeaves);
        tree("listings-of-none", 16, List.of());
        Bytes32 paramsHash = Keccak256.text("margin parameters");
        tree(
                "marks",
                16,
                content().marks().stream()
                        .map(mark -> PriceContent.markLeaf(mark, paramsHash))
                        .toList());
        List<Bytes32> five = IntStream.rangeClosed(1, 5)
                .mapToObj(i -> Keccak256.text("leaf " + i))
                .toList();
        tree("five-leaves", 3, five);
        tree("one-leaf", 32, List.of(a));
        for (int index : new int[] {0, 4, listingLeaves.size() - 1}) {
            fold("listing-" + index, 16, index, listingLeaves);
        }
        fold("lonely-account", 32, 1, List.of(Bytes32.ZERO, a));
        fold(
                "high-index",
                32,
                0xffff_ffffL,
                a,
                IntStream.range(0, 32)
                        .mapToObj(level -> level % 3 == 0 ? Keccak256.text("sibling " + level) : Bytes32.ZERO)
                        .toList());
    }

    private void tree(String name, int depth, List<Bytes32> leaves) {
        ObjectNode entry = hashes.addObject()
                .put("name", "tree/" + name)
                .put("kind", "tree")
                .put("depth", depth);
        ArrayNode array = entry.putArray("leaves");
        leaves.forEach(leaf -> array.add(leaf.hex()));
        entry.put("hash", Merkle.root(leaves, depth).hex());
    }

    private void fold(String name, int depth, int index, List<Bytes32> leaves) {
        List<Bytes32> siblings = new ArrayList<>();
        List<Bytes32> level = leaves;
        for (int i = 0; i < depth; i++) {
            int sibling = (index >>> i) ^ 1;
            siblings.add(sibling < level.size() ? level.get(sibling) : Bytes32.ZERO);
            List<Bytes32> above = new ArrayList<>();
            for (int left = 0; left < level.size(); left += 2) {
                above.add(
                        Keccak256.node(level.get(left), left + 1 < level.size() ? level.get(left + 1) : Bytes32.ZERO));
            }
            level = above;
        }
        fold(name, depth, index, leaves.get(index), siblings);
    }

    private void fold(String name, int depth, long index, Bytes32 leaf, List<Bytes32> siblings) {
        ObjectNode entry = hashes.addObject()
                .put("name", "fold/" + name)
                .put("kind", "fold")
                .put("depth", depth)
                .put("leaf", leaf.hex())
                .put("index", index);
        long bitmap = 0;
        ArrayNode given = json.createArrayNode();
        for (int i = 0; i < depth; i++) {
            if (!siblings.get(i).isZero()) {
                bitmap |= 1L << i;
                given.add(siblings.get(i).hex());
            }
        }
        entry.put("bitmap", bitmap);
        entry.set("siblings", given);
        entry.put("hash", Merkle.fold(leaf, index, siblings).hex());
    }

    private void chains() {
        chain("queue", queue());
        List<Withdrawal> withdrawals = List.of(
                new Withdrawal(AssetId.cash(), address("alice"), Fixed8.parse("1250.5")),
                new Withdrawal(asset("ETH"), address("carol"), 1),
                new Withdrawal(asset("U4095"), address("bob"), Long.MAX_VALUE));
        chain(
                "withdrawals",
                withdrawals.stream()
                        .map(withdrawal -> {
                            WireWriter out = new WireWriter();
                            withdrawal.writeTo(out);
                            return out.toBlob();
                        })
                        .toList());
    }

    private void chain(String name, List<Blob> items) {
        ObjectNode entry = hashes.addObject()
                .put("name", "chain/" + name)
                .put("kind", "chain")
                .put("start", Bytes32.ZERO.hex());
        ArrayNode itemsArray = entry.putArray("items");
        ArrayNode links = entry.putArray("links");
        Bytes32 link = Bytes32.ZERO;
        for (Blob item : items) {
            link = Keccak256.hash(link, item.hash());
            itemsArray.add(item.hex());
            links.add(link.hex());
        }
        entry.put("hash", link.hex());
    }
}
