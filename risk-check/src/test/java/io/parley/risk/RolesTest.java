package io.parley.risk;

import static io.parley.risk.Trader.ALICE;
import static io.parley.risk.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.protocol.Fixed8;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import io.parley.risk.infra.kafka.Broker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both roles in one application, at their channels: feeders price, commitments are held, bids screened, trades cleared. */
@QuarkusTest
@QuarkusTestResource(value = BrokerResource.class, restrictToAnnotatedClass = true)
class RolesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    LedgerStatus status;

    @Test
    void fromTheFirstListing_toAClearedTrade() {
        Broker broker = BrokerResource.broker;
        // The market's own prices are left out: here the feeders make them.
        Market market = Market.open().deposit(ALICE, "10000 USD").deposit(SOLVER, "10000 USD");
        List<byte[]> queue = market.log().stream().filter(r -> r[1] < 16).toList();
        assertThat(queue).hasSize(7);
        broker.write(Topic.COMMANDS, queue);

        await().atMost(PATIENCE).until(() -> ticks(broker) >= 3);
        assertThat(status.now().accounts()).isEqualTo(2);
        assertThat(status.now().time()).isBetween(now() - 30, now() + 5);

        SignedIntent intent = market.intent(ALICE, "0.5 ETH-PERP", "2500", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        broker.write(Topic.BIDS, new byte[] {1, 9, 9});
        broker.write(Topic.AUCTIONS, Market.opened(1, intent).encode());
        broker.write(
                Topic.COMMITMENTS, new CommitmentRecord.Committed(market.commitment(SOLVER, bid, "1000")).encode());
        broker.write(Topic.COMMITMENTS, new CommitmentRecord.CommitClosed(1).encode());
        broker.write(Topic.BIDS, new BidRecord.Revealed(bid).encode());
        broker.write(Topic.BIDS, new BidRecord.RevealClosed(1).encode());

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(answers(broker))
                        .hasSize(3)
                        .last()
                        .isEqualTo(new ScreeningRecord.ScreeningClosed(1, 1)));
        assertThat(((ScreeningRecord.Hold) answers(broker).get(0)).code()).isZero();
        ScreeningRecord.Verdict verdict =
                (ScreeningRecord.Verdict) answers(broker).get(1);
        assertThat(verdict.code()).as(verdict.detail()).isZero();
        assertThat(verdict.marginBefore()).isEqualTo(Fixed8.parse("10000"));

        broker.write(Topic.COMMANDS, market.trade(bid, intent).encode());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cleared(broker))
                        .filteredOn(ClearedRecord.Applied.class::isInstance)
                        .extracting(r -> ((ClearedRecord.Applied) r).commandKind())
                        .contains(48));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(broker.committed(Topic.BATCHES)).hasSizeGreaterThanOrEqualTo(2));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(broker.committed(Topic.DEAD_LETTERS).stream()
                                .map(r -> DeadLetter.decode(r.value()).topic()))
                        .containsExactly("bids"));
        assertThat(cleared(broker))
                .filteredOn(ClearedRecord.Refused.class::isInstance)
                .isEmpty();
    }

    private static long now() {
        return System.currentTimeMillis() / 1_000;
    }

    private static long ticks(Broker broker) {
        return cleared(broker).stream()
                .filter(ClearedRecord.PriceTick.class::isInstance)
                .count();
    }

    private static List<ClearedRecord> cleared(Broker broker) {
        return broker.committed(Topic.CLEARED).stream()
                .map(r -> ClearedRecord.decode(r.value()))
                .toList();
    }

    private static List<ScreeningRecord> answers(Broker broker) {
        return broker.committed(Topic.SCREENED_BIDS).stream()
                .map(r -> ScreeningRecord.decode(r.value()))
                .toList();
    }
}
