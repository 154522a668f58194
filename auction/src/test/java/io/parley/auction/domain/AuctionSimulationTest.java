package io.parley.auction.domain;

import static io.parley.auction.Market.ETH;
import static io.parley.auction.Market.id;
import static io.parley.auction.Market.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.auction.Market;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Fill;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.AuctionRecord.Closed;
import io.parley.protocol.wire.AuctionRecord.Opened;
import io.parley.protocol.wire.ClearedRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Days of trading drawn from a seed, with crashes at any point; what must hold is checked after each step. */
class AuctionSimulationTest {

    private static final String[] OWNERS = {"alice", "bob", "carol"};
    private static final String[] SOLVERS = {"sam", "sue", "sid"};

    private final Market market = new Market();
    private final List<SignedIntent> intents = new ArrayList<>();
    private final List<AuctionRecord> auctions = new ArrayList<>();
    private final List<TradeCommand> commands = new ArrayList<>();
    private final List<ClearedRecord> cleared = new ArrayList<>();
    private final Map<Bytes32, Long> partsDone = new HashMap<>();
    private final Map<Long, List<SignedBid>> bids = new HashMap<>();
    private final Set<Long> screened = new HashSet<>();
    private Random random = new Random();
    private Floor floor = new Floor(market);
    private int answered;
    private int crashes;
    private int fills;

    @ParameterizedTest(name = "day {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverHappens_noIntentIsSoldTwice_noneIsLost_andEveryAuctionClosesOnce(long seed) {
        random = new Random(seed);
        market.opening("alice", "bob", "carol", "sam", "sue", "sid").forEach(this::answer);
        floor.start();
        for (int step = 0; step < 500; step++) {
            step();
            check("seed %d, step %d".formatted(seed, step));
        }
        for (int i = 0; i < 40; i++) {
            finishOpenAuctions();
            answerAll(true);
            floor.passes(1_000);
            collect();
        }
        checkTheEnd("seed " + seed);
        assertThat(crashes).as("seed %d: crashes", seed).isPositive();
        assertThat(fills).as("seed %d: fills", seed).isGreaterThan(20);
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0, 1 -> post();
            case 2, 3 -> floor.passes(random.nextInt(60));
            case 4, 5, 6 -> bid();
            case 7 -> finishOpenAuctions();
            case 8 -> answerAll(false);
            default -> {
                if (random.nextInt(12) == 0) {
                    crash();
                }
            }
        }
        collect();
    }

    private void post() {
        String owner = OWNERS[random.nextInt(OWNERS.length)];
        SignedIntent intent = market.intent(owner)
                .buys("1", ETH)
                .paysAtMost("3000")
                .inParts(random.nextBoolean() ? 1 : 4)
                .signed();
        if (floor.arrives(intent) instanceof IntentAdmission.Checked.Accepted) {
            intents.add(intent);
        }
    }

    private void bid() {
        for (Opened opened : open()) {
            String solver = SOLVERS[random.nextInt(SOLVERS.length)];
            List<Fill> some = opened.intents().stream()
                    .filter(open -> random.nextBoolean())
                    .limit(3)
                    .map(open ->
                            new Fill(id(open.intent()), 1 + random.nextInt((int) open.partsLeft()), -usd("1000"), 0))
                    .toList();
            if (!some.isEmpty()) {
                SignedBid bid = Market.bid(solver, opened.auction(), some);
                floor.commits(solver, bid);
                if (random.nextInt(6) == 0) {
                    continue;
                }
                floor.reveals(bid);
                bids.computeIfAbsent(opened.auction(), auction -> new ArrayList<>())
                        .add(bid);
            }
        }
    }

    private List<Opened> open() {
        Set<Long> closed = new HashSet<>();
        auctions.stream().filter(Closed.class::isInstance).forEach(record -> closed.add(record.auction()));
        return auctions.stream()
                .filter(record -> record instanceof Opened && !closed.contains(record.auction()))
                .map(Opened.class::cast)
                .toList();
    }

    private void finishOpenAuctions() {
        List<Opened> open = open();
        floor.passes(130);
        for (Opened opened : open) {
            if (!screened.add(opened.auction())) {
                continue;
            }
            for (SignedBid bid : bids.getOrDefault(opened.auction(), List.of())) {
                if (random.nextInt(6) == 0) {
                    floor.refuses(bid, Reason.BELOW_LIMIT, "by the dice");
                } else {
                    floor.admits(bid, Integer.toString(1 + random.nextInt(20)));
                }
            }
            floor.screeningEnds(opened.auction());
            collect();
        }
    }

    private void collect() {
        floor.opened.stream().filter(opened -> !auctions.contains(opened)).forEach(auctions::add);
        floor.closed.stream().filter(closed -> !auctions.contains(closed)).forEach(auctions::add);
        commands.addAll(floor.trades);
        floor.trades.clear();
    }

    private void answerAll(boolean kindly) {
        while (answered < commands.size()) {
            TradeCommand trade = commands.get(answered++);
            if (isStale(trade)) {
                answer(market.refuses(trade, Reason.NONCE_USED, "nonce is used, or fewer parts are left"));
            } else if (!kindly && random.nextInt(4) == 0) {
                answer(market.refuses(trade, Reason.AUCTION_NOT_NEW, "by the dice"));
            } else {
                for (Fill fill : trade.bid().bid().fills()) {
                    partsDone.merge(fill.intent(), fill.parts(), Long::sum);
                }
                fills += trade.intents().size();
                answer(market.applies(trade));
            }
        }
    }

    private boolean isStale(TradeCommand trade) {
        for (int i = 0; i < trade.intents().size(); i++) {
            Fill fill = trade.bid().bid().fills().get(i);
            long left = trade.intents().get(i).intent().parts() - partsDone.getOrDefault(fill.intent(), 0L);
            if (fill.parts() > left) {
                return true;
            }
        }
        return false;
    }

    private void answer(ClearedRecord record) {
        cleared.add(record);
        floor.cleared(record);
    }

    /** A crash, now and then between the trades of an auction and its close. */
    private void crash() {
        crashes++;
        if (random.nextBoolean()
                && !auctions.isEmpty()
                && auctions.getLast() instanceof Closed closed
                && !closed.selector().equals("void")) {
            auctions.removeLast();
        }
        Floor next = new Floor(market);
        next.now = floor.now + random.nextInt(3_000);
        cleared.forEach(next::cleared);
        auctions.forEach(record -> next.house.remember(record, next.now));
        intents.forEach(next::arrives);
        floor = next;
        next.start();
        collect();
    }

    private void check(String where) {
        Set<Bytes32> standing = new HashSet<>();
        for (Opened opened : open()) {
            opened.intents()
                    .forEach(one -> assertThat(standing.add(id(one.intent())))
                            .as("%s: an intent stands in one auction at a time", where)
                            .isTrue());
        }
        Set<Long> awarded = new HashSet<>();
        auctions.stream()
                .filter(record ->
                        record instanceof Closed closed && !closed.awards().isEmpty())
                .forEach(record -> awarded.add(record.auction()));
        for (TradeCommand trade : commands.subList(answered, commands.size())) {
            if (awarded.contains(trade.auction())) {
                trade.bid()
                        .bid()
                        .fills()
                        .forEach(fill -> assertThat(standing)
                                .as("%s: what the ledger has not answered is not offered again", where)
                                .doesNotContain(fill.intent()));
            }
        }
        assertThat(auctions.stream().filter(Opened.class::isInstance).map(AuctionRecord::auction))
                .as("%s: numbers ascend", where)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(auctions.stream().filter(Closed.class::isInstance).map(AuctionRecord::auction))
                .as("%s: an auction closes once", where)
                .doesNotHaveDuplicates();
        for (AuctionRecord record : auctions) {
            if (record instanceof Closed closed) {
                assertThat(closed.awards().stream().map(award -> award.solver()))
                        .as("%s: one award per solver account", where)
                        .doesNotHaveDuplicates();
            }
        }
        Map<Long, Set<Bytes32>> sold = new HashMap<>();
        for (TradeCommand trade : commands) {
            for (Fill fill : trade.bid().bid().fills()) {
                assertThat(sold.computeIfAbsent(trade.auction(), auction -> new HashSet<>())
                                .add(fill.intent()))
                        .as("%s: an intent is sold once in auction %d", where, trade.auction())
                        .isTrue();
            }
        }
        for (SignedIntent intent : intents) {
            assertThat(partsDone.getOrDefault(id(intent), 0L))
                    .as("%s: no more parts than signed", where)
                    .isLessThanOrEqualTo(intent.intent().parts());
        }
    }

    private void checkTheEnd(String where) {
        assertThat(answered).isEqualTo(commands.size());
        long done = intents.stream()
                .filter(intent -> partsDone.getOrDefault(id(intent), 0L)
                        == intent.intent().parts())
                .count();
        Set<Bytes32> gone = new HashSet<>();
        for (AuctionRecord record : auctions) {
            if (record instanceof Closed closed) {
                closed.unfilled().stream()
                        .filter(unfilled -> AuctionHouse.isFinal(unfilled.code()))
                        .forEach(unfilled -> gone.add(unfilled.intent()));
            }
        }
        long left = intents.stream()
                .filter(intent ->
                        partsDone.getOrDefault(id(intent), 0L) < intent.intent().parts())
                .filter(intent -> !gone.contains(id(intent)))
                .count();
        assertThat((long) floor.house.poolSize())
                .as("%s: %d filled, %d gone with a reason, the rest waits".formatted(where, done, gone.size()))
                .isEqualTo(left);
    }
}
