package io.parley.intents.infra.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.parley.intents.domain.LogRecord;
import io.parley.intents.infra.config.ApiConfig;
import io.parley.intents.infra.config.Role;
import io.parley.intents.infra.store.Changes;
import io.parley.intents.infra.store.Views;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes the views. Before anything else it reads from the topics what the views lack, from the offsets
 * that stand in the views themselves; then it writes what the channels bring, as many polls in one transaction as have
 * come. A rebuild is a job between two transactions: while it runs, the channels wait.
 */
@Singleton
public final class ViewsFeed {

    private static final Logger LOG = Logger.getLogger(ViewsFeed.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    /** Records to write, or a job that does more than that; either is reported as done. */
    private record Job(List<LogRecord> records, @Nullable Runnable task, CompletableFuture<@Nullable Void> done) {}

    private final Role role;
    private final ApiConfig config;
    private final Instance<Views> views;
    private final Log log;
    private final DeadLetters deadLetters;
    private final Changes changes;
    private final Instance<MeterRegistry> metrics;
    private final LinkedBlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private volatile boolean ready;
    private volatile boolean stopped;
    private volatile @Nullable Thread thread;

    ViewsFeed(
            Role role,
            ApiConfig config,
            Instance<Views> views,
            Log log,
            DeadLetters deadLetters,
            Changes changes,
            Instance<MeterRegistry> metrics) {
        this.role = role;
        this.config = config;
        this.views = views;
        this.log = log;
        this.deadLetters = deadLetters;
        this.changes = changes;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        if (role.isOn()) {
            thread = Thread.ofPlatform().name("views-writer").daemon().start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped = true;
        var writer = thread;
        if (writer != null) {
            writer.interrupt();
            writer.join(Duration.ofSeconds(10));
        }
    }

    /** Whether everything that stood in the topics at the start is in the views, so that the door knows the ledger. */
    public boolean isReady() {
        return ready;
    }

    /** Completes when the records are in the views. */
    CompletableFuture<@Nullable Void> write(List<LogRecord> records) {
        return enqueue(new Job(records, null, new CompletableFuture<>()));
    }

    /**
     * Empties the views and reads the topics again from the start.
     *
     * @return completes with the number of records read
     */
    public CompletableFuture<Long> rebuild() {
        var count = new CompletableFuture<Long>();
        enqueue(new Job(
                        List.of(),
                        () -> {
                            long start = System.nanoTime();
                            views.get().empty();
                            long read = catchUp();
                            LOG.infof(
                                    "Views rebuilt from %d records in %d ms",
                                    read, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                            count.complete(read);
                        },
                        new CompletableFuture<>()))
                .exceptionally(e -> {
                    count.completeExceptionally(e);
                    return null;
                });
        return count;
    }

    private CompletableFuture<@Nullable Void> enqueue(Job job) {
        jobs.add(job);
        if (stopped) {
            cancelAll();
        }
        return job.done();
    }

    private void run() {
        try {
            patiently("The views could not be brought up to date", () -> {
                views.get().tellTheDoor(config.bounds().remembered());
                long read = catchUp();
                LOG.infof("Views are up to date; %d records were new", read);
            });
            ready = true;
            while (!stopped) {
                work(jobs.take());
            }
        } catch (InterruptedException | CancellationException e) {
            LOG.debug("The views are no longer written");
        } finally {
            ready = false;
            cancelAll();
        }
    }

    private void cancelAll() {
        for (var job = jobs.poll(); job != null; job = jobs.poll()) {
            job.done().cancel(false);
        }
    }

    private long catchUp() {
        var offsets = views.get().offsets();
        return log.readToEnd(offsets, config.views().transaction(), records -> {
            views.get().write(records, deadLetters::send);
            changes.announce();
        });
    }

    private void work(Job first) throws InterruptedException {
        if (first.task() != null) {
            patiently("The views could not be rebuilt", first.task());
            first.done().complete(null);
            return;
        }
        var polls = new ArrayList<Job>(List.of(first));
        var records = new ArrayList<>(first.records());
        for (var next = jobs.peek();
                next != null
                        && next.task() == null
                        && records.size() + next.records().size()
                                <= config.views().transaction();
                next = jobs.peek()) {
            polls.add(jobs.remove());
            records.addAll(next.records());
        }
        var timer = Timer.start();
        patiently("The views could not be written", () -> views.get().write(records, deadLetters::send));
        if (metrics.isResolvable()) {
            timer.stop(metrics.get().timer("parley.views.transaction"));
            metrics.get().counter("parley.views.records").increment(records.size());
        }
        polls.forEach(poll -> poll.done().complete(null));
        changes.announce();
    }

    /** Tries until it goes well: what is in the log must get into the views, and the channels wait so long. */
    private void patiently(String failed, Runnable task) throws InterruptedException {
        var pause = FIRST_PAUSE;
        while (true) {
            try {
                task.run();
                return;
            } catch (RuntimeException e) {
                if (stopped) {
                    throw new CancellationException();
                }
                LOG.errorf(e, "%s; next attempt in %d ms", failed, pause.toMillis());
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : LAST_PAUSE;
        }
    }
}
