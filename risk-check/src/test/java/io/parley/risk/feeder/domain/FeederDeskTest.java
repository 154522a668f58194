package io.parley.risk.feeder.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Eip712;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Price;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.PriceRecord;
import io.parley.risk.Market;
import io.parley.risk.Trader;
import io.parley.risk.domain.Folded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Three feeders with keys of their own, of whom two must sign; the ledger takes what they make. */
class FeederDeskTest {

    private static final long NOW = Market.START * 1_000 + 60_000;
    private static final long SEED = 42;

    /** In the order of their turns. */
    private static final List<Trader> FEEDERS =
            Arrays.asList(Trader.FEEDER_ONE, Trader.FEEDER_TWO, Trader.FEEDER_THREE).stream()
                    .sorted(Comparator.comparing(Trader::address))
                    .toList();

    private final Market market = Market.open();
    private final Deque<PriceRecord> topic = new ArrayDeque<>();
    private final List<PriceCommand> commands = new ArrayList<>();
    private final List<String> declined = new ArrayList<>();
    private long now = NOW;

    private final class Out implements FeederDesk.Outbox {
        @Override
        public void price(PriceRecord record) {
            topic.add(PriceRecord.decode(record.encode()));
        }

        @Override
        public void command(PriceCommand price) {
            commands.add(price);
        }

        @Override
        public void declined(Address feeder, PriceRecord.Proposed proposed, String why) {
            declined.add(why);
        }
    }

    private FeederDesk desk(Feeder... feeders) {
        FeederDesk desk = new FeederDesk(Market.DOMAIN, List.of(feeders), 2_000, new Out());
        market.outcomes().forEach(o -> o.cleared().ifPresent(desk::on));
        return desk;
    }

    private static Feeder feeder(int turn, long seed) {
        return new Feeder(Market.DOMAIN, FEEDERS.get(turn).signer(), new MarketModel(seed), PriceBounds.USUAL);
    }

    private void deliver(FeederDesk... desks) {
        for (PriceRecord record = topic.poll(); record != null; record = topic.poll()) {
            for (FeederDesk desk : desks) {
                desk.on(record, now);
            }
        }
    }

    /** Whose turn the next price is. */
    private int turn() {
        return (int) (market.house().ledger().global().priceSequence() % 3);
    }

    @Test
    void aQuorum_makesAPriceThatTheLedgerTakes_againAndAgain() {
        FeederDesk desk = desk(feeder(0, SEED), feeder(1, SEED), feeder(2, SEED));
        for (int i = 0; i < 10; i++) {
            now += 500;
            desk.tick(now);
            deliver(desk);
            assertThat(commands).hasSize(i + 1);
            market.send(commands.getLast());
            Folded folded = market.last();
            assertThat(folded.cleared()).get().isInstanceOf(ClearedRecord.PriceTick.class);
            desk.on(folded.cleared().orElseThrow());
        }
        assertThat(commands.getLast().time()).isEqualTo(now / 1_000);
        assertThat(commands).allSatisfy(c -> assertThat(c.signatures()).hasSize(2));
        assertThat(declined).isEmpty();
    }

    @Test
    void feedersOfDifferentProcesses_meetAtTheTopic() {
        FeederDesk one = desk(feeder(turn(), SEED));
        FeederDesk other = desk(feeder((turn() + 1) % 3, SEED));
        one.tick(now);
        other.tick(now);
        assertThat(topic).as("only one of them leads").hasSize(1);
        deliver(one, other);
        assertThat(commands).as("each has an assembler").hasSize(2);
        market.send(commands.get(0));
        assertThat(market.last().cleared()).get().isInstanceOf(ClearedRecord.PriceTick.class);
        market.send(commands.get(1));
        assertThat(market.last().cleared()).get().isInstanceOf(ClearedRecord.Refused.class);
    }

    @Test
    void belowTheQuorum_thereIsNoPrice() {
        FeederDesk desk = desk(feeder(turn(), SEED));
        desk.tick(now);
        deliver(desk);
        now += 10_000;
        desk.tick(now);
        deliver(desk);
        assertThat(commands).isEmpty();
    }

    @Test
    void aSilentLeader_isPassedOver() {
        FeederDesk desk = desk(feeder((turn() + 1) % 3, SEED), feeder((turn() + 2) % 3, SEED));
        desk.tick(now);
        assertThat(topic).isEmpty();
        desk.tick(now + 1_999);
        assertThat(topic).isEmpty();
        now += 2_000;
        desk.tick(now);
        deliver(desk);
        assertThat(commands).hasSize(1);
    }

    @Test
    void aFeederWithAnotherMarket_isNotCoSigned() {
        FeederDesk desk = desk(feeder(turn(), 666), feeder((turn() + 1) % 3, SEED), feeder((turn() + 2) % 3, SEED));
        desk.tick(now);
        deliver(desk);
        assertThat(commands).isEmpty();
        assertThat(declined).hasSize(2).allSatisfy(why -> assertThat(why).contains("spot of underlying 1 is"));
    }

    @Test
    void aLieInOneValue_isSeen() {
        FeederDesk honest = desk(feeder((turn() + 1) % 3, SEED));
        PriceContent truth =
                new MarketModel(SEED).at(now / 1_000, honest.facts().listed());
        PriceContent.Underlying eth = truth.underlyings().getFirst();
        long within = eth.perpMark() + eth.perpMark() / 2_000;
        long beyond = eth.perpMark() + eth.perpMark() / 500;
        PriceContent.Mark spot = truth.marks().getFirst();
        PriceContent.Mark perp = truth.marks().getLast();

        propose(
                honest,
                new PriceContent(
                        truth.stable(),
                        truth.underlyings(),
                        List.of(spot, new PriceContent.Mark(perp.asset(), beyond))));
        propose(honest, new PriceContent(truth.stable() - Fixed8.ONE / 50, truth.underlyings(), truth.marks()));
        propose(honest, new PriceContent(truth.stable(), truth.underlyings(), List.of(spot)));
        assertThat(declined).hasSize(3);
        assertThat(declined.get(0)).contains("mark of");
        assertThat(declined.get(1)).contains("stable is 0.98");
        assertThat(declined.get(2)).contains("prices other assets");

        propose(
                honest,
                new PriceContent(
                        truth.stable(),
                        truth.underlyings(),
                        List.of(spot, new PriceContent.Mark(perp.asset(), within))));
        assertThat(declined).hasSize(4);
        assertThat(declined.get(3)).contains("the kernel makes");

        PriceContent.Underlying near = new PriceContent.Underlying(
                eth.underlying(), eth.spot(), eth.confidence(), eth.rate(), within, eth.expiries());
        propose(
                honest,
                new PriceContent(
                        truth.stable(), List.of(near), List.of(spot, new PriceContent.Mark(perp.asset(), within))));
        assertThat(declined).as("half a tenth of a percent is tolerated").hasSize(4);
        assertThat(commands).hasSize(1);
    }

    private void propose(FeederDesk honest, PriceContent content) {
        Trader liar = FEEDERS.get(turn());
        long sequence = market.house().ledger().global().priceSequence() + 1;
        Price price = new Price(
                now / 1_000,
                sequence,
                content.hash(),
                content.marksRoot(honest.facts().paramsHash()));
        topic.add(new PriceRecord.Proposed(
                price.time(),
                sequence,
                price.marks(),
                liar.address(),
                liar.signer().sign(Eip712.digest(Market.DOMAIN, price)),
                Blob.of(content.encode())));
        deliver(honest);
    }

    @Test
    void aStranger_canNeitherProposeNorSign() {
        FeederDesk desk = desk(feeder(0, SEED), feeder(1, SEED));
        Feeder stranger = new Feeder(Market.DOMAIN, Trader.ALICE.signer(), new MarketModel(SEED), PriceBounds.USUAL);
        PriceRecord.Proposed proposed = stranger.propose(desk.facts(), now / 1_000);
        topic.add(proposed);
        deliver(desk);
        assertThat(declined).hasSize(2).allSatisfy(why -> assertThat(why).contains("not signed by a feeder"));
        assertThat(commands).isEmpty();
    }

    @Test
    void aProposersClock_mustBeNear() {
        FeederDesk desk = desk(feeder((turn() + 1) % 3, SEED));
        topic.add(feeder(turn(), SEED).propose(desk.facts(), now / 1_000 + 60));
        deliver(desk);
        assertThat(declined).singleElement().asString().contains("more than 5 s");
    }

    /** All feeders see the crash alike; what holds them is its size alone. */
    @Test
    void aCrashBeyondTheBound_isNotCoSigned_untilTheHeartbeatIsOver() {
        List<Shock> crash = List.of(new Shock(1, NOW / 1_000 + 10, 3_600, 0.7, 1));
        FeederDesk desk = desk(IntStream.range(0, 3)
                .mapToObj(turn -> new Feeder(
                        Market.DOMAIN, FEEDERS.get(turn).signer(), new MarketModel(SEED, crash), PriceBounds.USUAL))
                .toArray(Feeder[]::new));
        desk.tick(now);
        deliver(desk);
        market.send(commands.getLast());
        desk.on(market.last().cleared().orElseThrow());

        now += 20_000;
        desk.tick(now);
        deliver(desk);
        assertThat(commands).hasSize(1);
        assertThat(declined)
                .hasSize(2)
                .allSatisfy(why -> assertThat(why)
                        .contains("spot of underlying 1 jumps from")
                        .contains("more than 10.00 %"));

        now += 60_000;
        desk.tick(now);
        deliver(desk);
        assertThat(commands).as("a market that really moved goes on").hasSize(2);
    }

    @Test
    void withoutListingsOrFeeders_thereIsNoProposal() {
        FeederDesk desk = new FeederDesk(
                Market.DOMAIN, List.of(feeder(0, SEED), feeder(1, SEED), feeder(2, SEED)), 2_000, new Out());
        desk.tick(now);
        market.outcomes().stream().limit(4).forEach(o -> o.cleared().ifPresent(desk::on));
        desk.tick(now);
        assertThat(topic).isEmpty();
        assertThat(desk.facts().isReady()).isFalse();
    }
}
