package io.parley.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.Account;
import io.parley.clearing.NonceLanes;
import io.parley.contracts.chain.Chain;
import io.parley.devnet.Anvil;
import io.parley.node.differential.Scene.Holder;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.Conditions;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.Leg;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.Signature;
import io.parley.protocol.Withdraw;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of every limit, in the ledger and in the contracts: each says the code, and the other says the same. */
class BoundaryTest {

    private static final int APPLIED = 0;
    private static final long LATER = Scene.START + 100_000;
    private static final long UNITS = 1L << 62;

    private static Anvil anvil;
    private static Differential differential;

    private Scene scene;
    private Tally tally;
    private Holder alice;
    private Holder bob;
    private Holder solver;

    @BeforeAll
    static void start(@TempDir Path folder) {
        anvil = Anvil.start(folder.resolve("anvil"));
        differential = new Differential(new Chain(URI.create(anvil.rpcUrl())));
    }

    @AfterAll
    static void stop() {
        anvil.close();
    }

    @BeforeEach
    void open() {
        scene = new Scene(differential.domain());
        tally = new Tally();
        alice = scene.holders.get(0);
        bob = scene.holders.get(2);
        solver = scene.holders.get(4);
        applied(scene.list(Scene.USD));
        for (var asset : scene.quotes.keySet()) {
            if (!asset.equals(scene.options.getLast())) {
                applied(scene.list(asset));
            }
        }
        applied(scene.feederSet(scene.goodFeeders()));
        applied(scene.parameters(scene.goodParameters()));
        for (var holder : List.of(alice, bob, solver)) {
            applied(scene.deposit(holder, Scene.USD, 1_000_000 * Fixed8.ONE));
        }
        applied(scene.price(Scene.START));
    }

    private int code(byte[] record) {
        var verdict = differential.run(tally, scene.ledger, new StepSource.Drawn("boundary", record));
        assertThat(tally.shown()).isEmpty();
        return verdict.code();
    }

    private void applied(byte[] record) {
        assertThat(code(record)).isEqualTo(APPLIED);
    }

    private void refused(int code, byte[] record) {
        assertThat(code(record)).isEqualTo(code);
    }

    private Deal deal() {
        return new Deal(scene, solver);
    }

    /** One part of one perp at its price. */
    private Deal.Part perp(Deal deal, Holder owner) {
        var part = deal.fills(owner).leg(Scene.ETH_PERP, Fixed8.ONE);
        part.cash = -3_000 * Fixed8.ONE;
        part.maxFee = Fixed8.ONE;
        return part;
    }

    private Account of(Holder holder) {
        return scene.of(holder).orElseThrow();
    }

    private byte[] withdraw(Holder from, AssetId asset, long amount, long until, PrivateKeySigner signer) {
        long nonce = of(from).nonces().next(0);
        return scene.withdraw(
                new Withdraw(from.owner(), from.account(), asset, amount, from.owner(), until, nonce), signer);
    }

    private byte[] withdraw(Holder from, AssetId asset, long amount) {
        return withdraw(from, asset, amount, LATER, from.signer());
    }

    private byte[] cancel(Holder owner, int kind, long nonce) {
        return scene.cancel(new Cancel(owner.owner(), owner.account(), kind, nonce, LATER), owner.signer());
    }

    @Test
    void cashLimit_exactlyAndByOne() {
        var deal = deal();
        var part = perp(deal, alice);
        part.cash = -10_000_000_001L;
        part.legs = List.of(new Leg(Scene.ETH_PERP, 3_000_000));
        part.parts = 3;
        part.filled = 2;
        // -6,666,666,667.33 is rounded up, for the owner.
        part.filledCash = -6_666_666_668L;
        refused(305, deal.record());
        part.filledCash = -6_666_666_667L;
        applied(deal.record());
    }

    @Test
    void feeLimit_exactlyAndByOne() {
        var deal = deal();
        var part = perp(deal, alice);
        part.maxFee = 100;
        part.legs = List.of(new Leg(Scene.ETH_PERP, 3_000_000));
        part.cash = -9_000_000_000L;
        part.parts = 3;
        part.filled = 2;
        part.fee = 67;
        refused(306, deal.record());
        part.fee = 66;
        applied(deal.record());
    }

    @Test
    void marginOfAWithdrawal_exactlyZeroAndOneBelow() {
        var deal = deal();
        var part = deal.fills(alice).leg(Scene.ETH_PERP, -Fixed8.ONE);
        part.cash = 3_000 * Fixed8.ONE;
        applied(deal.record());
        long room = scene.ledger.margin(of(alice)).netInitial();
        refused(401, withdraw(alice, Scene.USD, room + 1));
        applied(withdraw(alice, Scene.USD, room));
        assertThat(scene.ledger.margin(of(alice)).netInitial()).isZero();
    }

    @Test
    void marginOfATrade_exactlyZeroAndOneBelow() {
        var deal = deal();
        perp(deal, alice);
        applied(deal.record());
        deal = deal();
        perp(deal, alice);
        // After the second perp twice as much is required.
        long margin = 2 * (3_000 * Fixed8.ONE / 10);
        long value = scene.ledger.margin(of(solver)).value();
        deal.pays = value - margin + 1;
        refused(401, deal.record());
        deal.pays = value - margin;
        applied(deal.record());
        assertThat(scene.ledger.margin(of(solver)).netInitial()).isZero();
    }

    @Test
    void cashDebt_exactlyZeroAndOneBelow() {
        applied(scene.deposit(solver, Scene.ETH, 1_000 * Fixed8.ONE));
        var deal = deal();
        perp(deal, alice);
        applied(deal.record());
        deal = deal();
        perp(deal, alice).nonce = 9;
        long room = scene.ledger.margin(of(solver)).cashAndDerivatives();
        deal.pays = room + 1;
        refused(408, deal.record());
        deal.pays = room;
        applied(deal.record());
    }

    @Test
    void balance_exactlyAndByOne() {
        refused(402, withdraw(alice, Scene.USD, of(alice).cash() + 1));
        refused(402, withdraw(alice, Scene.ETH_PERP, 1));
        refused(105, withdraw(alice, Scene.USD, 0));
        refused(113, withdraw(alice, scene.options.getLast(), 1));
        applied(withdraw(alice, Scene.USD, of(alice).cash()));
        refused(402, withdraw(alice, Scene.USD, 1));
    }

    @Test
    void spot_toZeroAndBelow() {
        applied(scene.deposit(alice, Scene.ETH, Fixed8.ONE));
        var deal = deal();
        var part = deal.fills(alice).leg(Scene.ETH, -Fixed8.ONE - 1);
        part.cash = 3_000 * Fixed8.ONE;
        refused(407, deal.record());
        part.legs = List.of(new Leg(Scene.ETH, -Fixed8.ONE));
        applied(deal.record());
        assertThat(of(alice).positions()).isEmpty();
    }

    @Test
    void nonceWindow_inEveryLane() {
        for (int lane = 0; lane < NonceLanes.LANES; lane++) {
            refused(202, cancel(alice, Cancel.ONE, NonceLanes.nonce(lane, 64)));
            refused(202, cancel(alice, Cancel.ONE, NonceLanes.nonce(lane, UNITS - 1)));
            for (int number = 1; number < 64; number += 21) {
                applied(cancel(alice, Cancel.ONE, NonceLanes.nonce(lane, number)));
                refused(202, cancel(alice, Cancel.ONE, NonceLanes.nonce(lane, number)));
            }
            refused(202, cancel(alice, Cancel.BELOW, NonceLanes.nonce(lane, 0)));
            applied(cancel(alice, Cancel.BELOW, NonceLanes.nonce(lane, 1)));
            applied(cancel(alice, Cancel.BELOW, NonceLanes.nonce(lane, 63)));
            refused(202, cancel(alice, Cancel.ONE, NonceLanes.nonce(lane, 62)));
        }
        applied(cancel(alice, Cancel.ALL, of(alice).nonces().next(2)));
        applied(cancel(alice, Cancel.BELOW, NonceLanes.nonce(3, UNITS - 1)));
        refused(202, cancel(alice, Cancel.BELOW, NonceLanes.nonce(3, UNITS - 1)));
        applied(cancel(alice, Cancel.ONE, NonceLanes.nonce(3, UNITS - 1)));
        refused(202, cancel(alice, Cancel.ONE, NonceLanes.nonce(3, UNITS - 1)));
        refused(114, cancel(alice, 3, 40));
        refused(114, cancel(alice, 255, 40));
    }

    @Test
    void nonceWindow_full() {
        for (int number = 63; number > 0; number--) {
            applied(cancel(alice, Cancel.ONE, number));
        }
        applied(cancel(alice, Cancel.ONE, 0));
        assertThat(of(alice).nonces().base(0)).isEqualTo(64);
    }

    @Test
    void sameNonceTwiceInATrade_isUsed() {
        var deal = deal();
        perp(deal, alice).nonce = 5;
        var second = perp(deal, alice);
        second.nonce = 5;
        second.maxFee = 2;
        refused(202, deal.record());
        second.nonce = 6;
        applied(deal.record());
    }

    @Test
    void partials_theSixteenthAndTheNext() {
        for (int i = 0; i < 16; i++) {
            applied(partly(40 + i).record());
        }
        refused(406, partly(56).record());
        applied(cancel(alice, Cancel.ONE, 43));
        applied(partly(56).record());
        // An intent that stands can be filled on where no other fits.
        refused(406, partly(57).record());
        applied(partly(47).record());
        applied(cancel(alice, Cancel.BELOW, 48));
        assertThat(of(alice).partials()).hasSize(9);
        applied(cancel(alice, Cancel.ALL, 70));
        assertThat(of(alice).partials()).isEmpty();
    }

    private Deal partly(long nonce) {
        var deal = deal();
        var part = perp(deal, alice);
        part.legs = List.of(new Leg(Scene.ETH_PERP, 30));
        part.cash = -900_000;
        part.parts = 3;
        part.validUntil = LATER;
        part.nonce = nonce;
        return deal;
    }

    @Test
    void parts_atTheirBounds() {
        var deal = partly(0);
        var part = deal.parts.getFirst();
        part.minParts = 2;
        for (long filled : new long[] {0, 1, 4, 0xffff_ffffL}) {
            part.filled = filled;
            part.filledCash = 0L;
            refused(304, deal.record());
        }
        part.filled = 2;
        applied(deal.record());
        deal.auction++;
        refused(304, deal.record());
        part.filled = 1;
        applied(deal.record());
        assertThat(of(alice).partials()).isEmpty();
        deal.auction++;
        refused(202, deal.record());
    }

    @Test
    void positions_the64thAndTheNext() {
        assertThat(of(alice).positions()).isEmpty();
        applied(options(alice, solver, 0, 64).record());
        assertThat(of(alice).positions()).hasSize(64);
        refused(405, options(alice, bob, 64, 65).record());
        // Of an account that is full a deposit of one more asset goes back.
        long withdrawals = scene.ledger.global().withdrawals();
        applied(scene.deposit(alice, Scene.ETH, 5));
        assertThat(scene.ledger.global().withdrawals()).isEqualTo(withdrawals + 1);
        assertThat(of(alice).positions()).hasSize(64);
    }

    @Test
    void positionsOfAStep_256AndOneMore() {
        var more = scene.holders.subList(6, 9);
        for (var holder : more) {
            applied(scene.deposit(holder, Scene.USD, 1_000_000 * Fixed8.ONE));
        }
        applied(options(alice, solver, 0, 64).record());
        applied(options(bob, more.get(0), 0, 64).record());
        applied(options(more.get(1), more.get(2), 64, 65).record());
        applied(everyone(List.of(alice, bob, more.get(0))).record());
        refused(502, everyone(List.of(alice, bob, more.get(0), more.get(1))).record());
    }

    private Deal everyone(List<Holder> owners) {
        var deal = deal();
        for (var owner : owners) {
            // More of what is held already, so that no position closes.
            var option = scene.options.getFirst();
            var part = deal.fills(owner).leg(option, of(owner).quantity(option) < 0 ? -1 : 1);
            part.cash = -1_000;
            part.maxFee = owners.size();
        }
        return deal;
    }

    /** One unit of each of these options, in intents of up to 16 legs. */
    private Deal options(Holder owner, Holder from, int first, int end) {
        var deal = new Deal(scene, from);
        for (int at = first; at < end; at += 16) {
            var part = deal.fills(owner);
            for (int i = at; i < Math.min(at + 16, end); i++) {
                part.leg(scene.options.get(i), 1);
            }
            part.nonce = of(owner).nonces().next(0) + deal.parts.size() - 1;
            part.cash = -100_000;
        }
        return deal;
    }

    @Test
    void legsAndFills_theMostAndOneMore() {
        var deal = options(alice, solver, 0, 17);
        deal.parts.getFirst().legs.addAll(deal.parts.getLast().legs);
        deal.parts.removeLast();
        refused(106, deal.record());
        refused(502, options(alice, solver, 0, 65).record());
        for (int fills : new int[] {0, 15, 16, 17}) {
            var many = deal();
            for (int i = 0; i < fills; i++) {
                var part = perp(many, alice);
                part.nonce = i;
                part.legs = List.of(new Leg(Scene.ETH_PERP, 1));
                part.cash = -100;
            }
            assertThat(code(many.record())).isEqualTo(fills == 15 ? APPLIED : 106);
        }
    }

    @Test
    void form_eachRule() {
        bent(105, part -> part.cash = UNITS);
        bent(105, part -> part.cash = -UNITS);
        bent(105, part -> part.cash = Long.MIN_VALUE);
        bent(105, part -> part.maxFee = UNITS);
        bent(105, part -> part.legs = List.of(new Leg(Scene.ETH_PERP, UNITS)));
        bent(105, part -> part.legs = List.of(new Leg(Scene.ETH_PERP, Long.MIN_VALUE)));
        bent(106, part -> part.legs = List.of());
        bent(107, part -> part.legs = List.of(new Leg(Scene.BTC, 1), new Leg(Scene.ETH, 1)));
        bent(107, part -> part.legs = List.of(new Leg(Scene.ETH, 1), new Leg(Scene.ETH, 1)));
        bent(108, part -> part.legs = List.of(new Leg(Scene.ETH, 0)));
        bent(109, part -> part.legs = List.of(new Leg(Scene.USD, 1), new Leg(Scene.ETH, 1)));
        bent(110, part -> part.parts = 3);
        bent(111, part -> part.parts = 0);
        bent(111, part -> part.minParts = 0);
        bent(111, part -> part.minParts = 2);
        bent(112, part -> part.conditions = new Conditions(Scene.ETH, Conditions.When.BELOW, 1, 0, 0, true, true));
        bent(113, part -> part.legs = List.of(new Leg(scene.options.getLast(), 1)));
        bent(302, part -> part.named = Bytes32.ZERO);
        bent(403, part -> part.owner = new Holder(alice.signer(), 77));
        bent(303, part -> part.owner = solver);
    }

    private void bent(int code, java.util.function.Consumer<Deal.Part> bend) {
        var deal = deal();
        bend.accept(perp(deal, alice));
        refused(code, deal.record());
    }

    @Test
    void validity_atTheSecond() {
        applied(scene.price(Scene.START + 10));
        long now = scene.now();
        refused(203, withdraw(alice, Scene.USD, 1, now - 1, alice.signer()));
        applied(withdraw(alice, Scene.USD, 1, now, alice.signer()));
        bent(203, part -> part.validUntil = now - 1);
        bent(204, part -> part.validFrom = now + 1);
        var deal = deal();
        deal.validUntil = now - 1;
        perp(deal, alice);
        refused(203, deal.record());
        deal = deal();
        deal.validUntil = now;
        var part = perp(deal, alice);
        part.validFrom = now;
        part.validUntil = now;
        applied(deal.record());
        deal.auction--;
        refused(301, deal.record());
        deal.auction++;
        refused(301, deal.record());
        deal.auction++;
        deal.tradeAuction = deal.auction - 1;
        refused(114, deal.record());
    }

    @Test
    void sessionKeys_ofEachScope() {
        var key = scene.sessions.getFirst();
        for (int scope : new int[] {RegisterKey.INTENTS, RegisterKey.BIDS, RegisterKey.CANCEL, RegisterKey.WITHDRAW}) {
            applied(scene.registerKey(alice, key, scope, LATER));
            applied(scene.registerKey(solver, key, scope, LATER));
            var intent = deal();
            perp(intent, alice).signer = key;
            assertThat(code(intent.record())).isEqualTo(scope == RegisterKey.INTENTS ? APPLIED : 104);
            var bid = deal();
            bid.signer = key;
            perp(bid, alice);
            assertThat(code(bid.record())).isEqualTo(scope == RegisterKey.BIDS ? APPLIED : 104);
            var cancel =
                    new Cancel(alice.owner(), 0, Cancel.ONE, of(alice).nonces().next(1), LATER);
            assertThat(code(scene.cancel(cancel, key))).isEqualTo(scope == RegisterKey.CANCEL ? APPLIED : 104);
            assertThat(code(withdraw(alice, Scene.USD, 1, LATER, key)))
                    .isEqualTo(scope == RegisterKey.WITHDRAW ? APPLIED : 104);
        }
        refused(103, withdraw(bob, Scene.USD, 1, LATER, key));
    }

    @Test
    void sessionKey_upToItsExpiry() {
        var key = scene.sessions.getFirst();
        applied(scene.registerKey(alice, key, 15, scene.now() + 5));
        applied(scene.price(scene.now() + 5));
        applied(withdraw(alice, Scene.USD, 1, LATER, key));
        applied(scene.price(scene.now() + 1));
        refused(104, withdraw(alice, Scene.USD, 1, LATER, key));
    }

    @Test
    void signatures_malformedAndForeign() {
        byte[] record = withdraw(alice, Scene.USD, 1);
        var good = Signature.of(Arrays.copyOfRange(record, record.length - 65, record.length));
        refused(102, signed(record, StepSource.highS(good)));
        refused(102, signed(record, new Signature(good.r(), good.s(), good.v() - 27)));
        refused(102, signed(record, new Signature(good.r(), good.s(), 29)));
        refused(102, signed(record, new Signature(Bytes32.ZERO, good.s(), good.v())));
        refused(102, signed(record, new Signature(good.r(), Bytes32.ZERO, good.v())));
        refused(103, signed(record, new Signature(good.r(), good.s(), 55 - good.v())));
        refused(103, withdraw(alice, Scene.USD, 1, LATER, bob.signer()));
        applied(record);
    }

    private static byte[] signed(byte[] record, Signature signature) {
        var other = record.clone();
        System.arraycopy(signature.bytes(), 0, other, other.length - 65, 65);
        return other;
    }

    @Test
    void price_itsOrderAndQuorum() {
        long now = scene.now();
        long next = scene.ledger.global().priceSequence() + 1;
        byte[] content = scene.content().encode();
        var feeders = scene.feeders;
        refused(510, scene.price(now - 1, next, content, null, feeders));
        refused(510, scene.price(now, next - 1, content, null, feeders));
        refused(511, scene.price(now, next, content, null, List.of()));
        refused(511, scene.price(now, next, content, null, feeders.subList(0, 1)));
        refused(511, scene.price(now, next, content, null, feeders.reversed()));
        refused(511, scene.price(now, next, content, null, List.of(feeders.get(1), feeders.get(1))));
        refused(511, scene.price(now, next, content, null, List.of(feeders.get(0), scene.stranger)));
        refused(512, scene.price(now, next, content, Bytes32.ZERO, feeders));
        refused(512, scene.price(now, next, new byte[0], null, feeders));
        refused(512, scene.price(now, next, Arrays.copyOf(content, content.length - 1), null, feeders));
        refused(512, scene.price(now, next, Arrays.copyOf(content, content.length + 1), null, feeders));
        applied(scene.price(now, next, content, null, feeders));
        applied(scene.price(now, next + 7, content, null, feeders.subList(1, 3)));
    }

    @Test
    void noPrice_forWhatHasPositions() {
        var option = scene.options.getFirst();
        applied(options(alice, solver, 0, 1).record());
        scene.quotes.remove(option);
        applied(scene.price(scene.now()));
        refused(410, withdraw(alice, Scene.USD, 1));
        applied(withdraw(bob, Scene.USD, 1));
        applied(scene.parameters(new byte[0]));
        refused(410, options(bob, solver, 1, 2).record());
    }

    @Test
    void amounts_atTheEndOfTheRange() {
        for (long amount : new long[] {0, UNITS, Long.MAX_VALUE}) {
            long withdrawals = scene.ledger.global().withdrawals();
            applied(scene.deposit(alice, Scene.USD, amount));
            assertThat(scene.ledger.global().withdrawals()).isEqualTo(withdrawals + 1);
        }
        long cash = of(alice).cash();
        applied(scene.deposit(alice, Scene.USD, UNITS - 1));
        applied(scene.deposit(alice, Scene.USD, Long.MAX_VALUE - (UNITS - 1) - cash));
        assertThat(of(alice).cash()).isEqualTo(Long.MAX_VALUE);
        applied(scene.deposit(alice, Scene.USD, 1));
        assertThat(of(alice).cash()).isEqualTo(Long.MAX_VALUE);
        var deal = deal();
        var part = deal.fills(alice).leg(Scene.ETH_PERP, -1);
        part.cash = 1;
        refused(404, deal.record());
        part.cash = 0;
        part.filledCash = Long.MIN_VALUE;
        refused(305, deal.record());
        deal = deal();
        deal.pays = Long.MAX_VALUE;
        perp(deal, bob);
        refused(401, deal.record());
    }

    @Test
    void feesOfTheQueue_exactlyAndByOne() {
        var deal = deal();
        perp(deal, alice).fee = 100;
        applied(deal.record());
        applied(scene.creditFee(bob, 101));
        assertThat(scene.ledger.global().fees()).isEqualTo(100);
        applied(scene.creditFee(scene.holders.get(10), 1));
        applied(scene.creditFee(bob, 100));
        assertThat(scene.ledger.global().fees()).isZero();
    }

    /** A step that only advances the queue, on both sides. */
    private void nothing(byte[] record) {
        var accounts = scene.ledger.accountTree().root();
        applied(record);
        assertThat(scene.ledger.accountTree().root()).isEqualTo(accounts);
    }

    private void something(byte[] record) {
        var accounts = scene.ledger.accountTree().root();
        applied(record);
        assertThat(scene.ledger.accountTree().root()).isNotEqualTo(accounts);
    }

    @Test
    void forcedWithdrawal_ofTheMarginThatIsFree_andOneMore() {
        var deal = deal();
        // Short, so that there is more cash than is free.
        deal.fills(alice).leg(Scene.ETH_PERP, -Fixed8.ONE).cash = 3_000 * Fixed8.ONE;
        applied(deal.record());
        long free = scene.ledger.margin(of(alice)).netInitial();
        nothing(scene.forceWithdraw(alice, Scene.USD, free + 1));
        something(scene.forceWithdraw(alice, Scene.USD, free));
        nothing(scene.forceWithdraw(alice, Scene.USD, 1));
        nothing(scene.forceWithdraw(alice, Scene.ETH_PERP, 1));
        nothing(scene.forceWithdraw(bob, Scene.USD, 0));
        something(scene.forceWithdraw(bob, Scene.USD, Long.MAX_VALUE));
        assertThat(of(bob).cash()).isZero();
    }

    @Test
    void forcedReduction_ofWhatIsHeld_andWhatTheCounterpartyCanCarry() {
        var deal = deal();
        perp(deal, alice);
        applied(deal.record());
        nothing(scene.forceReduce(alice, Scene.ETH_PERP, 0, bob));
        nothing(scene.forceReduce(alice, Scene.ETH, Fixed8.ONE, bob));
        nothing(scene.forceReduce(bob, Scene.ETH_PERP, Fixed8.ONE, alice));
        // It takes the perp over at 2940 and needs 300 for it: 240 are enough.
        applied(scene.forceWithdraw(bob, Scene.USD, (1_000_000 - 240) * Fixed8.ONE + 1));
        nothing(scene.forceReduce(alice, Scene.ETH_PERP, Long.MAX_VALUE, bob));
        applied(scene.deposit(bob, Scene.USD, 1));
        something(scene.forceReduce(alice, Scene.ETH_PERP, Long.MAX_VALUE, bob));
        assertThat(of(alice).positions()).isEmpty();
        assertThat(scene.ledger.margin(of(bob)).netInitial()).isZero();
        refused(501, scene.forceReduce(alice, Scene.ETH_PERP, 1, alice));
        refused(403, scene.forceReduce(alice, Scene.ETH_PERP, 1, scene.holders.get(10)));
    }

    @Test
    void forcedReduction_withoutAPrice_doesNothing() {
        var option = scene.options.getFirst();
        applied(options(alice, solver, 0, 1).record());
        scene.quotes.remove(option);
        applied(scene.price(scene.now()));
        nothing(scene.forceReduce(alice, option, Long.MAX_VALUE, bob));
        applied(scene.parameters(new byte[0]));
        nothing(scene.forceReduce(alice, option, Long.MAX_VALUE, bob));
        nothing(scene.forceWithdraw(alice, Scene.USD, 1));
        something(scene.forceWithdraw(bob, Scene.USD, 1));
    }

    @Test
    void heartbeat_upToItsSecond_andItsRange() {
        refused(114, heartbeat(scene.now()));
        refused(114, heartbeat(1L << 32));
        applied(heartbeat((1L << 32) - 1));
        applied(heartbeat(scene.now() + 5));
        applied(scene.price(scene.now() + 5));
        var deal = deal();
        perp(deal, alice);
        applied(deal.record());
        applied(scene.price(scene.now() + 1));
        deal = deal();
        perp(deal, alice);
        refused(208, deal.record());
        applied(heartbeat(0));
        assertThat(of(alice).nonces().base(3)).isEqualTo(64);
        deal = deal();
        perp(deal, alice);
        applied(deal.record());
    }

    private byte[] heartbeat(long until) {
        var nonce = of(alice).nonces().next(0);
        return scene.heartbeat(new Heartbeat(alice.owner(), alice.account(), until, LATER, nonce), alice.signer());
    }

    @Test
    void mode_eachOfThem() {
        var deal = deal();
        perp(deal, alice);
        applied(deal.record());
        refused(114, mode(3));
        refused(411, mode(SetMode.PORTFOLIO));
        applied(mode(SetMode.ISOLATED));
        deal = deal();
        deal.fills(alice).leg(Scene.BTC_PERP, 1).cash = -90_000;
        refused(412, deal.record());
        applied(mode(SetMode.STANDARD));
        deal = deal();
        deal.fills(alice).leg(Scene.BTC_PERP, 1).cash = -90_000;
        applied(deal.record());
        refused(412, mode(SetMode.ISOLATED));
    }

    private byte[] mode(int mode) {
        var nonce = of(alice).nonces().next(0);
        return scene.setMode(new SetMode(alice.owner(), alice.account(), mode, LATER, nonce), alice.signer());
    }

    @Test
    void undecodable_comesFirst() {
        var deal = deal();
        deal.auction = 0;
        perp(deal, new Holder(alice.signer(), 77));
        List<byte[]> records =
                new ArrayList<>(List.of(deal.record(), cancel(alice, 9, 0), withdraw(alice, Scene.USD, 0)));
        var nobody = new Holder(scene.stranger, 3);
        records.add(scene.cancel(new Cancel(nobody.owner(), 3, 9, 0, 0), scene.stranger));
        for (var record : records) {
            refused(101, Arrays.copyOf(record, record.length + 1));
            refused(101, Arrays.copyOf(record, record.length - 1));
            for (int at : new int[] {0, 1}) {
                var other = record.clone();
                other[at] = (byte) 0xee;
                refused(101, other);
            }
        }
        refused(101, new byte[0]);
        refused(101, new byte[] {1});
    }
}
