package io.parley.solver.infra.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.clearing.Screened;
import io.parley.devnet.deployment.Deployment;
import io.parley.devnet.deployment.DevKeys;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Reason;
import io.parley.protocol.Route;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.RouteRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.Topic;
import io.parley.solver.Floor;
import io.parley.solver.SolverRole;
import io.parley.solver.domain.Tally.Count;
import io.parley.solver.host.HostedSolver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The role with the house solvers, on a real broker and a real chain; auction and risk-check are played by hand, on clearing's own
 * ledger. The tests share one log.
 */
@QuarkusTest
@QuarkusTestResource(value = BrokerAndChain.class, restrictToAnnotatedClass = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SolversOnKafkaTest {

    private static Floor floor;
    private static long auctions;

    @Inject
    SolverRole role;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "test.directory")
    Path directory;

    private Wire wire;
    private DevKeys keys;
    private Deployment deployment;

    @BeforeEach
    void market() {
        wire = new Wire(bootstrapServers);
        keys = new DevKeys(directory.resolve("keys"));
        deployment = Deployment.read(directory.resolve("deployment.json")).orElseThrow();
        if (floor == null) {
            floor = new Floor(new Domain(deployment.chainId(), deployment.vault()));
            for (var name : List.of("alice", "bob", "carol")) {
                floor.funded(keys.signer(name), 0, "200000 USD", "20 ETH", "1 BTC");
            }
            for (var name : List.of("netting", "options", "amm")) {
                floor.funded(keys.signer(name), 0, "500000 USD", "50 ETH", "5 BTC");
                floor.funded(keys.signer(name), 1, "500000 USD", "50 ETH", "5 BTC");
            }
            floor.cleared().forEach(record -> wire.write(Topic.CLEARED, record.encode()));
        }
    }

    @AfterEach
    void disconnect() {
        wire.close();
    }

    private AuctionRecord.Opened opens(long commitMillis, long revealMillis, SignedIntent... intents) {
        auctions++;
        var opened = floor.opened(auctions, System.currentTimeMillis(), commitMillis, revealMillis, intents);
        wire.write(Topic.AUCTIONS, opened.encode());
        return opened;
    }

    /** Auctions until one has been seen: the consumers take a moment to join, and what was opened before is not theirs. */
    private void awaitReadiness() {
        var probe = floor.intent(keys.signer("carol"), "-1", "1 ETH-PERP");
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            opens(150, 50, probe);
            return role.solvers().stream().allMatch(s -> s.tally().of(Count.AUCTIONS) > 0);
        });
    }

    private List<SignedBid> reveals(long auction) {
        return wire.all(Topic.BIDS, BidRecord::decode).stream()
                .filter(r -> r instanceof BidRecord.Revealed && r.auction() == auction)
                .map(r -> ((BidRecord.Revealed) r).bid())
                .toList();
    }

    private List<CommitmentRecord.Committed> commitments(long auction) {
        return wire.all(Topic.COMMITMENTS, CommitmentRecord::decode).stream()
                .filter(r -> r instanceof CommitmentRecord.Committed && r.auction() == auction)
                .map(r -> (CommitmentRecord.Committed) r)
                .toList();
    }

    private Bytes32 id(SignedBid bid) {
        return Eip712.digest(floor.domain(), bid.bid());
    }

    private HostedSolver solver(String name) {
        return role.solvers().stream()
                .filter(s -> s.plan().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(1)
    void theHouseSolvers_bid_theBestWin_areCleared_andTheAmmSignsItsRoutes() {
        assertThat(role.solvers())
                .extracting(s -> s.plan().name())
                .as("a solver that does not start leaves the others alone")
                .containsExactly("amm", "netting", "options", "sleeper");
        awaitReadiness();
        var intents = List.of(
                floor.intent(keys.signer("alice"), "-6200", "2 ETH"),
                floor.intent(keys.signer("alice"), "-600", "3 ETH-25DEC26-3000-C", "-3 ETH-25DEC26-3200-C"),
                floor.intent(keys.signer("bob"), "-0.1", "0.1 BTC-PERP", "-3 ETH-PERP"),
                floor.intent(keys.signer("carol"), "0.05", "-0.1 BTC-PERP", "3 ETH-PERP"),
                floor.intent(keys.signer("bob"), "10000", "-0.1 BTC-PERP", "-1 BTC"));

        var opened = opens(2500, 1500, intents.toArray(SignedIntent[]::new));
        long auction = opened.auction();
        await().atMost(Duration.ofSeconds(10)).until(() -> !reveals(auction).isEmpty());
        await().until(() -> reveals(auction).size() == commitments(auction).size());

        var bids = reveals(auction);
        assertThat(commitments(auction))
                .extracting(c -> c.commitment().commitment().bid())
                .as("what was committed is what is revealed")
                .containsExactlyInAnyOrderElementsOf(bids.stream().map(this::id).toList());
        assertThat(solver("sleeper").tally().of(Count.MISSES)).isPositive();
        var winners = screenAndSelect(auction, bids, intents);
        assertThat(winners)
                .extracting(b -> b.bid().solver())
                .contains(keys.signer("amm").address(), keys.signer("options").address());
        for (var winner : winners) {
            var cleared = floor.award(winner, intents);
            assertThat(cleared).isInstanceOf(ClearedRecord.Applied.class);
            wire.write(Topic.CLEARED, cleared.encode());
        }

        await().until(() -> solver("amm").tally().of(Count.WON) == 1);
        var bid = winners.stream()
                .map(SignedBid::bid)
                .filter(b -> b.solver().equals(keys.signer("amm").address()))
                .findFirst()
                .orElseThrow();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Route.path(routes())).isEqualTo(bid.path()));
        var record = wire.all(Topic.ROUTES, RouteRecord::decode).getFirst();
        var route = record.route();
        assertThat(route.adapter()).isEqualTo(deployment.adapter());
        assertThat(route.output()).as("two ETH were sold from inventory").isEqualTo(Floor.asset("ETH"));
        for (var signed : wire.all(Topic.ROUTES, RouteRecord::decode)) {
            var cleared = floor.apply(signed.withdrawal(deployment.routes()));
            assertThat(cleared).isInstanceOf(ClearedRecord.Applied.class);
            wire.write(Topic.CLEARED, cleared.encode());
        }
        var back =
                floor.deposited(keys.signer("amm"), route.account(), route.escrow(deployment.routes()), "2.0001 ETH");
        wire.write(Topic.CLEARED, back.encode());
        await().until(() -> solver("amm").tally().of(Count.ROUTED) == 1);
        await().untilAsserted(() -> assertThat(role.solvers().stream()
                        .mapToLong(s -> s.tally().of(Count.WON)
                                + s.tally().of(Count.LOST)
                                + s.tally().of(Count.REFUSED))
                        .sum())
                .as("every bid has its outcome")
                .isEqualTo(bids.size()));
    }

    /** As risk-check and auction would: verdicts in order, then the highest scores that share neither intent nor account. */
    private List<SignedBid> screenAndSelect(long auction, List<SignedBid> bids, List<SignedIntent> intents) {
        record Scored(SignedBid bid, long score) {}
        var passed = new ArrayList<Scored>();
        for (var bid : bids) {
            var screened = floor.screen(bid, intents);
            long cap = commitments(auction).stream()
                    .map(c -> c.commitment().commitment())
                    .filter(c -> c.bid().equals(id(bid)))
                    .findFirst()
                    .orElseThrow()
                    .cap();
            assertThat(screened).as("%s", bid).isInstanceOf(Screened.Passed.class);
            var ok = (Screened.Passed) screened;
            assertThat(ok.use()).isLessThanOrEqualTo(cap);
            passed.add(new Scored(bid, ok.score()));
            wire.write(
                    Topic.SCREENED_BIDS,
                    new ScreeningRecord.Verdict(
                                    auction,
                                    id(bid),
                                    bid.bid().solver(),
                                    bid.bid().account(),
                                    0,
                                    "",
                                    ok.score(),
                                    ok.before().netInitial(),
                                    ok.after().netInitial(),
                                    0,
                                    0,
                                    bid)
                            .encode());
        }
        wire.write(Topic.SCREENED_BIDS, new ScreeningRecord.ScreeningClosed(auction, bids.size()).encode());
        passed.sort((a, b) -> Long.compare(b.score(), a.score()));
        var taken = new HashSet<Object>();
        var winners = new ArrayList<SignedBid>();
        var awards = new ArrayList<AuctionRecord.Award>();
        for (var scored : passed) {
            var bid = scored.bid().bid();
            var goods = new HashSet<Object>();
            bid.fills().forEach(f -> goods.add(f.intent()));
            goods.add(bid.solver() + "/" + bid.account());
            if (goods.stream().noneMatch(taken::contains)) {
                taken.addAll(goods);
                winners.add(scored.bid());
                awards.add(new AuctionRecord.Award(
                        id(scored.bid()), bid.solver(), bid.account(), scored.score(), bid.pays()));
            }
        }
        wire.write(Topic.AUCTIONS, closed(auction, awards).encode());
        return winners;
    }

    private static AuctionRecord.Closed closed(long auction, List<AuctionRecord.Award> awards) {
        return new AuctionRecord.Closed(auction, Bytes32.ZERO, Bytes32.ZERO, 0, 0, awards, List.of(), "hand", 0, 0);
    }

    private List<Route> routes() {
        return wire.all(Topic.ROUTES, RouteRecord::decode).stream()
                .map(RouteRecord::route)
                .toList();
    }

    @Test
    @Order(2)
    void whatCannotBeRead_isPutAside_andTheStreamsGoOn() {
        byte[] poison = {9, 9, 9};
        var topics = List.of(Topic.AUCTIONS, Topic.SCREENED_BIDS, Topic.CLEARED);
        topics.forEach(topic -> wire.write(topic, poison));

        for (var topic : topics) {
            var letter = wire.expect(
                    Topic.DEAD_LETTERS, DeadLetter::decode, dead -> dead.topic().equals(topic.topicName()));
            assertThat(letter.code()).isEqualTo(Reason.UNDECODABLE.code());
            assertThat(letter.value().bytes()).isEqualTo(poison);
        }
        var opened = opens(1500, 500, floor.intent(keys.signer("bob"), "-6100", "2 ETH-PERP"));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> !reveals(opened.auction()).isEmpty());
    }

    /** No promise, since the machine may be busy: a number to look at, and proof that windows of 100 ms can work. */
    @Test
    @Order(3)
    void inWindowsOf100Milliseconds_commitmentsComeInTime() {
        var intent = floor.intent(keys.signer("bob"), "-6100", "2 ETH-PERP");
        int rounds = 60;
        var opened = new ArrayList<AuctionRecord.Opened>();
        for (int i = 0; i < rounds; i++) {
            var next = opens(75, 25, intent);
            opened.add(next);
            await().pollInterval(Duration.ofMillis(1)).until(() -> System.currentTimeMillis() > next.revealUntil());
            wire.write(Topic.SCREENED_BIDS, new ScreeningRecord.ScreeningClosed(next.auction(), 0).encode());
            wire.write(Topic.AUCTIONS, closed(next.auction(), List.of()).encode());
        }
        var last = opens(1000, 100, intent);
        await().until(() -> !reveals(last.auction()).isEmpty());
        int answered = 0;
        int inTime = 0;
        var lags = new ArrayList<Long>();
        for (var one : opened) {
            var committed =
                    wire.firstAt(Topic.COMMITMENTS, CommitmentRecord::decode, r -> r.auction() == one.auction());
            var revealed = wire.firstAt(Topic.BIDS, BidRecord::decode, r -> r.auction() == one.auction());
            committed.ifPresent(at -> lags.add(at - one.openedAt()));
            answered += committed.isPresent() ? 1 : 0;
            inTime += committed.filter(at -> at < one.commitUntil()).isPresent()
                            && revealed.filter(at -> at < one.revealUntil()).isPresent()
                    ? 1
                    : 0;
        }
        long[] sorted = lags.stream().mapToLong(l -> l).sorted().toArray();
        System.out.printf(
                "windows of 75 + 25 ms: of %d, %d answered, %d committed and revealed in time; first commitment on the broker after p50 %d ms, max %d ms%n",
                rounds,
                answered,
                inTime,
                sorted.length == 0 ? -1 : sorted[sorted.length / 2],
                sorted.length == 0 ? -1 : Arrays.stream(sorted).max().getAsLong());
        assertThat(answered).isPositive();
    }
}
