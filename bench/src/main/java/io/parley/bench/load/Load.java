package io.parley.bench.load;

import io.parley.bench.Table;
import io.parley.contracts.chain.Chain;
import io.parley.node.Terminal;
import io.parley.protocol.Bytes32;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends signed intents at rising rates, each intent at its due time whether or not the ones before were answered, and measures
 * from when it was due: what waits in front of a slow door counts.
 */
public final class Load {

    private static final List<Integer> RATES = List.of(20, 50, 100, 200, 400, 800, 1_600);
    private static final int SECONDS = 12;
    private static final int WARM_UP_RATE = 50;
    private static final int OWNERS = 150;
    private static final long START_MS = 90_000;
    private static final long DRAIN_MS = 15_000;
    /** Cores that others used: above it, a rate that was not kept is tried once more. */
    private static final double DISTURBING = 0.2;

    private static final long RECOVERY_MS = 60_000;
    private static final long CATCH_UP_MS = 30_000;
    private static final long FINALITY_MS = 60_000;

    private final PrintStream out;

    public Load(PrintStream out) {
        this.out = out;
    }

    private record Sent(Bytes32 id, TopicWatch.Place place, long due, Map<Bytes32, Long> acknowledged) {

        OptionalLong answered() {
            var at = acknowledged.get(id);
            return at == null ? OptionalLong.empty() : OptionalLong.of(at);
        }
    }

    private record Run(
            int rate, List<Sent> sent, long ended, long looked, Round.Cores cores, Map<String, Integer> troubles) {

        boolean isCleared(TopicWatch watch) {
            return sent.stream().allMatch(s -> s.answered().isEmpty() || watch.isCleared(s.id()));
        }

        /** Read off now, so that what became final later is in it. */
        Round round(TopicWatch watch) {
            return new Round(
                    rate,
                    SECONDS,
                    sent.stream()
                            .map(s -> watch.times(s.id(), s.place(), s.due(), s.answered()))
                            .toList(),
                    ended,
                    looked,
                    cores);
        }
    }

    /** Starts everything, measures, prints, and stops everything, also when the process is told to stop. */
    public void run(Path home) throws IOException, InterruptedException {
        var terminal = new Terminal(out);
        terminal.line("Load: signed intents over HTTP until they are final on the chain");
        var owners = new Owners(OWNERS);
        var site = Site.start(home, owners, terminal);
        Runtime.getRuntime().addShutdownHook(new Thread(site::close));
        try (site;
                var door = new DoorClient(site.api());
                var watch = new TopicWatch(site.bootstrapServers())) {
            var runs = measure(site, door, watch, owners, terminal);
            LoadReport.print(out, runs.stream().map(run -> run.round(watch)).toList());
            settlement(site.chain(), watch.settled(), terminal);
            troubles(runs);
        }
    }

    private void troubles(List<Run> runs) {
        var kinds = new TreeSet<String>();
        runs.forEach(run -> kinds.addAll(run.troubles().keySet()));
        if (kinds.isEmpty()) {
            return;
        }
        out.println("What else was told, how many times");
        var heads = new ArrayList<String>(List.of(""));
        runs.forEach(run -> heads.add(run.rate() + "/s"));
        var table = new Table(heads.toArray(String[]::new));
        for (var kind : kinds) {
            var row = new ArrayList<Object>(List.of(kind));
            runs.forEach(run -> row.add(run.troubles().getOrDefault(kind, 0)));
            table.row(row.toArray());
        }
        table.print(out);
    }

    private static void settlement(Chain chain, TopicWatch.Settled settled, Terminal terminal) {
        long gas = 0;
        int mined = 0;
        for (var transaction : settled.transactions()) {
            var receipt = chain.receipt(transaction);
            if (receipt.isPresent()) {
                gas += receipt.get().gasUsed();
                mined++;
            }
        }
        terminal.line(
                "  Settled with the warm-up: %d fills in %d batches and %d transactions, %,d gas a fill.",
                settled.fills(), settled.batches(), mined, gas / Math.max(settled.fills(), 1));
        if (settled.backlog().fills() > 0) {
            terminal.line(
                    "  While batches queued for the chain, it settled %.0f fills/s.",
                    settled.backlog().perSecond());
        }
        terminal.line("");
    }

    private List<Run> measure(Site site, DoorClient door, TopicWatch watch, Owners owners, Terminal terminal)
            throws IOException, InterruptedException {
        await(START_MS, "prices and funded accounts", () -> {
            var market = door.market();
            return market.marks().size() >= 30
                    && market.marks().size() == market.listings().size() - 1
                    && door.hasAccount(owners.last());
        });
        var processors = new ProcessorTime(site.node());
        terminal.stage("warm-up", "%d/s for %d s", WARM_UP_RATE, SECONDS);
        send(WARM_UP_RATE, new Orders(site.domain(), owners, door.market()), door, watch, processors);
        var runs = new ArrayList<Run>();
        for (int rate : RATES) {
            var run = offer(rate, site, owners, door, watch, processors, terminal);
            if (run.round(watch).saturated() && run.cores().others() > DISTURBING && isDrained(run, watch)) {
                terminal.stage(
                        "again", "other work took %.2f cores", run.cores().others());
                run = offer(rate, site, owners, door, watch, processors, terminal);
            }
            runs.add(run);
            if (run.round(watch).saturated()) {
                break;
            }
        }
        long began = System.nanoTime();
        await(FINALITY_MS, "", watch::isSettled);
        terminal.stage("settled", "waited %.1f s for the last batches", (System.nanoTime() - began) / 1e9);
        terminal.line("");
        return runs;
    }

    /** Whether all has cleared in the end: what still waits would stand in the way of the next try. */
    private static boolean isDrained(Run run, TopicWatch watch) throws IOException, InterruptedException {
        await(RECOVERY_MS, "", () -> run.isCleared(watch));
        return run.isCleared(watch);
    }

    private static Run offer(
            int rate,
            Site site,
            Owners owners,
            DoorClient door,
            TopicWatch watch,
            ProcessorTime processors,
            Terminal terminal)
            throws IOException, InterruptedException {
        // What the chain still has to settle of the last round is not this round's.
        await(CATCH_UP_MS, "", watch::isSettled);
        var run = send(rate, new Orders(site.domain(), owners, door.market()), door, watch, processors);
        var round = run.round(watch);
        terminal.stage(
                rate + "/s",
                "%d offered, %d accepted, %d cleared in time",
                round.lives().size(),
                round.passed(Point.ACKNOWLEDGED),
                round.passedInTime(Point.CLEARED));
        return run;
    }

    private static Run send(int rate, Orders orders, DoorClient door, TopicWatch watch, ProcessorTime processors)
            throws IOException, InterruptedException {
        int count = rate * SECONDS;
        var ready = new ArrayList<Orders.Order>();
        for (int i = 0; i < count; i++) {
            ready.add(orders.next());
        }
        watch.takeTroubles();
        var refused = new ConcurrentHashMap<String, Integer>();
        var acknowledged = new ConcurrentHashMap<Bytes32, Long>();
        var sent = new ArrayList<Sent>();
        long ended;
        Round.Cores cores;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            processors.start();
            long startNs = System.nanoTime();
            long startMs = System.currentTimeMillis();
            for (int i = 0; i < count; i++) {
                long after = TimeUnit.SECONDS.toNanos(i) / rate;
                while (System.nanoTime() - startNs < after) {
                    LockSupport.parkNanos(after - (System.nanoTime() - startNs));
                }
                var order = ready.get(i);
                sent.add(new Sent(
                        order.id(), order.place(), startMs + TimeUnit.NANOSECONDS.toMillis(after), acknowledged));
                threads.execute(() -> post(door, order, acknowledged, refused));
            }
            ended = System.currentTimeMillis();
            cores = processors.stop();
        }
        await(DRAIN_MS, "", () -> sent.stream().allMatch(s -> s.answered().isEmpty() || watch.isCleared(s.id())));
        watch.check();
        var troubles = new TreeMap<>(watch.takeTroubles());
        for (int i = 0; i < count; i++) {
            if (sent.get(i).answered().isPresent()
                    && !watch.isCleared(sent.get(i).id())) {
                troubles.merge("never filled, " + ready.get(i).what(), 1, Integer::sum);
            }
        }
        troubles.putAll(refused);
        return new Run(rate, List.copyOf(sent), ended, System.currentTimeMillis(), cores, troubles);
    }

    private static void post(
            DoorClient door, Orders.Order order, Map<Bytes32, Long> acknowledged, Map<String, Integer> refused) {
        try {
            var answer = door.post(order.body());
            if (answer.status() == 202) {
                acknowledged.put(order.id(), System.currentTimeMillis());
            } else {
                refused.merge("refused at the door: " + TopicWatch.reason(answer.code()), 1, Integer::sum);
            }
        } catch (IOException e) {
            refused.merge("no answer of the door, " + e.getClass().getSimpleName(), 1, Integer::sum);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Question {
        boolean ask() throws IOException, InterruptedException;
    }

    /** Waits for a yes; if it does not come, goes on where nothing is named, and fails otherwise. */
    private static void await(long patienceMs, String what, Question question)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (!question.ask()) {
            if (System.nanoTime() > deadline) {
                if (what.isEmpty()) {
                    return;
                }
                throw new IllegalStateException("No %s within %d s.".formatted(what, patienceMs / 1_000));
            }
            Thread.sleep(100);
        }
    }
}
