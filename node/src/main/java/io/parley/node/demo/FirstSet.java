package io.parley.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.devnet.deployment.DemoMarket;
import io.parley.devnet.deployment.DevKeys;
import io.parley.devnet.deployment.MarketDeployment;
import io.parley.node.Terminal;
import io.parley.node.demo.Ticket.Expected;
import io.parley.node.demo.Ticket.Want;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Domain;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Leg;
import io.parley.protocol.Listings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What `up` settles without being asked: a swap, a call spread, a perpetual with leverage, two opposite intents netted, a partial
 * fill over two auctions, and one intent refused for margin. Everything goes through the door, as anybody's would.
 */
public final class FirstSet {

    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final long MAX_FEE = Fixed8.ONE;
    private static final Set<String> ENDED =
            Set.of("filled", "expired", "cancelled", "superseded", "refused", "unsigned");

    private final Terminal terminal;
    private final Door door;
    private final DevKeys keys;
    private final Faucet faucet;
    private final Map<String, Wallet> wallets = new HashMap<>();

    /** Deposits whole tokens of an asset into an account. */
    public interface Faucet {
        void deposit(Address owner, int account, AssetId asset, String name, long whole);
    }

    public FirstSet(Terminal terminal, Door door, DevKeys keys, Faucet faucet) {
        this.faucet = faucet;
        this.terminal = terminal;
        this.door = door;
        this.keys = keys;
    }

    private record Outcome(Ticket ticket, String state, String fills, String batch, String tx, boolean asExpected) {}

    /** @return whether every intent ended as it should */
    public boolean run() throws InterruptedException {
        var market = waitForMarket();
        terminal.stage(
                "prices",
                "ETH %s, BTC %s, %d assets marked",
                Story.dollars(market.marks().getOrDefault("ETH", 0L)),
                Story.dollars(market.marks().getOrDefault("BTC", 0L)),
                market.marks().size());
        var outcomes = new ArrayList<Outcome>();
        // What an earlier set spent comes back, so that the set can be settled after every start.
        replenish(market, "alice", "USD", 60_000);
        replenish(market, "bob", "ETH", 45);
        replenish(market, "bob", "BTC", 1);
        for (var group : tickets(holds("carol", 1, "ETH-PERP") > 0)) {
            outcomes.addAll(settle(group, market));
        }
        summary(outcomes);
        return outcomes.stream().allMatch(Outcome::asExpected);
    }

    private record Market(Domain domain, Listings listings, Map<String, Long> marks) {}

    /** @param leveraged whether carol holds the perpetual already: then she closes it */
    private static List<List<Ticket>> tickets(boolean leveraged) {
        return List.of(
                List.of(new Ticket("spot swap", "alice", 0, List.of(Want.of("ETH", "1")), 1.02, 1, Expected.SETTLED)),
                List.of(new Ticket(
                        "call spread",
                        "bob",
                        0,
                        List.of(Want.of("ETH-26MAR27-3200-C", "2"), Want.of("ETH-26MAR27-3600-C", "-2")),
                        1.35,
                        1,
                        Expected.SETTLED)),
                List.of(new Ticket(
                        leveraged ? "perpetual, closed" : "perpetual, 4x",
                        "carol",
                        1,
                        List.of(Want.of("ETH-PERP", leveraged ? "-3" : "3")),
                        1.02,
                        1,
                        Expected.SETTLED)),
                List.of(
                        new Ticket(
                                "netted: buys", "alice", 0, List.of(Want.of("BTC", "0.4")), 1.004, 1, Expected.SETTLED),
                        new Ticket(
                                "netted: sells",
                                "bob",
                                0,
                                List.of(Want.of("BTC", "-0.4")),
                                1.004,
                                1,
                                Expected.SETTLED)),
                List.of(new Ticket(
                        "partial fill",
                        "bob",
                        0,
                        List.of(Want.of("ETH", "-40")),
                        1.03,
                        8,
                        Expected.SETTLED_OVER_TWO_AUCTIONS)),
                List.of(new Ticket(
                        "beyond margin",
                        "carol",
                        1,
                        List.of(Want.of("ETH-PERP", "40")),
                        1.02,
                        1,
                        Expected.REFUSED_FOR_MARGIN)));
    }

    private Market waitForMarket() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int listed = DemoMarket.listings().size();
        while (System.nanoTime() < deadline) {
            var marks = door.marks();
            if (marks.size() >= listed - 1 && funded()) {
                return new Market(door.domain(), door.listings(), marks);
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("""
                No prices, or no funded accounts, within %d s; the log says why.""".formatted(PATIENCE.toSeconds()));
    }

    private void replenish(Market market, String trader, String name, long whole) throws InterruptedException {
        long wanted = Math.multiplyExact(whole, Fixed8.ONE);
        if (holds(trader, 0, name) >= wanted) {
            return;
        }
        var asset = market.listings().idOf(name).orElseThrow();
        faucet.deposit(keys.signer(trader).address(), 0, asset, name, whole);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (holds(trader, 0, name) < wanted) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "The deposit of %d %s for %s did not arrive.".formatted(whole, name, trader));
            }
            Thread.sleep(50);
        }
    }

    private long holds(String trader, int account, String name) {
        var view = door.account(keys.signer(trader).address(), account).body();
        if (name.equals("USD")) {
            return view.path("cash").asLong();
        }
        for (var position : view.path("positions")) {
            if (position.path("asset").asText().equals(name)) {
                return position.path("quantity").asLong();
            }
        }
        return 0;
    }

    private boolean funded() {
        return MarketDeployment.TRADERS.stream()
                        .allMatch(t -> door.account(keys.signer(t).address(), 0).accepted())
                && door.account(keys.signer(MarketDeployment.RELAYER).address(), 0)
                        .accepted();
    }

    private List<Outcome> settle(List<Ticket> group, Market market) throws InterruptedException {
        var open = new LinkedHashMap<String, Ticket>();
        var outcomes = new ArrayList<Outcome>();
        for (var ticket : group) {
            terminal.line("%n  %s: %s %s", ticket.title(), ticket.trader(), wants(ticket));
            var posted = post(ticket, market);
            terminal.step("signed", "%s", posted.id().hex());
            if (posted.answer().accepted()) {
                open.put(posted.id().hex(), ticket);
            } else {
                terminal.step(
                        "refused", "%s", posted.answer().body().path("message").asText());
                outcomes.add(new Outcome(ticket, "refused", "", "", "", false));
            }
        }
        var told = new HashSet<String>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!open.isEmpty() && System.nanoTime() < deadline) {
            for (var entry : Map.copyOf(open).entrySet()) {
                var view = door.intent(entry.getKey()).body();
                for (var event : view.path("events")) {
                    if (told.add(entry.getKey() + event.path("key").asText())
                            && (!isChatter(event) || told.add(entry.getKey() + gist(event)))) {
                        var who = group.size() > 1 ? entry.getValue().trader() + ": " : "";
                        terminal.step(
                                event.path("kind").asText(), "%s%s%s", who, commitments(event), Story.details(event));
                    }
                }
                if (hasEnded(view)) {
                    outcomes.add(outcome(entry.getValue(), view));
                    open.remove(entry.getKey());
                }
            }
            Thread.sleep(20);
        }
        open.forEach((id, ticket) -> {
            terminal.step("waiting", "%s did not end within %d s", id, PATIENCE.toSeconds());
            outcomes.add(new Outcome(ticket, "unsettled", "", "", "", false));
        });
        return outcomes;
    }

    /** Where a phase has ended, how many committed and revealed in all. */
    private String commitments(JsonNode event) {
        if (!event.path("kind").asText().equals("bids")) {
            return "";
        }
        var auction = door.get(
                        "/v1/auctions/" + event.path("data").path("auction").asText())
                .body();
        return "%s committed, %s revealed; "
                .formatted(
                        auction.path("commitments").asText(),
                        auction.path("reveals").asText());
    }

    /** An intent that waits is put up again and again; the first time says it all. */
    private static boolean isChatter(JsonNode event) {
        return Set.of("in-auction", "bids", "screened", "unfilled")
                .contains(event.path("kind").asText());
    }

    private static String gist(JsonNode event) {
        var data = event.path("data");
        return String.join(
                "/",
                event.path("kind").asText(),
                data.path("code").asText(),
                data.path("bids").asText(),
                data.path("passed").asText(),
                data.path("partsLeft").asText());
    }

    /** Filled is not the end: the last fill's batch must be final on the chain. */
    private static boolean hasEnded(JsonNode view) {
        var state = view.path("state").asText();
        if (!state.equals("filled")) {
            return ENDED.contains(state);
        }
        for (var fill : view.path("fills")) {
            if (!fill.path("settlement").asText().equals("final")) {
                return false;
            }
        }
        return !view.path("fills").isEmpty();
    }

    private static Outcome outcome(Ticket ticket, JsonNode view) {
        var state = view.path("state").asText();
        var batches = new ArrayList<String>();
        var tx = "";
        var auctions = new HashSet<String>();
        for (var fill : view.path("fills")) {
            batches.add(fill.path("batch").asText());
            auctions.add(fill.path("auction").asText());
            tx = fill.path("tx").asText();
        }
        boolean asExpected = switch (ticket.expected()) {
            case SETTLED -> state.equals("filled");
            case SETTLED_OVER_TWO_AUCTIONS -> state.equals("filled") && auctions.size() >= 2;
            case REFUSED_FOR_MARGIN ->
                state.equals("refused") && view.path("events").toString().contains("401");
        };
        return new Outcome(
                ticket,
                state,
                "%d in %d auctions".formatted(view.path("fills").size(), auctions.size()),
                String.join(",", batches.stream().distinct().toList()),
                tx,
                asExpected);
    }

    private Wallet.Posted post(Ticket ticket, Market market) {
        var wallet = wallets.computeIfAbsent(
                ticket.trader() + "/" + ticket.account(),
                key -> new Wallet(
                        door, market.domain(), market.listings(), keys.signer(ticket.trader()), ticket.account()));
        var legs = new ArrayList<Leg>();
        long value = 0;
        for (var want : ticket.wants()) {
            legs.add(new Leg(market.listings().idOf(want.asset()).orElseThrow(), want.quantity()));
            value += Fixed8.multiplyFloor(want.quantity(), market.marks().getOrDefault(want.asset(), 0L));
        }
        return wallet.post(legs, limit(value, ticket.limit()), MAX_FEE, ticket.parts());
    }

    /** What is paid at most for something worth this, or received at least for giving it away. */
    private static long limit(long value, double factor) {
        return -Math.round(value > 0 ? value * factor : value / factor);
    }

    private static String wants(Ticket ticket) {
        var words = new ArrayList<String>();
        for (var want : ticket.wants()) {
            words.add("%s %s %s"
                    .formatted(
                            want.quantity() > 0 ? "buys" : "sells",
                            Fixed8.format(Math.abs(want.quantity())),
                            want.asset()));
        }
        return String.join(" and ", words) + (ticket.parts() > 1 ? " in up to %d parts".formatted(ticket.parts()) : "");
    }

    private void summary(List<Outcome> outcomes) {
        terminal.line(
                "%n  %-17s %-8s %-11s %-17s %-8s %s", "intent", "trader", "state", "fills", "batch", "transaction");
        for (var outcome : outcomes) {
            terminal.line(
                    "  %-17s %-8s %-11s %-17s %-8s %s%s",
                    outcome.ticket().title(),
                    outcome.ticket().trader(),
                    outcome.state(),
                    outcome.fills(),
                    outcome.batch(),
                    outcome.tx(),
                    outcome.asExpected() ? "" : "   NOT AS EXPECTED");
        }
        terminal.line(
                "%n  %d of %d ended as they should",
                outcomes.stream().filter(Outcome::asExpected).count(), outcomes.size());
    }
}
