package io.parley.node.differential;

import io.parley.clearing.Account;
import io.parley.clearing.HeldMargin;
import io.parley.clearing.Ledger;
import io.parley.clearing.Margin;
import io.parley.clearing.NonceLanes;
import io.parley.clearing.Screened;
import io.parley.node.differential.Scene.Holder;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Leg;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Withdraw;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Draws steps for one market: about half are as they should be, the rest are bent in one field, mostly to one side or the
 * other of a limit, or in their bytes. The same seed draws the same steps.
 */
final class StepSource {

    /** @param what how it was drawn */
    record Drawn(String what, byte[] record) {}

    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final long UNITS = 1L << 62;
    private static final long[] EXTREMES = {
        0, 1, -1, UNITS - 1, UNITS, -UNITS, 1 - UNITS, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1
    };
    private static final int REMEMBERED = 48;

    /** Accounts that baskets go to and, as many again, come from. */
    private static final int COLLECTORS = 3;

    private final Scene scene;
    private final Random random;

    /** Steps that are due before anything is drawn: a market's opening, and what mends it. */
    private final Deque<Supplier<Drawn>> due = new ArrayDeque<>();

    /** Intents that were filled in part, or tried to. */
    private final Deque<SignedIntent> standing = new ArrayDeque<>();

    StepSource(Domain domain, long seed) {
        this.scene = new Scene(domain);
        this.random = new Random(seed);
        open();
    }

    Ledger ledger() {
        return scene.ledger;
    }

    private void open() {
        later("withdraw before anything", () -> withdraw().record());
        later("price before feeders", () -> scene.price(Scene.START));
        for (var asset : List.of(Scene.USD, Scene.ETH, Scene.BTC, Scene.ETH_PERP, Scene.BTC_PERP)) {
            later("list", () -> scene.list(asset));
        }
        // The last ones stay unlisted.
        scene.options.subList(0, scene.options.size() - 2).forEach(o -> later("list", () -> scene.list(o)));
        later("feeders", () -> scene.feederSet(scene.goodFeeders()));
        later("trade before money", () -> trade().record());
        for (var holder : scene.holders) {
            long dollars = switch (random.nextInt(8)) {
                case 0 -> 0;
                case 1 -> UNITS - 1;
                case 2, 3 -> random.nextInt(20_000) * Fixed8.ONE;
                default -> 20_000_000 * Fixed8.ONE;
            };
            later("deposit", () -> scene.deposit(holder, Scene.USD, dollars));
            if (random.nextBoolean()) {
                later("deposit", () -> scene.deposit(holder, Scene.ETH, 500 * Fixed8.ONE));
            }
            if (random.nextBoolean()) {
                later("deposit", () -> scene.deposit(holder, Scene.BTC, 20 * Fixed8.ONE));
            }
        }
        later("trade before a price", () -> trade().record());
        later("price before parameters", () -> scene.price(Scene.START));
        later("trade before parameters", () -> trade().record());
        later("parameters", () -> scene.parameters(scene.goodParameters()));
        later("price", () -> scene.price(Scene.START + 1));
        for (int i = 0; i < 20; i++) {
            later("key", () -> registerKey().record());
        }
    }

    private void later(String what, Supplier<byte[]> record) {
        due.add(() -> new Drawn(what, record.get()));
    }

    /** The next step, for the ledger as it is now. */
    Drawn next() {
        if (!due.isEmpty()) {
            return due.remove().get();
        }
        mend();
        return random.nextInt(14) == 0 ? flipped(drawn()) : drawn();
    }

    /** A bad entry of the queue stays in force only for a while. */
    private void mend() {
        var global = scene.ledger.global();
        if (random.nextInt(12) == 0) {
            if (!global.feederSetHash().equals(Keccak256.hash(scene.goodFeeders()))) {
                later("feeders", () -> scene.feederSet(scene.goodFeeders()));
            }
            if (!scene.ledger.hasParameters()) {
                later("parameters", () -> scene.parameters(scene.goodParameters()));
                later("price", () -> scene.price(scene.now()));
            }
        }
    }

    private Drawn drawn() {
        if (oneIn(9)) {
            return switch (random.nextInt(6)) {
                case 0 -> forceWithdraw();
                case 1, 2 -> forceReduce();
                case 3 -> forceCancel();
                case 4 -> setMode();
                default -> heartbeat();
            };
        }
        int die = random.nextInt(100);
        if (die < 56) {
            return trade();
        }
        if (die < 66) {
            return withdraw();
        }
        if (die < 76) {
            return cancel();
        }
        if (die < 85) {
            return price();
        }
        if (die < 92) {
            return deposit();
        }
        if (die < 95) {
            return registerKey();
        }
        if (die < 97) {
            return creditFee();
        }
        if (die < 99) {
            return parameters();
        }
        return listing();
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private long extreme() {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    /** -1, 0 or 1. */
    private int edge() {
        return random.nextInt(3) - 1;
    }

    private long positive(long value) {
        return value & Long.MAX_VALUE;
    }

    // Bytes

    private Drawn flipped(Drawn from) {
        byte[] bytes = from.record().clone();
        switch (random.nextInt(6)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(70));
            case 2 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            // The first bytes hold versions, kinds, indices and counts.
            case 3 -> bytes[random.nextInt(Math.min(bytes.length, 180))] ^= (byte) (1 << random.nextInt(8));
            default -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return new Drawn("flipped " + from.what(), bytes);
    }

    // The queue

    private Drawn deposit() {
        var to = any(scene.holders);
        var asset = oneIn(3) ? any(List.copyOf(scene.quotes.keySet())) : any(List.of(Scene.USD, Scene.ETH));
        return switch (random.nextInt(8)) {
            case 0 -> new Drawn("deposit extreme", scene.deposit(to, asset, positive(extreme())));
            case 1 -> new Drawn("deposit elsewhere", scene.deposit(random.nextInt(40), to, asset, Fixed8.ONE));
            case 2 -> {
                long held = scene.of(to).map(a -> a.quantity(asset)).orElse(0L);
                yield new Drawn(
                        "deposit to the edge",
                        scene.deposit(to, asset, positive(Long.MAX_VALUE - Math.max(0, held) + edge())));
            }
            default -> new Drawn("deposit", scene.deposit(to, asset, 1 + random.nextInt(1_000_000_000)));
        };
    }

    private Drawn creditFee() {
        long fees = scene.ledger.global().fees();
        return new Drawn(
                "credit-fee", scene.creditFee(any(scene.holders), positive(oneIn(3) ? fees + edge() : fees / 7)));
    }

    private Drawn registerKey() {
        var owner = any(scene.holders);
        var key = any(scene.sessions);
        long expiry = positive(scene.now() + (oneIn(3) ? edge() : random.nextInt(5_000)));
        if (oneIn(10)) {
            return new Drawn("key elsewhere", scene.registerKey(random.nextInt(60), owner, key, 15, expiry));
        }
        return new Drawn("key", scene.registerKey(owner, key, oneIn(4) ? 15 : random.nextInt(16), expiry));
    }

    private Drawn parameters() {
        return switch (random.nextInt(5)) {
            case 0 -> {
                byte[] content = scene.goodParameters();
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                yield new Drawn("parameters bent", scene.parameters(content));
            }
            case 1 -> new Drawn("no parameters", scene.parameters(new byte[0]));
            case 2 -> {
                var some = scene.feeders.subList(0, 1 + random.nextInt(3)).stream()
                        .map(PrivateKeySigner::address)
                        .toList();
                yield new Drawn(
                        "feeders", scene.feederSet(new FeederSet(1 + random.nextInt(some.size()), some).encode()));
            }
            case 3 -> {
                byte[] content = oneIn(2) ? new byte[random.nextInt(3)] : scene.goodFeeders();
                if (content.length > 2) {
                    content[oneIn(2) ? 0 : random.nextInt(content.length)] =
                            (byte) (oneIn(2) ? 0 : random.nextInt(256));
                }
                yield new Drawn("no feeders", scene.feederSet(content));
            }
            default -> new Drawn("parameters", scene.parameters(scene.goodParameters()));
        };
    }

    private Drawn listing() {
        return new Drawn("list", scene.list(oneIn(2) ? any(scene.options) : AssetId.spot(3 + random.nextInt(4_000))));
    }

    // Prices

    private Drawn price() {
        for (var asset : List.of(Scene.ETH, Scene.BTC, Scene.ETH_PERP, Scene.BTC_PERP)) {
            long price = scene.quote(asset);
            // Odd, so that products have fractions to round.
            scene.quotes.put(
                    asset, Math.max(1, price + price / 1_000 * (random.nextInt(11) - 5) + random.nextInt(1_000)));
        }
        var option = any(scene.options);
        if (oneIn(20)) {
            scene.quotes.remove(option);
        } else {
            scene.quotes.put(option, random.nextInt(2_000) * Fixed8.ONE + random.nextInt(1_000));
        }
        if (oneIn(3)) {
            scene.options.forEach(missing -> scene.quotes.putIfAbsent(missing, 50 * Fixed8.ONE));
        }
        scene.stable = oneIn(6) ? 97_000_000 : Fixed8.ONE;
        scene.confidence = oneIn(6) ? 54_999_999 + random.nextInt(3) : Fixed8.ONE;
        // Now and then so late that intents which were filled in part have expired.
        long time = oneIn(6) ? lastSecond() : scene.now() + random.nextInt(oneIn(8) ? 4_000 : 40);
        long sequence = scene.ledger.global().priceSequence() + 1 + random.nextInt(2);
        var content = scene.content().encode();
        var quorum = scene.feeders.subList(0, 2);
        return switch (random.nextInt(14)) {
            case 0 ->
                new Drawn("price time", scene.price(positive(scene.now() + edge()), sequence, content, null, quorum));
            case 1 ->
                new Drawn(
                        "price sequence",
                        scene.price(
                                time, positive(scene.ledger.global().priceSequence() + edge()), content, null, quorum));
            case 2 ->
                new Drawn("price by one", scene.price(time, sequence, content, null, scene.feeders.subList(1, 2)));
            case 3 -> {
                List<PrivateKeySigner> signers = new ArrayList<>(scene.feeders);
                Collections.shuffle(signers, random);
                yield new Drawn("price by all, shuffled", scene.price(time, sequence, content, null, signers));
            }
            case 4 -> {
                var signer = any(scene.feeders);
                yield new Drawn(
                        "price twice by one", scene.price(time, sequence, content, null, List.of(signer, signer)));
            }
            case 5 ->
                new Drawn(
                        "price with a stranger",
                        scene.price(time, sequence, content, null, List.of(scene.feeders.get(0), scene.stranger)));
            case 6 -> new Drawn("price unsigned", scene.price(time, sequence, content, null, List.of()));
            case 7 -> new Drawn("price of other marks", scene.price(time, sequence, content, Bytes32.ZERO, quorum));
            case 8, 9 -> {
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                yield new Drawn("price content flipped", scene.price(time, sequence, content, null, quorum));
            }
            case 10 -> {
                // The fixed fields at the start: stable, count, first underlying.
                int at = random.nextInt(60);
                Arrays.fill(content, at, at + 1 + random.nextInt(8), (byte) (oneIn(2) ? 0 : 0xff));
                yield new Drawn("price content overwritten", scene.price(time, sequence, content, null, quorum));
            }
            case 11 ->
                new Drawn(
                        "price content cut",
                        scene.price(
                                time,
                                sequence,
                                Arrays.copyOf(content, random.nextInt(content.length + 4)),
                                null,
                                quorum));
            default -> new Drawn("price", scene.price(time, sequence, content, null, quorum));
        };
    }

    // What an owner does alone

    /** Most often the owner; else a session key that may do this, and now and then one that may not. */
    private PrivateKeySigner signer(Holder owner, int scope) {
        if (oneIn(40)) {
            return oneIn(3) ? scene.stranger : any(scene.sessions);
        }
        var key = any(scene.sessions);
        boolean mayDo = (scene.ledger.scopeOf(owner.owner(), owner.account(), key.address()) & scope) != 0;
        return mayDo ? key : owner.signer();
    }

    private Holder other(Holder than) {
        var holder = holder();
        return holder.equals(than) ? any(scene.holders) : holder;
    }

    private Holder holder() {
        return oneIn(200) ? new Holder(any(scene.holders).signer(), 7) : any(scene.holders);
    }

    /** Most often a free one near the window's start; else at its edges or far outside. */
    private long nonce(Holder owner) {
        int lane = oneIn(3) ? random.nextInt(NonceLanes.LANES) : 0;
        var lanes = scene.of(owner).map(Account::nonces).orElseGet(NonceLanes::fresh);
        return switch (random.nextInt(60)) {
            case 0 -> nonce(lane, lanes.base(lane) + NonceLanes.WINDOW - 1);
            case 1 -> nonce(lane, lanes.base(lane) + NonceLanes.WINDOW);
            case 2 -> nonce(lane, Math.max(0, lanes.base(lane) - 1));
            case 3 -> extreme();
            case 4, 5, 6 -> nonce(lane, lanes.base(lane) + random.nextInt(NonceLanes.WINDOW));
            case 7 -> nonce(lane, lanes.base(lane));
            default -> lanes.base(lane) >= UNITS - NonceLanes.WINDOW ? nonce(lane, UNITS - 1) : lanes.next(lane);
        };
    }

    private long until() {
        return positive(
                switch (random.nextInt(40)) {
                    case 0 -> scene.now() - 1;
                    case 1 -> scene.now();
                    case 2 -> Long.MAX_VALUE;
                    default -> scene.now() + 20 + random.nextInt(4_000);
                });
    }

    /** A lane ends, and its window may reach beyond. */
    private static long nonce(int lane, long number) {
        return NonceLanes.nonce(lane, Math.min(number, UNITS - 1));
    }

    private Drawn withdraw() {
        var owner = holder();
        var asset = switch (random.nextInt(10)) {
            case 0 -> any(scene.options);
            case 1 -> Scene.ETH_PERP;
            case 2, 3 -> Scene.ETH;
            case 4 -> Scene.BTC;
            default -> Scene.USD;
        };
        var account = scene.of(owner);
        long held = account.map(a -> a.quantity(asset)).orElse(0L);
        var margin = account.map(scene.ledger::margin).orElseGet(() -> Margin.ofCash(0));
        long amount = switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> held + edge();
            case 2 -> margin.netInitial() + edge();
            case 3 -> margin.cashAndDerivatives() + edge();
            case 4 -> extreme();
            default -> 1 + random.nextInt(1_000_000_000);
        };
        var withdraw = new Withdraw(
                owner.owner(), owner.account(), asset, positive(amount), owner.owner(), until(), nonce(owner));
        return new Drawn("withdraw", tampered(scene.withdraw(withdraw, signer(owner, RegisterKey.WITHDRAW))));
    }

    /** That of an intent which was filled in part, where there is one. */
    private long lastSecond() {
        return standing.stream()
                .mapToLong(signed -> signed.intent().validUntil())
                .filter(until -> until >= scene.now() && until < scene.now() + 4_000)
                .min()
                .orElse(scene.now());
    }

    private Drawn forceWithdraw() {
        var owner = holder();
        var asset = oneIn(8) ? any(scene.options) : any(List.of(Scene.USD, Scene.ETH, Scene.BTC, Scene.ETH_PERP));
        var account = scene.of(owner);
        long held = account.map(a -> a.quantity(asset)).orElse(0L);
        var margin = account.map(scene.ledger::margin).orElseGet(() -> Margin.ofCash(0));
        long amount = switch (random.nextInt(7)) {
            case 0 -> 0;
            case 1 -> held + edge();
            case 2 -> margin.netInitial() + edge();
            case 3 -> margin.cashAndDerivatives() + edge();
            case 4 -> extreme();
            default -> 1 + random.nextInt(1_000_000_000);
        };
        return new Drawn("forced-withdraw", scene.forceWithdraw(owner, asset, positive(amount)));
    }

    private Drawn forceReduce() {
        var owner = holder();
        var positions = scene.of(owner).map(Account::positions).orElse(List.of());
        var asset = positions.isEmpty() || oneIn(10)
                ? any(scene.options)
                : any(positions).asset();
        long held = Math.abs(scene.of(owner).map(a -> a.quantity(asset)).orElse(0L));
        long quantity = switch (random.nextInt(6)) {
            case 0 -> held + edge();
            case 1 -> extreme();
            case 2 -> random.nextInt(3);
            default -> held / (1 + random.nextInt(4));
        };
        return new Drawn("forced-reduce", scene.forceReduce(owner, asset, positive(quantity), other(owner)));
    }

    private Drawn forceCancel() {
        var owner = holder();
        int kind = oneIn(12) ? 3 : random.nextInt(3);
        var partials = scene.of(owner).map(Account::partials).orElse(List.of());
        long nonce =
                partials.isEmpty() || oneIn(2) ? nonce(owner) : any(partials).nonce();
        return new Drawn("forced-cancel", scene.forceCancel(owner, kind, nonce));
    }

    private Drawn setMode() {
        var owner = holder();
        // Back to standard as often as not, so that there is something to trade.
        int mode = oneIn(2) ? SetMode.STANDARD : random.nextInt(4);
        var setMode = new SetMode(owner.owner(), owner.account(), mode, until(), nonce(owner));
        return new Drawn("set-mode " + mode, tampered(scene.setMode(setMode, signer(owner, RegisterKey.WITHDRAW))));
    }

    private Drawn heartbeat() {
        var owner = holder();
        long until = switch (random.nextInt(8)) {
            case 0 -> scene.now() + edge();
            case 1 -> extreme();
            case 2 -> scene.now() + 1 + random.nextInt(30);
            case 4 -> scene.now() + 2_000;
            default -> 0;
        };
        var heartbeat = new Heartbeat(owner.owner(), owner.account(), positive(until), until(), nonce(owner));
        return new Drawn("heartbeat", tampered(scene.heartbeat(heartbeat, signer(owner, RegisterKey.CANCEL))));
    }

    private Drawn cancel() {
        var owner = holder();
        int kind = oneIn(12) ? 3 + random.nextInt(3) : random.nextInt(3);
        long nonce = nonce(owner);
        var partials = scene.of(owner).map(Account::partials).orElse(List.of());
        if (!partials.isEmpty() && oneIn(2)) {
            nonce = any(partials).nonce() + (kind == Cancel.BELOW ? random.nextInt(2) : 0);
        }
        var cancel = new Cancel(owner.owner(), owner.account(), kind, nonce, until());
        return new Drawn("cancel " + kind, tampered(scene.cancel(cancel, signer(owner, RegisterKey.CANCEL))));
    }

    /** Now and then with another signature at the end of the record. */
    private byte[] tampered(byte[] record) {
        if (!oneIn(12)) {
            return record;
        }
        var signature = Signature.of(Arrays.copyOfRange(record, record.length - 65, record.length));
        System.arraycopy(bent(signature).bytes(), 0, record, record.length - 65, 65);
        return record;
    }

    private Signature bent(Signature signature) {
        return switch (random.nextInt(7)) {
            case 0 -> highS(signature);
            case 1 -> new Signature(signature.r(), signature.s(), 55 - signature.v());
            case 2 -> new Signature(signature.r(), signature.s(), random.nextInt(256));
            case 3 -> new Signature(Bytes32.ZERO, signature.s(), signature.v());
            case 4 -> new Signature(signature.r(), Bytes32.ZERO, signature.v());
            case 5 -> new Signature(word(ORDER.add(BigInteger.valueOf(edge()))), signature.s(), signature.v());
            // An x with no point on the curve recovers to nobody, about every second time.
            default -> new Signature(word(BigInteger.valueOf(1 + random.nextInt(1_000))), signature.s(), signature.v());
        };
    }

    /** The same signer's other signature, which would make two records of one step. */
    static Signature highS(Signature signature) {
        var s = ORDER.subtract(new BigInteger(1, signature.s().bytes()));
        return new Signature(signature.r(), word(s), 55 - signature.v());
    }

    private static Bytes32 word(BigInteger value) {
        return Bytes32.parse("0x%064x".formatted(value));
    }

    // Trades

    private Drawn trade() {
        var what = new StringBuilder("trade");
        var deal = new Deal(scene, holder());
        deal.signer = signer(deal.solver, RegisterKey.BIDS);
        deal.validUntil = until();
        if (oneIn(15)) {
            basket(deal);
            return new Drawn("trade of a basket", deal.record());
        }
        int fills = oneIn(6) ? 1 + random.nextInt(15) : 1 + random.nextInt(3);
        for (int i = 0; i < fills; i++) {
            if (standing.isEmpty() || !oneIn(4)) {
                fresh(deal);
            } else {
                again(deal);
            }
        }
        if (oneIn(4)) {
            deal.pays = random.nextInt(10_000_000);
        }
        boolean isBent = oneIn(3);
        if (isBent) {
            what.append(" bent: ").append(bend(deal));
        }
        if (oneIn(isBent ? 20 : 6)) {
            what.append(", to the margin").append(toTheMargin(deal));
        }
        byte[] record = deal.record();
        for (var part : deal.parts) {
            if (part.standing == null && part.parts > 1) {
                standing.add(deal.sign(part));
                if (standing.size() > REMEMBERED) {
                    standing.remove();
                }
            }
        }
        if (oneIn(40)) {
            what.append(", miscounted");
            record = miscounted(record, deal);
        }
        return new Drawn(what.toString(), record);
    }

    /** Many options in small numbers, among a few accounts: these come to hold as many as an account may. */
    private void basket(Deal deal) {
        deal.solver = scene.holders.get(random.nextInt(COLLECTORS));
        deal.signer = deal.solver.signer();
        deal.auction = scene.of(deal.solver)
                .map(a -> Math.max(a.lastAuction(), a.lastAuction() + 1))
                .orElse(1L);
        int fills = 1 + random.nextInt(4);
        for (int i = 0; i < fills; i++) {
            var part = deal.fills(scene.holders.get(COLLECTORS + random.nextInt(COLLECTORS)));
            part.nonce = nonce(part.owner);
            part.maxFee = i;
            int first = random.nextInt(scene.options.size() - 18);
            int legs = 8 + random.nextInt(9);
            for (int j = 0; j < legs; j++) {
                part.leg(scene.options.get(first + j), oneIn(8) ? -1 : 1);
            }
        }
    }

    private void fresh(Deal deal) {
        var hoarder = scene.holders.get(2 * COLLECTORS);
        var owner = oneIn(60) ? deal.solver : oneIn(12) ? hoarder : other(deal.solver);
        var part = deal.fills(owner);
        part.signer = signer(owner, RegisterKey.INTENTS);
        part.validUntil = until();
        // Distinct among the fills of one owner, where they all take the next.
        part.nonce = nonce(owner);
        part.parts = oneIn(2) ? 1 : 1 + random.nextInt(6);
        part.minParts = 1 + random.nextInt((int) part.parts);
        part.filled = oneIn(3) ? part.parts : part.minParts + random.nextInt((int) (part.parts - part.minParts + 1));
        if (owner.equals(hoarder)) {
            // Never filled whole: it comes to have as many open as an account may.
            part.parts = 6;
            part.minParts = 1;
            part.filled = 1;
            part.validUntil = scene.now() + 1_000_000;
        }
        part.verifiedOnly = oneIn(8);
        int legs = oneIn(20) ? 1 + random.nextInt(16) : 1 + random.nextInt(3);
        long worth = 0;
        for (int i = 0; i < legs; i++) {
            var asset = oneIn(2)
                    ? any(scene.options.subList(0, scene.options.size() - 2))
                    : any(List.of(Scene.ETH, Scene.BTC, Scene.ETH_PERP, Scene.BTC_PERP));
            long each = 1 + random.nextInt(oneIn(3) ? 20_000_000 : 100_000);
            long quantity = (oneIn(2) ? each : -each) * part.parts;
            if (part.legs.stream().noneMatch(leg -> leg.asset().equals(asset))) {
                part.leg(asset, quantity);
                worth += worth(quantity, scene.quote(asset));
            }
        }
        part.cash = -worth + random.nextInt(2_001) - 1_000;
        part.maxFee = random.nextInt(1_000_000);
        // Where a share is not whole, one beyond the limit is what the rounding decides.
        part.filledCash = part.limit() + (oneIn(20) ? -1 : oneIn(3) ? random.nextInt(1_000) : 0);
        part.fee = oneIn(20) ? part.feeLimit() + 1 : oneIn(2) ? part.feeLimit() : 0;
    }

    /** What a quantity costs; 0 where that is more than there is. */
    private static long worth(long quantity, long price) {
        try {
            return Fixed8.mulDivFloor(quantity, price, Fixed8.ONE);
        } catch (ArithmeticException e) {
            return 0;
        }
    }

    /** Fills more of an intent that was filled in part. */
    private void again(Deal deal) {
        var signed = any(List.copyOf(standing));
        var owner = scene.holders.stream()
                .filter(h -> h.owner().equals(signed.intent().owner())
                        && h.account() == signed.intent().account())
                .findFirst()
                .orElse(scene.holders.getFirst());
        var part = new Deal.Part(owner);
        part.standing = signed;
        long done = scene.of(owner)
                .flatMap(a -> a.partial(deal.id(part)))
                .map(p -> p.partsDone())
                .orElse(0L);
        long left = Math.max(1, signed.intent().parts() - done);
        part.filled = oneIn(3) ? left : 1 + random.nextLong(left);
        part.filledCash = part.limit();
        deal.parts.add(part);
    }

    /** Bends one field. */
    private String bend(Deal deal) {
        var part = any(deal.parts);
        boolean isOld = part.standing != null;
        int die = random.nextInt(isOld ? 14 : 36);
        switch (die) {
            case 0 -> deal.auction = positive(deal.auction - 1 - random.nextInt(2));
            case 1 -> deal.tradeAuction = deal.auction ^ 1;
            case 2 -> deal.validUntil = positive(scene.now() + edge());
            case 3 -> deal.pays = positive(extreme());
            case 4 -> deal.signature = bent(deal.bid().signature());
            case 5 -> part.filledCash = part.limit() + edge();
            case 6 -> part.fee = positive(part.feeLimit() + edge());
            case 7 -> part.filledCash = extreme();
            case 8 -> part.fee = positive(extreme());
            case 9 -> part.filled = 0;
            case 10 -> part.filled = Math.min(0xffff_ffffL, part.intent().parts() + edge());
            case 11 -> part.named = Bytes32.ZERO;
            case 12 -> deal.parts.add(part);
            case 13 -> {
                deal.auction = Long.MAX_VALUE;
            }
            case 14 -> part.owner = deal.solver;
            case 15 -> part.validFrom = positive(scene.now() + edge());
            case 16 -> part.validUntil = positive(scene.now() + edge());
            case 17 -> part.nonce = deal.parts.getFirst().intent().nonce();
            case 18 -> part.cash = extreme();
            case 19 -> part.maxFee = positive(extreme());
            case 20 -> part.parts = 0;
            case 21 -> part.minParts = random.nextInt(2) * (part.parts + 1);
            case 22 -> part.parts = Math.min(0xffff_ffffL, part.parts + 1);
            case 23 -> Collections.reverse(part.legs);
            case 24 -> part.legs.add(part.legs.getLast());
            case 25 ->
                part.legs.set(
                        random.nextInt(part.legs.size()), new Leg(any(part.legs).asset(), 0));
            case 26 -> part.legs.addFirst(new Leg(Scene.USD, 1));
            case 27 -> {
                int leg = random.nextInt(part.legs.size());
                part.legs.set(leg, new Leg(part.legs.get(leg).asset(), extreme()));
            }
            case 28 -> part.leg(scene.options.getLast(), part.parts);
            case 29 -> part.legs.clear();
            case 30 -> {
                for (int i = 0; part.legs.size() < 16 + random.nextInt(2) && i < scene.options.size() - 2; i++) {
                    part.leg(scene.options.get(i), part.parts);
                }
            }
            case 31 -> part.conditions = new Conditions(Scene.ETH, Conditions.When.ABOVE, 1, 0, 0, false, false);
            case 32 -> part.signature = bent(part.signer.sign(deal.id(part)));
            case 33 -> {
                // Many legs in all, on both sides of 64.
                while (deal.parts.size() < 5) {
                    fresh(deal);
                }
                for (var other : deal.parts) {
                    for (int i = 0; other.standing == null && other.legs.size() < 13 && i < 20; i++) {
                        other.leg(any(scene.options.subList(0, 40)), other.parts);
                    }
                }
            }
            case 34 -> {
                while (deal.parts.size() < 15 + random.nextInt(3)) {
                    fresh(deal);
                }
            }
            default -> {
                // More than the account has, by one or exactly all.
                long held = scene.of(part.owner).map(a -> a.quantity(Scene.ETH)).orElse(0L);
                part.parts = part.minParts = part.filled = 1;
                part.legs.clear();
                part.leg(Scene.ETH, -held - random.nextInt(2));
                part.cash = Long.MIN_VALUE / 4;
                part.filledCash = worth(held, scene.quote(Scene.ETH));
            }
        }
        return Integer.toString(die);
    }

    /** The solver pays as much as leaves it nothing above the requirement, or one unit more. */
    private String toTheMargin(Deal deal) {
        if (!(scene.ledger.screen(deal.bid(), deal.intents(), HeldMargin.NONE) instanceof Screened.Passed passed)) {
            return " of nobody";
        }
        var after = passed.after();
        long room = Math.min(after.netInitial(), after.cashAndDerivatives());
        deal.pays = positive(deal.pays + room + random.nextInt(2));
        return "";
    }

    /** Another number of intents than of fills. */
    private byte[] miscounted(byte[] record, Deal deal) {
        int at = 42 + 114 + 52 * deal.parts.size() + 65;
        byte[] last = deal.sign(deal.parts.getLast()).encode();
        byte[] other;
        if (oneIn(2)) {
            other = Arrays.copyOf(record, record.length + last.length);
            System.arraycopy(last, 0, other, record.length, last.length);
            other[at]++;
        } else {
            other = Arrays.copyOf(record, record.length - last.length);
            other[at]--;
        }
        return other;
    }
}
