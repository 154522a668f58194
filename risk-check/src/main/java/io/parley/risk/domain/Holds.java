package io.parley.risk.domain;

import io.parley.protocol.Bytes32;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Margin promised to bids that are not decided yet. Amounts are cash units of 1e-8, at least zero; times are log time,
 * the unix seconds of the last price.
 *
 * <p>An account can win at most one bid of an auction (the ledger refuses a second one, 301), so what an auction can
 * take from it is the largest of its caps there, not their sum; over auctions they add up. Older auctions rank first:
 * if the account's margin falls below the sum, because prices moved or its owner withdrew, the youngest promise gives
 * way. Holds stand beside the ledger and never change a root.
 */
public final class Holds {

    private static final class Exposure {
        private final long expiresAt;
        private final Map<Bytes32, Long> caps = new HashMap<>();

        private Exposure(long expiresAt) {
            this.expiresAt = expiresAt;
        }

        long most() {
            long most = 0;
            for (long cap : caps.values()) {
                most = Math.max(most, cap);
            }
            return most;
        }
    }

    /** By account, then by auction in the order of their first hold. */
    private final Map<SolverAccount, LinkedHashMap<Long, Exposure>> exposures = new HashMap<>();

    /** What is promised from an account to other auctions than this one. */
    public long others(SolverAccount account, long auction) {
        long total = 0;
        for (Map.Entry<Long, Exposure> exposure : of(account).entrySet()) {
            if (exposure.getKey() != auction) {
                total = saturatedSum(total, exposure.getValue().most());
            }
        }
        return total;
    }

    /**
     * Binds a cap. Whether the account can afford it is the caller's to check.
     *
     * @param expiresAt log time after which it is void whatever becomes of the auction
     */
    public void place(SolverAccount account, long auction, Bytes32 bid, long cap, long expiresAt) {
        exposures
                .computeIfAbsent(account, a -> new LinkedHashMap<>())
                .computeIfAbsent(auction, a -> new Exposure(expiresAt))
                .caps
                .put(bid, cap);
    }

    /** All that is promised from an account. */
    public long total(SolverAccount account) {
        long total = 0;
        for (Exposure exposure : of(account).values()) {
            total = saturatedSum(total, exposure.most());
        }
        return total;
    }

    /** What is promised from an account to auctions that rank before this one. */
    public long before(SolverAccount account, long auction) {
        long total = 0;
        for (Map.Entry<Long, Exposure> exposure : of(account).entrySet()) {
            if (exposure.getKey() == auction) {
                break;
            }
            total = saturatedSum(total, exposure.getValue().most());
        }
        return total;
    }

    /** Frees the margin of one bid: it was refused, lost, or has been cleared. */
    public void release(SolverAccount account, long auction, Bytes32 bid) {
        Map<Long, Exposure> auctions = exposures.get(account);
        Exposure exposure = auctions == null ? null : auctions.get(auction);
        if (auctions == null || exposure == null) {
            return;
        }
        exposure.caps.remove(bid);
        if (exposure.caps.isEmpty()) {
            auctions.remove(auction);
        }
        if (auctions.isEmpty()) {
            exposures.remove(account);
        }
    }

    /**
     * Frees what has outlived its auction.
     *
     * @return the auctions that still had something held
     */
    public List<Long> expire(long time) {
        List<Long> expired = new ArrayList<>();
        for (Iterator<LinkedHashMap<Long, Exposure>> accounts =
                        exposures.values().iterator();
                accounts.hasNext(); ) {
            LinkedHashMap<Long, Exposure> auctions = accounts.next();
            auctions.entrySet().removeIf(e -> {
                boolean over = e.getValue().expiresAt < time;
                if (over) {
                    expired.add(e.getKey());
                }
                return over;
            });
            if (auctions.isEmpty()) {
                accounts.remove();
            }
        }
        return expired;
    }

    public boolean isEmpty() {
        return exposures.isEmpty();
    }

    private Map<Long, Exposure> of(SolverAccount account) {
        LinkedHashMap<Long, Exposure> auctions = exposures.get(account);
        return auctions == null ? Map.of() : auctions;
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
