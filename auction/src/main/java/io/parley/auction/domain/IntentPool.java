package io.parley.auction.domain;

import io.parley.auction.domain.LedgerView.AccountName;
import io.parley.auction.domain.PooledIntent.Place;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.wire.AuctionRecord.Unfilled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The intents that wait for a fill, by id. One that stands in an auction, or whose award is not yet answered by the
 * ledger, stays here but is not drawn again. Who leaves without a fill leaves a reason behind. For one thread.
 */
final class IntentPool {

    /** A trade that clearing keeps refusing for reasons of its own is given up after so many times. */
    private static final int MOST_REFUSALS = 20;

    /** An intent whose validity or nonce is not open yet is looked at again after this long. */
    private static final long RECHECK_MS = 250;

    /** How many ids that are over are remembered. Forgetting one costs an auction in vain: the ledger knows its nonce. */
    private static final int REMEMBERED = 200_000;

    private final LedgerView ledger;
    private final Backoff backoff;
    private final Map<Bytes32, PooledIntent> byId = new HashMap<>();
    private final Map<AccountName, Set<PooledIntent>> byAccount = new HashMap<>();
    private final TreeMap<Long, PooledIntent> ready = new TreeMap<>();
    private final PriorityQueue<PooledIntent> resting = new PriorityQueue<>(
            Comparator.comparingLong((PooledIntent intent) -> intent.restUntil).thenComparingLong(i -> i.arrival));
    private final Set<Bytes32> ended = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes32, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private final Map<Bytes32, Unfilled> departed = new HashMap<>();
    private long arrivals;

    IntentPool(LedgerView ledger, Backoff backoff) {
        this.ledger = ledger;
        this.backoff = backoff;
    }

    int size() {
        return byId.size();
    }

    @Nullable
    PooledIntent find(Bytes32 id) {
        return byId.get(id);
    }

    /** Takes in an intent that passed admission; false if it is here already or has ended. */
    boolean add(Bytes32 id, SignedIntent signed, long nowMs) {
        if (byId.containsKey(id) || ended.contains(id)) {
            return false;
        }
        PooledIntent intent = new PooledIntent(id, signed, arrivals++, partsLeft(id, signed), nowMs);
        byId.put(id, intent);
        byAccount
                .computeIfAbsent(intent.account(), name -> new LinkedHashSet<>())
                .add(intent);
        resting.add(intent);
        return true;
    }

    private long partsLeft(Bytes32 id, SignedIntent signed) {
        return ledger.partial(id, signed.intent())
                .map(open -> signed.intent().parts() - open.partsDone())
                .orElse(signed.intent().parts());
    }

    /** Marks an id as over, whether it is here or not: it will not be taken in again. */
    void end(Bytes32 id, int code, String detail) {
        ended.add(id);
        PooledIntent intent = byId.get(id);
        if (intent != null) {
            leave(intent, code, detail);
        }
    }

    /** Takes the intents that may stand in an auction now, in order of arrival. */
    List<PooledIntent> draw(long auction, int most, long nowMs) {
        wake(nowMs);
        List<PooledIntent> drawn = new ArrayList<>();
        while (!ready.isEmpty() && drawn.size() < most) {
            PooledIntent intent = ready.firstEntry().getValue();
            if (leavesBecauseSpent(intent)) {
                continue;
            }
            ready.remove(intent.arrival);
            if (!enters(intent, auction)) {
                rest(intent, nowMs + RECHECK_MS);
                continue;
            }
            drawn.add(intent);
        }
        if (!drawn.isEmpty()) {
            drawCompany(drawn, auction, most);
        }
        return drawn;
    }

    /**
     * An auction that opens anyway takes those along that only rest because nobody bid for them: two opposite intents that rest at
     * different times would otherwise never meet.
     */
    private void drawCompany(List<PooledIntent> drawn, long auction, int most) {
        List<PooledIntent> company = resting.stream()
                .filter(intent -> intent.place == Place.WAITING && intent.misses > 0 && intent.refusals == 0)
                .sorted(Comparator.comparingLong(intent -> intent.arrival))
                .limit(most - drawn.size())
                .toList();
        for (PooledIntent intent : company) {
            if (!leavesBecauseSpent(intent) && enters(intent, auction)) {
                resting.remove(intent);
                drawn.add(intent);
            }
        }
    }

    private boolean enters(PooledIntent intent, long auction) {
        if (intent.intent().validFrom() > ledger.time()
                || ledger.nonceState(intent.id, intent.intent()) != LedgerView.NonceState.OPEN) {
            return false;
        }
        intent.partsLeft = partsLeft(intent.id, intent.signed);
        intent.place = Place.IN_AUCTION;
        intent.auction = auction;
        return true;
    }

    private void wake(long nowMs) {
        while (!resting.isEmpty() && resting.peek().restUntil <= nowMs) {
            PooledIntent intent = resting.remove();
            if (intent.place == Place.WAITING) {
                ready.put(intent.arrival, intent);
            }
        }
    }

    private void rest(PooledIntent intent, long untilMs) {
        intent.restUntil = untilMs;
        resting.add(intent);
    }

    /** From when on an intent may be drawn, in unix milliseconds; 0 if some were left by the last draw, empty if none. */
    OptionalLong nextDraw() {
        if (!ready.isEmpty()) {
            return OptionalLong.of(0);
        }
        return resting.isEmpty() ? OptionalLong.empty() : OptionalLong.of(resting.peek().restUntil);
    }

    /** The intent won: it waits for the ledger's answer. */
    void awarded(PooledIntent intent) {
        intent.place = Place.IN_CLEARING;
        intent.misses = 0;
    }

    /** A former life awarded it, and the ledger has not answered yet. */
    void awardedBefore(Bytes32 id, long auction) {
        PooledIntent intent = byId.get(id);
        if (intent != null && intent.place == Place.WAITING) {
            ready.remove(intent.arrival);
            resting.remove(intent);
            intent.place = Place.IN_CLEARING;
            intent.auction = auction;
        }
    }

    /** The intent was outbid with another in the same bundle: it may try again at once. */
    void outbid(PooledIntent intent, long nowMs) {
        intent.misses = 0;
        waitAgain(intent, nowMs);
    }

    /** The auction brought the intent nothing: it tries again, ever less often. */
    void missed(PooledIntent intent, long nowMs) {
        intent.misses++;
        waitAgain(intent, nowMs + backoff.rest(intent.misses));
    }

    /** Clearing refused the award for a reason that is not the intent's. */
    void refused(PooledIntent intent, int code, String detail, long nowMs) {
        intent.refusals++;
        if (intent.refusals >= MOST_REFUSALS) {
            end(intent.id, code, "refused in clearing %d times, at last: %s".formatted(intent.refusals, detail));
        } else {
            waitAgain(intent, nowMs + backoff.rest(intent.refusals));
        }
    }

    /** The ledger applied a fill of the intent: done, or the remainder joins the next auction. */
    void filled(PooledIntent intent, long nowMs) {
        if (ledger.partial(intent.id, intent.intent()).isEmpty()) {
            remove(intent);
            ended.add(intent.id);
        } else {
            intent.refusals = 0;
            intent.partsLeft = partsLeft(intent.id, intent.signed);
            if (intent.place == Place.IN_CLEARING) {
                waitAgain(intent, nowMs);
            }
        }
    }

    private void waitAgain(PooledIntent intent, long fromMs) {
        intent.place = Place.WAITING;
        if (!leavesBecauseSpent(intent)) {
            rest(intent, fromMs);
        }
    }

    /** Looks at the waiting intents of accounts that changed: a nonce may be used or cancelled. */
    void reconsider(Collection<AccountName> accounts) {
        for (AccountName account : accounts) {
            for (PooledIntent intent : List.copyOf(byAccount.getOrDefault(account, Set.of()))) {
                if (intent.place == Place.WAITING) {
                    leavesBecauseSpent(intent);
                }
            }
        }
    }

    private boolean leavesBecauseSpent(PooledIntent intent) {
        if (!ledger.isSpent(intent.intent())) {
            return false;
        }
        if (intent.intent().validUntil() < ledger.time()) {
            leave(
                    intent,
                    Reason.EXPIRED.code(),
                    "valid until %d, the state time is %d"
                            .formatted(intent.intent().validUntil(), ledger.time()));
        } else {
            leave(
                    intent,
                    Reason.NONCE_USED.code(),
                    "nonce %s of %s was used or cancelled"
                            .formatted(Long.toUnsignedString(intent.intent().nonce()), intent.account()));
        }
        return true;
    }

    private void leave(PooledIntent intent, int code, String detail) {
        remove(intent);
        departed.put(intent.id, new Unfilled(intent.id, code, detail));
    }

    private void remove(PooledIntent intent) {
        intent.place = Place.GONE;
        byId.remove(intent.id);
        ready.remove(intent.arrival);
        resting.remove(intent);
        Set<PooledIntent> siblings = byAccount.get(intent.account());
        if (siblings != null && siblings.remove(intent) && siblings.isEmpty()) {
            byAccount.remove(intent.account());
        }
    }

    /** These departures are told already. */
    void told(Collection<Bytes32> ids) {
        departed.keySet().removeAll(Set.copyOf(ids));
    }

    /** Who left without a fill since the last call, with the reason, ascending by id. */
    List<Unfilled> departed() {
        List<Unfilled> result = departed.values().stream()
                .sorted(Comparator.comparing(Unfilled::intent))
                .toList();
        departed.clear();
        return result;
    }
}
