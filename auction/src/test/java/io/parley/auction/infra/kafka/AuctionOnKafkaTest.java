package io.parley.auction.infra.kafka;

import static io.parley.auction.Market.ETH;
import static io.parley.auction.Market.bid;
import static io.parley.auction.Market.id;
import static io.parley.auction.Market.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.auction.Market;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The role on a real broker; the other roles' records are written by hand. The tests share one log, as lives do. */
@QuarkusTest
@QuarkusTestResource(value = BrokerWithTopics.class, restrictToAnnotatedClass = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuctionOnKafkaTest {

    private static final Market MARKET = new Market();

    @Inject
    AuctionRole role;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Wire wire;

    @BeforeEach
    void connect() {
        wire = new Wire(bootstrapServers);
    }

    @AfterEach
    void disconnect() {
        wire.close();
    }

    private SignedIntent post(SignedIntent intent) {
        wire.write(Topic.INTENTS, intent.encode());
        return intent;
    }

    private Opened opensWith(SignedIntent intent) {
        return (Opened) wire.expect(
                Topic.AUCTIONS,
                AuctionRecord::decode,
                record -> record instanceof Opened opened
                        && opened.intents().stream()
                                .anyMatch(open -> open.intent().equals(intent))
                        && closedOf(opened.auction()).isEmpty());
    }

    private List<AuctionRecord> closedOf(long auction) {
        return wire.all(Topic.AUCTIONS, AuctionRecord::decode).stream()
                .filter(record -> record instanceof Closed && record.auction() == auction)
                .toList();
    }

    private Closed closes(long auction) {
        return (Closed) wire.expect(
                Topic.AUCTIONS,
                AuctionRecord::decode,
                record -> record instanceof Closed && record.auction() == auction);
    }

    /** Nobody bids. */
    private Closed runsDry(Opened opened) {
        wire.write(Topic.SCREENED_BIDS, new ScreeningRecord.ScreeningClosed(opened.auction(), 0).encode());
        return closes(opened.auction());
    }

    /** Commit, marker, reveal, marker, verdict. */
    private Closed runs(long auction, String solver, SignedBid bid) {
        wire.write(Topic.COMMITMENTS, new CommitmentRecord.Committed(Market.commitment(solver, bid)).encode());
        wire.expect(
                Topic.COMMITMENTS,
                CommitmentRecord::decode,
                record -> record.equals(new CommitmentRecord.CommitClosed(auction)));
        wire.write(Topic.BIDS, new BidRecord.Revealed(bid).encode());
        wire.expect(Topic.BIDS, BidRecord::decode, record -> record.equals(new BidRecord.RevealClosed(auction)));
        wire.write(
                Topic.SCREENED_BIDS,
                new ScreeningRecord.Hold(auction, id(bid), bid.bid().solver(), 0, usd("1000"), 0, "", 0, 0).encode());
        wire.write(
                Topic.SCREENED_BIDS,
                new ScreeningRecord.Verdict(
                                auction, id(bid), bid.bid().solver(), 0, 0, "", usd("12.50"), 0, 0, 0, 0, bid)
                        .encode());
        wire.write(Topic.SCREENED_BIDS, new ScreeningRecord.ScreeningClosed(auction, 1).encode());
        return closes(auction);
    }

    private record Deal(Opened opened, SignedBid bid, Closed closed) {}

    /** Bids in each auction that the intent stands in until one is won: on a busy machine these hands may be late. */
    private Deal sells(SignedIntent intent, String solver) {
        for (int attempt = 0; attempt < 10; attempt++) {
            Opened opened = opensWith(intent);
            SignedBid bid = bid(solver, opened.auction(), intent);
            Closed closed = runs(opened.auction(), solver, bid);
            if (!closed.awards().isEmpty()) {
                return new Deal(opened, bid, closed);
            }
        }
        throw new AssertionError("late ten times");
    }

    private TradeCommand tradeOf(SignedBid bid) {
        return (TradeCommand) wire.expect(
                Topic.COMMANDS,
                Command::decode,
                command -> command instanceof TradeCommand trade && trade.bid().equals(bid));
    }

    @Test
    @Order(1)
    void anIntent_posted_isOpened_committed_revealed_screened_awarded_andDoneWhenCleared() {
        MARKET.opening("alice", "bob", "sam").forEach(record -> wire.write(Topic.CLEARED, record.encode()));
        SignedIntent buy =
                post(MARKET.intent("alice").buys("1", ETH).paysAtMost("3000").signed());

        Deal deal = sells(buy, "sam");
        Opened opened = deal.opened();
        SignedBid bid = deal.bid();
        Closed closed = deal.closed();
        assertThat(opened.revealUntil() - opened.openedAt()).isEqualTo(2000);

        assertThat(closed.awards()).singleElement().satisfies(award -> {
            assertThat(award.bid()).isEqualTo(id(bid));
            assertThat(award.score()).isEqualTo(usd("12.50"));
        });
        assertThat(closed.value()).isEqualTo(closed.bound()).isEqualTo(usd("12.50"));
        assertThat(Keccak256.hash(closed.seed().bytes())).isEqualTo(opened.seedCommitment());
        TradeCommand trade = tradeOf(bid);
        assertThat(trade.intents()).containsExactly(buy);
        assertThat(trade.transcript()).isEqualTo(closed.transcript()).isNotEqualTo(Bytes32.ZERO);

        wire.write(Topic.CLEARED, MARKET.applies(trade).encode());
        SignedIntent next =
                post(MARKET.intent("bob").sells("1", ETH).wantsAtLeast("2900").signed());
        Opened second = opensWith(next);
        assertThat(second.intents()).hasSize(1);
        assertThat(runsDry(second).unfilled())
                .singleElement()
                .satisfies(unfilled -> assertThat(unfilled.code()).isEqualTo(Reason.NO_BIDS.code()));
    }

    @Test
    @Order(2)
    void whatCannotBeRead_isPutAside_andTheStreamsGoOn() {
        byte[] poison = {9, 9, 9};
        List<Topic> topics = List.of(Topic.INTENTS, Topic.COMMITMENTS, Topic.BIDS, Topic.SCREENED_BIDS, Topic.CLEARED);
        for (Topic topic : topics) {
            wire.write(topic, poison);
        }
        byte[] forged = MARKET.intent("alice")
                .signedBy("mallory")
                .buys("1", ETH)
                .signed()
                .encode();
        wire.write(Topic.INTENTS, forged);

        for (Topic topic : topics) {
            DeadLetter letter = wire.expect(
                    Topic.DEAD_LETTERS, DeadLetter::decode, dead -> dead.topic().equals(topic.topicName()));
            assertThat(letter.code()).isEqualTo(Reason.UNDECODABLE.code());
            assertThat(letter.value().bytes()).isEqualTo(poison);
        }
        DeadLetter letter = wire.expect(
                Topic.DEAD_LETTERS, DeadLetter::decode, dead -> dead.code() == Reason.KEY_NOT_ALLOWED.code());
        assertThat(letter.value().bytes()).isEqualTo(forged);

        SignedIntent good = post(MARKET.intent("alice").nonce(7).buys("1", ETH).signed());
        runsDry(opensWith(good));
    }

    @Test
    @Order(3)
    void aRestartInMidAuction_voidsIt_repoolsItsIntents_andNumbersGoOn() throws Exception {
        SignedIntent awarded = post(MARKET.intent("alice")
                .nonce(20)
                .buys("2", ETH)
                .paysAtMost("6000")
                .signed());
        Deal deal = sells(awarded, "sam");
        Opened first = deal.opened();
        SignedBid bid = deal.bid();
        SignedIntent open = post(MARKET.intent("alice")
                .nonce(21)
                .buys("3", ETH)
                .paysAtMost("9000")
                .signed());
        Opened interrupted = opensWith(open);

        role.crash();
        SignedIntent meanwhile = post(MARKET.intent("bob")
                .nonce(20)
                .sells("1", ETH)
                .wantsAtLeast("2900")
                .signed());
        role.open().toCompletableFuture().get(30, TimeUnit.SECONDS);

        Closed voided = closes(interrupted.auction());
        assertThat(voided.selector()).isEqualTo("void");
        assertThat(voided.awards()).isEmpty();
        assertThat(voided.unfilled()).anyMatch(unfilled -> unfilled.intent().equals(id(open)));
        Opened again = opensWith(open);
        assertThat(again.auction()).isGreaterThan(interrupted.auction());
        assertThat(again.intents())
                .as("what was awarded before the crash waits for the ledger")
                .noneMatch(one -> one.intent().equals(awarded));

        opensWith(meanwhile);
        wire.write(
                Topic.CLEARED,
                MARKET.refuses(tradeOf(bid), Reason.AUCTION_NOT_NEW, "auction is not new")
                        .encode());
        Opened returned = opensWith(awarded);
        assertThat(returned.auction()).isGreaterThan(first.auction());
        assertThat(wire.all(Topic.AUCTIONS, AuctionRecord::decode).stream()
                        .filter(Opened.class::isInstance)
                        .map(AuctionRecord::auction))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(wire.all(Topic.COMMANDS, Command::decode).stream()
                        .filter(command -> command instanceof TradeCommand trade
                                && trade.bid().equals(bid)))
                .hasSize(1);
        assertThat(Duration.ofMillis(again.openedAt() - interrupted.openedAt())).isPositive();
    }
}
