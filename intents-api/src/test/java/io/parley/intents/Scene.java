package io.parley.intents;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.BatchAssembler;
import io.parley.clearing.Ledger;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.StepResult;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Command;
import io.parley.protocol.Commitment;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.QueueCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetParameters;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.SettlementRecord;
import io.parley.protocol.wire.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the other roles would write, played by the real ledger and a plain auction. It keeps every record in the order in
 * which it came about.
 */
final class Scene {

    static final Domain DOMAIN = new Domain(31_337, Address.parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"));
    static final Trader SOLVER = Trader.of(9_001);
    private static final Trader FEEDER = Trader.of(9_002);

    /** A record on its way to its topic. */
    record Posted(Topic topic, byte[] key, byte[] value) {}

    /** A fill that the solver offers: all parts at the owner's limit unless said otherwise. */
    record Part(SignedIntent intent, long parts, long cash, long fee) {}

    private final Ledger ledger = Ledger.genesis(DOMAIN);
    private final BatchAssembler assembler = new BatchAssembler();
    private final List<Posted> records = new ArrayList<>();
    private final Map<Topic, Long> offsets = new HashMap<>();
    private final Map<Trader, Integer> places = new HashMap<>();
    private final List<BatchRecord> batches = new ArrayList<>();
    private long time = System.currentTimeMillis() / 1000 - 10;
    private long queued;
    private int keys;
    private long commands;
    private long auctions;
    private long spot = Fixed8.parse("3000");

    /** A market with ETH at 3000 and a solver with deep pockets. */
    static Scene open() {
        var scene = new Scene();
        for (var name : List.of("USD", "ETH", "ETH-PERP", "ETH-25DEC26-3200-C")) {
            scene.list(name);
        }
        scene.send(new SetParameters(
                scene.queued,
                SetParameters.MARGIN,
                Blob.of(MarginParameters.demo().encode())));
        scene.send(new SetParameters(
                scene.queued, SetParameters.FEEDERS, Blob.of(new FeederSet(1, List.of(FEEDER.address())).encode())));
        return scene.tick().deposit(SOLVER, "10000000 USD", "1000 ETH");
    }

    static AssetId asset(String name) {
        return AssetId.parse(name, symbol -> switch (symbol) {
            case "ETH" -> OptionalInt.of(1);
            case "BTC" -> OptionalInt.of(2);
            default -> OptionalInt.empty();
        });
    }

    List<Posted> records() {
        return records;
    }

    Listings listings() {
        return ledger.listings();
    }

    Ledger ledger() {
        return ledger;
    }

    long time() {
        return time;
    }

    long lastAuction() {
        return auctions;
    }

    List<BatchRecord> batches() {
        return batches;
    }

    Offer offer(Trader owner) {
        return new Offer(this, owner);
    }

    private void post(Topic topic, byte[] key, byte[] value) {
        records.add(new Posted(topic, key, value));
        offsets.merge(topic, 1L, Long::sum);
    }

    private long next(Topic topic) {
        return offsets.getOrDefault(topic, 0L);
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    // The log

    ClearedRecord send(Command command) {
        byte[] record = command.encode();
        long offset = commands++;
        var cleared = switch (ledger.apply(command, record)) {
            case StepResult.Applied applied -> {
                if (command instanceof QueueCommand) {
                    queued++;
                }
                var placed = assembler.add(offset, command, record, applied);
                placed.closed().ifPresent(batch -> {
                    batches.add(batch);
                    post(Topic.BATCHES, new byte[0], batch.encode());
                });
                yield applied(offset, command, record, applied, placed);
            }
            case StepResult.Refused refused ->
                new ClearedRecord.Refused(
                        offset,
                        Keccak256.hash(record),
                        command.kind(),
                        refused.reason().code(),
                        refused.detail(),
                        time,
                        Blob.of(record));
        };
        post(Topic.CLEARED, new byte[0], cleared.encode());
        return cleared;
    }

    private ClearedRecord applied(
            long offset, Command command, byte[] record, StepResult.Applied applied, BatchAssembler.Placed placed) {
        var global = ledger.global();
        if (command instanceof PriceCommand price) {
            return new ClearedRecord.PriceTick(
                    offset, price.time(), price.sequence(), global.priceHash(), applied.root(), Blob.of(record));
        }
        return new ClearedRecord.Applied(
                offset,
                Keccak256.hash(record),
                command.kind(),
                placed.batch(),
                placed.step(),
                applied.root(),
                global.time(),
                applied.touched().stream()
                        .map(touched -> new ClearedRecord.AccountAfter(
                                touched.index(),
                                Blob.of(touched.after().encode()),
                                new ClearedRecord.MarginReceipt(
                                        touched.marginBefore().netInitial(),
                                        touched.marginBefore().netMaintenance(),
                                        touched.marginAfter().netInitial(),
                                        touched.marginAfter().netMaintenance(),
                                        touched.marginAfter().value(),
                                        global.priceHash(),
                                        global.paramsHash())))
                        .toList(),
                Blob.of(record));
    }

    Scene list(String name) {
        send(new ListAsset(queued, ledger.listings().size(), asset(name), name));
        return this;
    }

    Scene deposit(Trader owner, String... amounts) {
        for (var amount : amounts) {
            var words = amount.split(" ");
            int place = places.computeIfAbsent(owner, o -> places.size() + 1);
            send(new Deposit(
                    queued, place, owner.address(), 0, asset(words[1]), Fixed8.parse(words[0]), owner.address()));
        }
        return this;
    }

    Scene register(Trader owner, Trader key, int scope, long expiry) {
        send(new RegisterKey(queued, keys++, owner.address(), 0, key.address(), scope, expiry));
        return this;
    }

    /** One second passes, and a price says so. */
    Scene tick() {
        return tick(1);
    }

    Scene tick(long seconds) {
        time += seconds;
        var day = asset("ETH-25DEC26-3200-C").expiryDay();
        var content = new PriceContent(
                Fixed8.ONE,
                List.of(new PriceContent.Underlying(
                        1,
                        spot,
                        Fixed8.ONE,
                        0,
                        spot,
                        List.of(new PriceContent.Expiry(day, spot, Fixed8.parse("0.1"), 0, 0, 0, 0)))),
                List.of(
                        new PriceContent.Mark(asset("ETH"), spot),
                        new PriceContent.Mark(asset("ETH-PERP"), spot),
                        new PriceContent.Mark(asset("ETH-25DEC26-3200-C"), Fixed8.parse("85"))));
        var root = content.marksRoot(ledger.global().paramsHash());
        long sequence = ledger.global().priceSequence() + 1;
        var digest = Eip712.digest(DOMAIN, new Price(time, sequence, content.hash(), root));
        var cleared = send(new PriceCommand(
                time, sequence, root, List.of(FEEDER.signer().sign(digest)), Blob.of(content.encode())));
        assertThat(cleared).isInstanceOf(ClearedRecord.PriceTick.class);
        return this;
    }

    ClearedRecord cancel(Trader owner, int kind, long nonce) {
        var cancel = new Cancel(owner.address(), 0, kind, nonce, time + 3600);
        return send(new CancelCommand(cancel, owner.signer().sign(Eip712.digest(DOMAIN, cancel))));
    }

    WithdrawCommand withdraw(Trader owner, String amount, long nonce) {
        var words = amount.split(" ");
        var withdraw = new Withdraw(
                owner.address(), 0, asset(words[1]), Fixed8.parse(words[0]), owner.address(), time + 3600, nonce);
        return new WithdrawCommand(withdraw, owner.signer().sign(Eip712.digest(DOMAIN, withdraw, listings())));
    }

    // The market

    Scene post(SignedIntent intent) {
        post(Topic.INTENTS, intent.intent().owner().bytes(), intent.encode());
        return this;
    }

    Bytes32 id(SignedIntent intent) {
        return Eip712.digest(DOMAIN, intent.intent(), listings());
    }

    static Part all(SignedIntent intent) {
        return part(intent, intent.intent().parts());
    }

    static Part part(SignedIntent intent, long parts) {
        var i = intent.intent();
        return new Part(intent, parts, Fixed8.mulDivCeil(i.cash(), parts, i.parts()), 0);
    }

    /** An auction of the intents in which the solver makes one bid for the parts given, which wins if it can be cleared. */
    ClearedRecord auction(List<SignedIntent> intents, Part... parts) {
        long auction = ++auctions;
        var seed = Keccak256.hash(key(auction));
        long now = time * 1000;
        post(
                Topic.AUCTIONS,
                key(auction),
                new AuctionRecord.Opened(
                                auction,
                                now,
                                now + 75,
                                now + 100,
                                commands,
                                Keccak256.hash(seed.bytes()),
                                0,
                                intents.stream()
                                        .map(i -> new AuctionRecord.OpenIntent(
                                                i.intent().parts(), i))
                                        .toList())
                        .encode());
        var bid = new Bid(
                SOLVER.address(),
                0,
                auction,
                List.of(parts).stream()
                        .map(p -> new Fill(id(p.intent()), p.parts(), p.cash(), p.fee()))
                        .toList(),
                0,
                Bytes32.ZERO,
                time + 60,
                seed);
        var bidId = Eip712.digest(DOMAIN, bid);
        var signedBid = new SignedBid(bid, SOLVER.signer().sign(bidId));
        var commitment = new Commitment(SOLVER.address(), 0, auction, bidId, Fixed8.parse("1000"));
        long committedAt = next(Topic.COMMITMENTS);
        post(
                Topic.COMMITMENTS,
                key(auction),
                new CommitmentRecord.Committed(new SignedCommitment(
                                commitment, SOLVER.signer().sign(Eip712.digest(DOMAIN, commitment))))
                        .encode());
        post(Topic.COMMITMENTS, key(auction), new CommitmentRecord.CommitClosed(auction).encode());
        post(
                Topic.SCREENED_BIDS,
                key(auction),
                new ScreeningRecord.Hold(
                                auction, bidId, SOLVER.address(), 0, commitment.cap(), 0, "", commands, committedAt)
                        .encode());
        long revealedAt = next(Topic.BIDS);
        post(Topic.BIDS, key(auction), new BidRecord.Revealed(signedBid).encode());
        post(Topic.BIDS, key(auction), new BidRecord.RevealClosed(auction).encode());
        post(
                Topic.SCREENED_BIDS,
                key(auction),
                new ScreeningRecord.Verdict(
                                auction, bidId, SOLVER.address(), 0, 0, "", 7, 100, 90, commands, revealedAt, signedBid)
                        .encode());
        post(Topic.SCREENED_BIDS, key(auction), new ScreeningRecord.ScreeningClosed(auction, 1).encode());
        post(
                Topic.AUCTIONS,
                key(auction),
                new AuctionRecord.Closed(
                                auction,
                                seed,
                                Keccak256.hash(seed, bidId),
                                next(Topic.COMMITMENTS),
                                next(Topic.BIDS),
                                List.of(new AuctionRecord.Award(bidId, SOLVER.address(), 0, 7, 0)),
                                intents.stream()
                                        .filter(i -> List.of(parts).stream()
                                                .noneMatch(p -> p.intent().equals(i)))
                                        .map(i -> new AuctionRecord.Unfilled(id(i), 310, "no bid named it"))
                                        .toList(),
                                "greedy",
                                7,
                                7)
                        .encode());
        return send(new TradeCommand(
                auction,
                Keccak256.hash(seed, bidId),
                signedBid,
                List.of(parts).stream().map(Part::intent).toList()));
    }

    /** Closes the batch with a price, and the relayer takes it to the chain. */
    BatchRecord settle() {
        tick();
        var batch = batches.getLast();
        for (var status : List.of(
                SettlementRecord.Status.SUBMITTED, SettlementRecord.Status.VERIFIED, SettlementRecord.Status.FINAL)) {
            post(
                    Topic.SETTLEMENTS,
                    key(batch.sequence()),
                    new SettlementRecord(
                                    batch.sequence(),
                                    status,
                                    Keccak256.hash(key(batch.sequence())),
                                    status == SettlementRecord.Status.SUBMITTED ? 0 : 40 + batch.sequence(),
                                    1_000_000,
                                    1_000_000_000,
                                    0,
                                    0,
                                    "",
                                    time * 1000)
                            .encode());
        }
        return batch;
    }

    /** The auction turns an intent away. */
    Scene turnAway(SignedIntent intent, Reason reason, String detail) {
        post(
                Topic.DEAD_LETTERS,
                Topic.INTENTS.topicName().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                new DeadLetter(
                                Topic.INTENTS.topicName(),
                                0,
                                0,
                                reason.code(),
                                detail,
                                time * 1000,
                                Blob.EMPTY,
                                Blob.of(intent.encode()))
                        .encode());
        return this;
    }

    /** An auction without a bid gives up an intent, or keeps it. */
    Scene unfilled(SignedIntent intent, Reason reason) {
        long auction = ++auctions;
        post(
                Topic.AUCTIONS,
                key(auction),
                new AuctionRecord.Closed(
                                auction,
                                Bytes32.ZERO,
                                Bytes32.ZERO,
                                next(Topic.COMMITMENTS),
                                next(Topic.BIDS),
                                List.of(),
                                List.of(new AuctionRecord.Unfilled(id(intent), reason.code(), "so it is")),
                                "greedy",
                                0,
                                0)
                        .encode());
        return this;
    }

    /** A record that is none. */
    Scene garbage(Topic topic, byte[] value) {
        post(topic, new byte[0], value);
        return this;
    }
}
