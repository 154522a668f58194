package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Market.market;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.BOB;
import static io.parley.clearing.Trader.CAROL;
import static io.parley.clearing.Trader.INSURANCE;
import static io.parley.clearing.Trader.SESSION;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.Command;
import io.parley.protocol.Deposit;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Keccak256;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.WireWriter;
import io.parley.protocol.wire.BatchRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How steps become batches, and what a batch proves. */
class BatchTest {
    private final BatchVerifier verifier = new BatchVerifier(Market.DOMAIN);

    /** One of each kind of step: registered key, partial fill, ring, withdrawal, cancel, no-op, fee credit. */
    static Market oneOfEach() {
        var market = market().spot("BTC", "60000")
                .mark("ETH-27MAR26-3200-C", "120")
                .account(ALICE, "20000 USD", "20 ETH")
                .account(BOB, "1 BTC", "500 USD")
                .account(CAROL, "80000 USD")
                .account(SOLVER, "10 ETH", "5000 USD")
                .account(INSURANCE, "9000 USD");
        market.settle();
        market.applied(market.registerKey(ALICE, SESSION, RegisterKey.INTENTS, Market.LATER));
        market.applied(bid().fills(
                        intent().by(ALICE)
                                .signedBy(SESSION)
                                .gets("4 ETH")
                                .gives("2 ETH-27MAR26-3200-C")
                                .pays("11800")
                                .maxFee("2")
                                .parts(4),
                        1,
                        "-2950",
                        "0.5")
                .pays("1"));
        market.applied(
                bid().fills(intent().by(ALICE).gives("20 ETH").gets("1 BTC").nonce(1))
                        .fills(intent().by(BOB).gives("1 BTC").takes("60000"))
                        .fills(intent().by(CAROL).gets("20 ETH").pays("60000")));
        market.applied(market.withdraw(CAROL, "100 USD", 5));
        market.applied(market.cancel(BOB, Cancel.BELOW, 9));
        market.applied(market.deposit(ALICE, 0, AssetId.cash(), 0));
        market.applied(market.creditFee(BOB, "0.5"));
        market.applied(market.forceReduce(ALICE, "1 ETH-27MAR26-3200-C"));
        market.applied(market.forceWithdraw(ALICE, "100 USD"));
        market.applied(market.forceWithdraw(ALICE, "1 BTC"));
        market.applied(market.forceCancel(ALICE, Cancel.ONE, 2));
        market.applied(market.setMode(CAROL, SetMode.ISOLATED, 6));
        market.applied(market.heartbeat(CAROL, market.now() + 5, 7));
        return market;
    }

    @Test
    void price_closesTheBatch_andIsTheFirstStepOfTheNext() {
        var market = market();
        int before = market.batches().size();
        market.account(ALICE, "100 USD");
        assertThat(market.batches()).hasSize(before);

        market.tick();

        assertThat(market.batches()).hasSize(before + 1);
        market.account(BOB, "100 USD").tick();
        var records =
                BatchData.decode(market.batches().getLast().data().bytes()).records();
        assertThat(records).hasSize(2);
        assertThat(Command.decode(records.get(0))).isInstanceOf(PriceCommand.class);
        assertThat(Command.decode(records.get(1))).isInstanceOf(Deposit.class);
    }

    @Test
    void pricesWithNothingBetween_areOneStep_andTheRootIsTheSame() {
        var often = market().account(ALICE, "100 USD").tick(1).tick(1).tick(1).account(BOB, "5 USD");
        // The same prices, but only the last of the three in a row: its sequence says that there were others.
        var once = market().account(ALICE, "100 USD");
        once.applied(often.log().stream()
                .map(entry -> Command.decode(entry.command()))
                .filter(PriceCommand.class::isInstance)
                .map(PriceCommand.class::cast)
                .reduce((first, last) -> last)
                .orElseThrow());
        once.account(BOB, "5 USD");

        assertThat(once.ledger().root()).isEqualTo(often.ledger().root());
        assertThat(once.assembler().close(once.ledger()))
                .hasValueSatisfying(batch -> assertThat(often.assembler()
                                .close(often.ledger())
                                .orElseThrow()
                                .header())
                        .isEqualTo(batch.header()));
    }

    @Test
    void place_ofAStep_isItsBatchAndItsNumberInIt() {
        var market = market().tick();
        long batch = market.lastPlaced().batch();
        assertThat(market.lastPlaced().step()).isZero();
        market.tick();
        assertThat(market.lastPlaced().batch()).as("superseded").isEqualTo(batch);
        assertThat(market.lastPlaced().step()).isZero();
        market.account(ALICE, "100 USD");
        assertThat(market.lastPlaced().step()).isEqualTo(1);
        market.tick();
        assertThat(market.lastPlaced().batch()).isEqualTo(batch + 1);
    }

    @Test
    void longBatch_isCutBeforeTheStepThatDoesNotFit() {
        var market = market();
        market.settle();
        int before = market.batches().size();
        // A deposit has 74 bytes and 4 of the table: 120,000 bytes are full after some 1,530 of them.
        while (market.batches().size() == before) {
            market.applied(market.deposit(ALICE, 0, AssetId.cash(), 1));
        }
        BatchRecord cut = market.batches().getLast();
        assertThat(cut.data().size()).isLessThanOrEqualTo(BatchAssembler.MAX_DATA);
        assertThat(cut.data().size() + 78).isGreaterThan(BatchAssembler.MAX_DATA);
        assertThat(market.lastPlaced().step()).isZero();
        assertThat(market.settle()).hasSize(before + 2);
    }

    @Test
    void stepsMarginedWithOtherParameters_beginTheNextBatch() {
        var market = market().account(ALICE, "9000 USD").account(SOLVER, "5 ETH", "9000 USD");
        market.tick();
        var offer = intent().by(ALICE).gets("0.01 ETH").pays("30");
        market.applied(bid().fills(offer.nonce(0)));
        long batch = market.lastPlaced().batch();
        market.parameters(MarginParameters.demo());
        market.applied(bid().fills(offer.nonce(1)));
        assertThat(market.lastPlaced().batch()).as("the same parameters").isEqualTo(batch);

        market.parameters(new MarginParameters(
                Fixed8.parse("0.2"),
                Fixed8.parse("0.065"),
                Fixed8.parse("0.15"),
                Fixed8.parse("0.13"),
                Fixed8.parse("0.09"),
                0,
                Fixed8.ONE,
                Fixed8.ONE,
                Fixed8.ONE,
                0,
                0,
                0,
                List.of(new MarginParameters.Base(1, Fixed8.ONE, Fixed8.ONE))));
        market.account(BOB, "5 USD");
        assertThat(market.lastPlaced().batch()).as("nothing is margined yet").isEqualTo(batch);
        market.applied(bid().fills(offer.nonce(2)));
        assertThat(market.lastPlaced().batch()).isEqualTo(batch + 1);
        assertThat(market.lastPlaced().step()).isZero();
        market.settle();
    }

    @Test
    void aTradeBeyondMargin_isRefused_inABatchThatIsValidElse() {
        var market = market().account(ALICE, "1000 USD").account(SOLVER, "9000 USD");
        market.account(CAROL, "1 USD").tick();
        market.applied(bid().fills(intent().by(ALICE).gets("3 ETH-PERP").pays("9000")));
        BatchRecord batch = market.assembler().close(market.ledger()).orElseThrow();

        // The same trade after other prices. A perp loses 3 x 50 dollars of 1000, of which 885 are required; then 3 x
        // 40.
        var reason = verdictAfter(market, batch, "2950");
        assertThat(reason).isInstanceOfSatisfying(BatchVerifier.Refused.class, refused -> {
            assertThat(refused.step()).isEqualTo(1);
            assertThat(refused.reason()).isEqualTo(Reason.MARGIN_INITIAL);
            assertThat(refused.detail()).contains("needs 885.00 USD, has 850.00 USD");
        });
        assertThat(verdictAfter(market, batch, "2970")).isInstanceOf(BatchVerifier.Verified.class);
    }

    /** What the verifier says to the batch if its price had been another one, all else made to fit by hand. */
    private BatchVerifier.Verdict verdictAfter(Market market, BatchRecord batch, String dollars) {
        PriceCommand price = market.quoted("ETH", dollars).priceInstead();
        byte[] witness = batch.witness().bytes();
        byte[] parameters = market.ledger().parameters().encode();
        Bytes32 digest = Pricing.digestOf(Market.DOMAIN, Pricing.priceOf(price));
        byte[] before = Arrays.copyOfRange(witness, 32, 453);
        BigEndian.u64(before, GlobalRecord.TIME, price.time());
        BigEndian.u64(before, GlobalRecord.PRICE_SEQUENCE, price.sequence());
        digest.write(before, GlobalRecord.PRICE_HASH);
        byte[] after = market.ledger().global().encode();
        digest.write(after, GlobalRecord.PRICE_HASH);

        byte[] trade = BatchData.decode(batch.data().bytes()).records().getLast();
        var data = new BatchData(
                List.of(price.encode(), trade),
                List.of(
                        Keccak256.hash(Bytes32.of(witness, 0), Keccak256.hash(before)),
                        Keccak256.hash(market.ledger().accountTree().root(), Keccak256.hash(after))));
        BatchHeader header = batch.header();
        var other = new BatchHeader(
                header.sequence(),
                header.parentRoot(),
                data.roots().getLast(),
                data.stepsRoot(),
                Keccak256.hash(data.encode()),
                2,
                header.queueFrom(),
                header.queueTo(),
                false);
        return verifier.verify(
                other.encode(),
                data.encode(),
                join(
                        head(witness, 453),
                        Pricing.block(Pricing.priceOf(price), parameters),
                        tail(witness, 453 + Pricing.lengthAt(witness, 453))));
    }

    @Test
    void aPricingThatNoStepNeeds_isRefused() {
        var market = market().account(ALICE, "100 USD");
        BatchRecord batch = market.settle().getLast();
        byte[] witness = batch.witness().bytes();
        byte[] price = Pricing.priceOf(market.priceInstead());
        byte[] more = join(head(witness, 453), Pricing.block(price, new byte[0]), tail(witness, 459));
        assertThat(verifier.verify(batch.header().encode(), batch.data().bytes(), more))
                .isInstanceOfSatisfying(
                        BatchVerifier.Refused.class,
                        refused -> assertThat(refused.detail()).contains("pricing that no step needs"));
    }

    @Test
    void header_saysWhereTheQueueStood() {
        var market = oneOfEach();
        long from = market.batches().getLast().header().queueTo();
        BatchHeader header = market.settle().getLast().header();
        assertThat(header.queueFrom()).isEqualTo(from);
        assertThat(header.queueTo()).isEqualTo(from + 7);
        assertThat(header.sequence()).isEqualTo(market.batches().size());
        assertThat(market.batches().getLast().feesTotalAfter()
                        - market.batches().getLast().feesTotalBefore())
                .isEqualTo(50_000_000);
    }

    @Test
    void witnessOfAStep_endsWhereTheRecordSays() {
        BatchRecord batch = oneOfEach().settle().getLast();
        List<Integer> ends = batch.stepWitnessEnd();
        assertThat(ends).hasSize(batch.header().steps()).isSorted();
        assertThat(ends.getLast()).isEqualTo(batch.witness().size());
    }

    @Test
    void witnessOfSomeSteps_beginsWithTheStateBeforeThem() {
        var market = oneOfEach();
        BatchRecord batch = market.settle().getLast();
        int steps = batch.header().steps();
        assertThat(verifier.witness(batch, 0, steps)).isEqualTo(batch.witness().bytes());

        var ledger = Ledger.genesis(Market.DOMAIN);
        var log = market.log().iterator();
        for (int step = 0; step < steps; step++) {
            byte[] part = verifier.witness(batch, step, step + 1);
            while (!ledger.root().equals(rootOf(part))) {
                ledger.apply(Command.decode(log.next().command()));
            }
            int length = batch.stepWitnessEnd().get(step) - beginOf(batch, step);
            assertThat(part).hasSize(453 + Pricing.lengthAt(part, 453) + length);
        }
        assertThatThrownBy(() -> verifier.witness(batch, 2, 2)).hasMessageContaining("2 to 2 are none of them");
        assertThatThrownBy(() -> verifier.witness(batch, 0, steps + 1)).hasMessageContaining("are none of them");
    }

    /** The state root of the accounts root and the global record at the front of a witness. */
    private static Bytes32 rootOf(byte[] witness) {
        return Keccak256.hash(Bytes32.of(witness, 0), Keccak256.hash(witness, 32, GlobalRecord.LENGTH));
    }

    @Test
    void aFlippedBit_anywhere_isRefused() {
        BatchRecord batch = oneOfEach().settle().getLast();
        byte[] header = batch.header().encode();
        byte[] data = batch.data().bytes();
        byte[] witness = batch.witness().bytes();
        assertThat(verifier.verify(header, data, witness)).isInstanceOf(BatchVerifier.Verified.class);

        List<String> accepted = new ArrayList<>();
        // The batch's number is the only byte of the header that nothing in the batch implies: its chain knows it.
        for (int i = 9; i < header.length; i++) {
            check(accepted, "header", i, flipped(header, i), data, witness);
        }
        for (int i = 0; i < data.length; i++) {
            check(accepted, "data", i, header, flipped(data, i), witness);
        }
        for (int i = 0; i < witness.length; i++) {
            check(accepted, "witness", i, header, data, flipped(witness, i));
        }
        assertThat(accepted).isEmpty();

        for (int i = 0; i < 9; i++) {
            int at = i;
            byte[] other = flipped(header, i);
            assertThat(i == 0 || refusesRecord(batch, other))
                    .as("header byte %d", at)
                    .isTrue();
        }
    }

    private boolean refusesRecord(BatchRecord batch, byte[] header) {
        BatchHeader other = BatchHeader.decode(header);
        return verifier.verify(new BatchRecord(
                        batch.sequence(),
                        batch.firstOffset(),
                        batch.lastOffset(),
                        batch.feesTotalBefore(),
                        batch.feesTotalAfter(),
                        other,
                        batch.data(),
                        batch.witness(),
                        batch.stepWitnessEnd(),
                        batch.withdrawals(),
                        batch.commandIds()))
                instanceof BatchVerifier.Refused;
    }

    /** The data's hash would refuse any change of it; so the header is made to fit, to see what the steps say. */
    private void check(List<String> accepted, String part, int at, byte[] header, byte[] data, byte[] witness) {
        byte[] fitting = header;
        if (part.equals("data")) {
            BatchHeader h = BatchHeader.decode(header);
            fitting = new BatchHeader(
                            h.sequence(),
                            h.parentRoot(),
                            h.root(),
                            h.stepsRoot(),
                            Blob.of(data).hash(),
                            h.steps(),
                            h.queueFrom(),
                            h.queueTo(),
                            h.verifiedOnly())
                    .encode();
        }
        if (verifier.verify(fitting, data, witness) instanceof BatchVerifier.Verified) {
            accepted.add(part + " " + at);
        }
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] other = bytes.clone();
        other[at] ^= (byte) (1 << at % 8);
        return other;
    }

    @Test
    void aByteMore_orLess_isRefused() {
        BatchRecord batch = oneOfEach().settle().getLast();
        byte[] header = batch.header().encode();
        byte[] data = batch.data().bytes();
        byte[] witness = batch.witness().bytes();
        for (int change : new int[] {-1, 1}) {
            assertThat(verifier.verify(header, data, Arrays.copyOf(witness, witness.length + change)))
                    .isInstanceOf(BatchVerifier.Refused.class);
            assertThat(verifier.verify(header, Arrays.copyOf(data, data.length + change), witness))
                    .isInstanceOf(BatchVerifier.Refused.class);
            assertThat(verifier.verify(Arrays.copyOf(header, header.length + change), data, witness))
                    .isInstanceOf(BatchVerifier.Refused.class);
        }
    }

    @Test
    void whatAStepDoesNotNeed_isRefused_trueAsItIs() {
        var market = market().spot("BTC", "60000")
                .account(ALICE, "90000 USD")
                .account(SOLVER, "5 ETH", "1 BTC")
                .account(CAROL, "1 USD");
        market.applied(market.registerKey(ALICE, SESSION, RegisterKey.INTENTS, Market.LATER));
        market.settle();
        var offer = intent().by(ALICE).gets("0.01 ETH").pays("30");
        market.applied(bid().fills(offer.nonce(0)));
        market.applied(market.cancel(CAROL, Cancel.ONE, 0));
        market.applied(bid().fills(intent().by(ALICE)
                .signedBy(SESSION)
                .gets("0.01 ETH")
                .nonce(1)
                .pays("30")));
        market.applied(bid().fills(offer.gets("0.01 BTC").pays("630").nonce(2)));
        BatchRecord batch = market.settle().getLast();
        byte[] trade = stepWitness(batch, 1);
        byte[] cancel = stepWitness(batch, 2);
        byte[] byKey = stepWitness(batch, 3);
        byte[] twoLegs = stepWitness(batch, 4);

        // The only key has index 0 and no siblings: 18 bytes. Here the owner signs herself.
        byte[] key = Arrays.copyOfRange(byKey, byKey.length - 18, byKey.length);
        key[0] = 0;
        refused(batch, 2, join(head(cancel, cancel.length - 1), new byte[] {1}, key), "each key has signed");

        // Carol is proven in the tree after the trade, and ascends behind the two who trade.
        byte[] carol = head(cancel, cancel.length - 1);
        int accounts = trade.length - 1 - listings(market, "ETH") - 2;
        refused(
                batch,
                1,
                join(new byte[] {3}, Arrays.copyOfRange(trade, 1, accounts), carol, tail(trade, accounts)),
                "each account has a part in the trade");

        // Both are listed; one is traded.
        refused(
                batch,
                1,
                join(
                        head(trade, trade.length - 1 - listings(market, "ETH")),
                        tail(twoLegs, twoLegs.length - 1 - listings(market, "ETH", "BTC"))),
                "the listings are those of the legs");
        // And the other way round: one is missing.
        refused(
                batch,
                4,
                join(
                        head(twoLegs, twoLegs.length - 1 - listings(market, "ETH", "BTC")),
                        tail(trade, trade.length - 1 - listings(market, "ETH"))),
                "legs[1].asset");
    }

    private static byte[] stepWitness(BatchRecord batch, int step) {
        int from = beginOf(batch, step);
        return Arrays.copyOfRange(
                batch.witness().bytes(), from, batch.stepWitnessEnd().get(step));
    }

    private static int beginOf(BatchRecord batch, int step) {
        return step == 0
                ? 453 + Pricing.lengthAt(batch.witness().bytes(), 453)
                : batch.stepWitnessEnd().get(step - 1);
    }

    /** The length of {@code u8 nListings | listings}. */
    private static int listings(Market market, String... names) {
        int length = 1;
        for (String name : names) {
            int index = market.ledger()
                    .listings()
                    .listing(Market.asset(name))
                    .orElseThrow()
                    .index();
            length += 46;
            for (int level = 0; level < 16; level++) {
                length += (index >> level ^ 1) << level
                                < market.ledger().listings().size()
                        ? 32
                        : 0;
            }
        }
        return length;
    }

    private static byte[] head(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] join(byte[]... parts) {
        WireWriter out = new WireWriter();
        for (byte[] part : parts) {
            out.raw(part);
        }
        return out.toBytes();
    }

    /** The step is refused with this witness, and everything else as it was. */
    private void refused(BatchRecord batch, int step, byte[] stepWitness, String detail) {
        byte[] all = batch.witness().bytes();
        int from = beginOf(batch, step);
        byte[] witness = join(
                head(all, from), stepWitness, tail(all, batch.stepWitnessEnd().get(step)));
        assertThat(verifier.verify(batch.header().encode(), batch.data().bytes(), witness))
                .isInstanceOfSatisfying(BatchVerifier.Refused.class, refused -> {
                    assertThat(refused.step()).isEqualTo(step);
                    assertThat(refused.detail()).contains(detail);
                });
    }

    @Test
    void aRefusal_saysWhichStepAndWhy() {
        BatchRecord batch = oneOfEach().settle().getLast();
        byte[] witness = batch.witness().bytes();
        // The last byte of the third step's proofs.
        witness[batch.stepWitnessEnd().get(2) - 1] ^= 1;

        var verdict = verifier.verify(batch.header().encode(), batch.data().bytes(), witness);

        assertThat(verdict).isInstanceOfSatisfying(BatchVerifier.Refused.class, refused -> {
            assertThat(refused.step()).isEqualTo(2);
            assertThat(refused.reason()).isEqualTo(Reason.ROOT_MISMATCH);
        });
    }
}
