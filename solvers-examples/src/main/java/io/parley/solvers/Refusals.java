package io.parley.solvers;

import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import io.parley.protocol.spi.Outcome;
import io.parley.protocol.spi.Proposal;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which intents were lately in refused bids. A refusal may be the fault of one owner only (a used nonce, too little
 * margin, an account that has changed) and does not go away within a few auctions: what was refused is best left alone for a
 * while. Thread-safe.
 */
public final class Refusals {

    /** For so many auctions what was refused is left alone: five seconds of windows of 100 ms. */
    private static final int PATIENCE = 50;

    private static final int MOST_REMEMBERED = 10_000;

    /** What the solver itself, its cap or its clock is to blame for says nothing about the intents. */
    private static final Set<Reason> OWN = EnumSet.of(
            Reason.LATE,
            Reason.ABOVE_CAP,
            Reason.NOT_COMMITTED,
            Reason.AUCTION_NOT_NEW,
            Reason.UNKNOWN_AUCTION,
            Reason.FEE_BELOW_MINIMUM,
            Reason.HOLD_EXCEEDS_MARGIN);

    /** By the intents of a bid, the last auction in which it was refused. */
    private final Map<Set<Bytes32>, Long> sets = new LinkedHashMap<>();

    private final Map<Bytes32, Long> intents = new LinkedHashMap<>();

    /** Takes note, if it is a refusal. */
    public synchronized void on(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused && !OWN.contains(refused.reason())) {
            var refusedSet = intentsOf(refused.proposal());
            refusedSet.forEach(intent -> intents.put(intent, refused.auction()));
            sets.put(refusedSet, refused.auction());
            trim(intents);
            trim(sets);
        }
    }

    /** Whether a bid for exactly these intents was refused shortly before this auction. */
    public synchronized boolean concern(Set<Bytes32> together, long auction) {
        return isRecent(sets.get(together), auction);
    }

    /** Whether a bid with this intent was refused shortly before this auction, perhaps because of another in it. */
    public synchronized boolean concern(Bytes32 intent, long auction) {
        return isRecent(intents.get(intent), auction);
    }

    private static boolean isRecent(@Nullable Long last, long auction) {
        return last != null && auction - last < PATIENCE;
    }

    private static Set<Bytes32> intentsOf(Proposal proposal) {
        var set = new HashSet<Bytes32>();
        proposal.fills().forEach(fill -> set.add(fill.intent()));
        return set;
    }

    private static void trim(Map<?, Long> remembered) {
        var oldest = remembered.keySet().iterator();
        while (remembered.size() > MOST_REMEMBERED) {
            oldest.next();
            oldest.remove();
        }
    }
}
