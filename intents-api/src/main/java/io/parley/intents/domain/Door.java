package io.parley.intents.domain;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.admission.Admission;
import io.parley.protocol.admission.Admissions;
import io.parley.protocol.admission.SenderLimits;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides what may be written to {@code intents} and, for withdrawals and cancels, to {@code commands}: overload (604), the
 * checks that it shares with the auction, and what needs memory: duplicates (205) and the limit per sender (201). Thread
 * safe.
 */
public final class Door {

    /**
     * @param unacknowledged how many records may be on the way to the broker
     * @param waiting how many accepted intents may wait for their first auction
     * @param patience milliseconds after which an intent that no auction has shown counts as refused behind the door
     * @param remembered how many ids are remembered against duplicates
     */
    public record Bounds(int unacknowledged, int waiting, long patience, int remembered) {}

    private static final int TRY_AGAIN = 1;

    private final Admissions admissions;
    private final SenderLimits limits;
    private final KnownState known;
    private final Bounds bounds;
    private final Seen seen;
    private final Waiting waiting;
    private final AtomicInteger unacknowledged = new AtomicInteger();

    public Door(Admissions admissions, SenderLimits limits, KnownState known, Bounds bounds) {
        this.admissions = admissions;
        this.limits = limits;
        this.known = known;
        this.bounds = bounds;
        this.seen = new Seen(bounds.remembered());
        this.waiting = new Waiting(bounds.patience());
    }

    /**
     * Whoever gets {@link Entry.Admitted} writes the intent and then calls {@link #written} or {@link #failed}.
     *
     * @param now milliseconds
     */
    public Entry intent(SignedIntent signed, long now) {
        int pending = waiting.size(now);
        if (pending >= bounds.waiting()) {
            return busy("intents", pending + " that wait for an auction", "be fewer than " + bounds.waiting());
        }
        var sender = signed.intent().owner();
        return switch (admissions.check(signed, known.asOf(now / 1000))) {
            case Admission.Refused refused -> new Entry.Refused(refused.refusal());
            case Admission.Accepted accepted ->
                enter(accepted.id(), sender, now, () -> waiting.add(accepted.id(), now));
        };
    }

    /**
     * As {@link #intent}; the id is that of the command.
     *
     * @param now milliseconds
     */
    public Entry withdrawal(WithdrawCommand command, long now) {
        var withdraw = command.withdraw();
        return switch (admissions.check(withdraw, command.signature(), known.asOf(now / 1000))) {
            case Admission.Refused refused -> new Entry.Refused(refused.refusal());
            case Admission.Accepted accepted -> enter(command.id(), withdraw.owner(), now, () -> {});
        };
    }

    /**
     * As {@link #intent}; the id is that of the command.
     *
     * @param now milliseconds
     */
    public Entry cancel(CancelCommand command, long now) {
        var cancel = command.cancel();
        return switch (admissions.check(cancel, command.signature(), known.asOf(now / 1000))) {
            case Admission.Refused refused -> new Entry.Refused(refused.refusal());
            case Admission.Accepted accepted -> enter(command.id(), cancel.owner(), now, () -> {});
        };
    }

    /**
     * As {@link #intent}; the id is that of the command.
     *
     * @param now milliseconds
     */
    public Entry mode(SetModeCommand command, long now) {
        return switch (admissions.check(command.setMode(), command.signature(), known.asOf(now / 1000))) {
            case Admission.Refused refused -> new Entry.Refused(refused.refusal());
            case Admission.Accepted accepted -> enter(command.id(), command.owner(), now, () -> {});
        };
    }

    /**
     * As {@link #intent}; the id is that of the command.
     *
     * @param now milliseconds
     */
    public Entry heartbeat(HeartbeatCommand command, long now) {
        return switch (admissions.check(command.heartbeat(), command.signature(), known.asOf(now / 1000))) {
            case Admission.Refused refused -> new Entry.Refused(refused.refusal());
            case Admission.Accepted accepted -> enter(command.id(), command.owner(), now, () -> {});
        };
    }

    private Entry enter(Bytes32 id, Address sender, long now, Runnable admitted) {
        int backlog = unacknowledged.get();
        if (backlog >= bounds.unacknowledged()) {
            return busy("records", backlog + " on the way to the broker", "be fewer than " + bounds.unacknowledged());
        }
        if (!seen.add(id)) {
            return new Entry.Refused(
                    new Refusal(Reason.DUPLICATE, "id", id.hex(), "be new: it has been accepted already"));
        }
        if (!limits.take(sender, now)) {
            seen.remove(id);
            return new Entry.Busy(
                    new Refusal(Reason.RATE_LIMITED, "owner", sender.hex(), "send less at a time"), TRY_AGAIN);
        }
        unacknowledged.incrementAndGet();
        admitted.run();
        return new Entry.Admitted(id);
    }

    /** The broker has it. */
    public void written(Bytes32 id) {
        unacknowledged.decrementAndGet();
    }

    /** It is not known whether the broker has it: whoever sent it may try again, and is not told that it is a duplicate. */
    public void failed(Bytes32 id) {
        unacknowledged.decrementAndGet();
        seen.remove(id);
        waiting.remove(id);
    }

    /** It was read from the topic, whoever wrote it. */
    public void posted(Bytes32 id) {
        seen.add(id);
    }

    /** An auction has shown it. */
    public void shown(Bytes32 intent) {
        waiting.remove(intent);
    }

    /** Whether it was accepted lately, so that it is known before its row is. */
    public boolean hasSeen(Bytes32 id) {
        return seen.contains(id);
    }

    public int unacknowledged() {
        return unacknowledged.get();
    }

    /** @param now milliseconds */
    public int waiting(long now) {
        return waiting.size(now);
    }

    /** What to answer when something that the door needs is not there. */
    public static Entry.Busy unavailable(String what, String rule) {
        return (Entry.Busy) busy(what, "not available", rule);
    }

    private static Entry busy(String field, String value, String rule) {
        return new Entry.Busy(new Refusal(Reason.OVERLOADED, field, value, rule), TRY_AGAIN);
    }
}
