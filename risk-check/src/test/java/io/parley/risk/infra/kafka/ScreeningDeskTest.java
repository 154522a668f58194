package io.parley.risk.infra.kafka;

import static io.parley.risk.Trader.ALICE;
import static io.parley.risk.Trader.RIVAL;
import static io.parley.risk.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedCommitment;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import io.parley.risk.Market;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A screening that ends and begins again over the same topics. */
class ScreeningDeskTest {

    @TempDir
    Path folder;

    private final List<ScreeningRecord> answers = new ArrayList<>();
    private final List<String> letters = new ArrayList<>();

    private ScreeningDesk desk(Broker broker) {
        KafkaClients clients = new KafkaClients(ClearingProcess.settings(broker.servers(), "n1", folder));
        return new ScreeningDesk(Market.DOMAIN, clients, new ScreeningDesk.Outbox() {
            @Override
            public void answer(ScreeningRecord answer) {
                answers.add(answer);
                broker.write(Topic.SCREENED_BIDS, answer.encode());
            }

            @Override
            public void deadLetter(ConsumerRecord<byte[], byte[]> record, Undecodable why) {
                letters.add(record.topic() + " " + why.what());
            }
        });
    }

    @Test
    void anAuctionThatWasCutShort_isFinishedByTheNext() {
        Market market = Market.open()
                .deposit(ALICE, "10000 USD")
                .deposit(SOLVER, "1000 USD")
                .deposit(RIVAL, "1000 USD");
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        SignedBid later = market.bid(RIVAL, 1, intent);
        SignedCommitment commitment = market.commitment(SOLVER, bid, "900");
        try (Broker broker = new Broker(folder.resolve("kafka"))) {
            ScreeningDesk first = desk(broker);
            first.restored(market.house());
            broker.write(Topic.AUCTIONS, List.of(Market.opened(1, intent).encode(), new byte[] {1, 77}));
            broker.write(Topic.COMMITMENTS, List.of(new CommitmentRecord.Committed(commitment).encode()));
            first.take(Topic.AUCTIONS, broker.committed(Topic.AUCTIONS), market.house());
            first.take(Topic.COMMITMENTS, broker.committed(Topic.COMMITMENTS), market.house());
            assertThat(answers).hasSize(1);
            assertThat(letters).containsExactly("auctions auction record kind 77 is not known");

            // While nobody looks, solvers go on, and the margin that was promised goes elsewhere.
            market.send(market.withdraw(SOLVER, "400 USD"));
            broker.write(
                    Topic.COMMITMENTS,
                    List.of(
                            new CommitmentRecord.Committed(market.commitment(RIVAL, later, "300")).encode(),
                            new CommitmentRecord.CommitClosed(1).encode()));
            broker.write(
                    Topic.BIDS, List.of(new BidRecord.Revealed(bid).encode(), new BidRecord.Revealed(later).encode()));

            answers.clear();
            ScreeningDesk second = desk(broker);
            second.restored(market.house());
            assertThat(answers).as("the first commitment has its answer").hasSize(1);
            assertThat(((ScreeningRecord.Hold) answers.getFirst()).solver()).isEqualTo(RIVAL.address());

            broker.write(Topic.BIDS, List.of(new BidRecord.RevealClosed(1).encode()));
            // The channels bring what was read already, and what is new.
            second.take(Topic.COMMITMENTS, broker.committed(Topic.COMMITMENTS), market.house());
            second.take(Topic.BIDS, broker.committed(Topic.BIDS), market.house());
            assertThat(answers).hasSize(4);
            ScreeningRecord.Verdict verdict = (ScreeningRecord.Verdict) answers.get(1);
            assertThat(verdict.code()).as(verdict.detail()).isZero();
            assertThat(verdict.bidsOffset()).isZero();
            assertThat(((ScreeningRecord.Verdict) answers.get(2)).code()).isZero();
            assertThat(answers.get(3)).isEqualTo(new ScreeningRecord.ScreeningClosed(1, 2));

            answers.clear();
            desk(broker).restored(market.house());
            assertThat(answers).as("a third has nothing left to say").isEmpty();
        }
    }
}
