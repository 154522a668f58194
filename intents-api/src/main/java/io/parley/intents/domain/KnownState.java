package io.parley.intents.domain;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Listings;
import io.parley.protocol.admission.AdmissionState;
import io.parley.protocol.admission.Nonces;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the door knows of the ledger, in memory. Whoever tells it something says at which offset of {@code commands} it
 * became true, and older news never replaces newer: so it may be told the same twice and in any order. Thread safe.
 */
public final class KnownState {

    private record Account(Address owner, long number) {}

    private record Key(Address owner, long number, Address key) {}

    private record AccountNews(Nonces nonces, long offset) {}

    private record KeyNews(int scope, long expiry, long offset) {}

    private final Map<Account, AccountNews> accounts = new ConcurrentHashMap<>();
    private final Map<Key, KeyNews> keys = new ConcurrentHashMap<>();
    private final Map<Integer, Map.Entry<AssetId, String>> listed = new TreeMap<>();
    private volatile Listings listings = Listings.NONE;
    private volatile long time;

    /** Listings are told by their index; those after a gap count once the gap is filled. */
    public synchronized void listed(int index, AssetId asset, String name) {
        if (listed.putIfAbsent(index, Map.entry(asset, name)) != null) {
            return;
        }
        var next = listings;
        for (var entry = listed.get(next.size()); entry != null; entry = listed.get(next.size())) {
            next = next.with(entry.getKey(), entry.getValue());
        }
        listings = next;
    }

    public void account(Address owner, long number, Nonces nonces, long offset) {
        accounts.merge(
                new Account(owner, number),
                new AccountNews(nonces, offset),
                (old, news) -> news.offset > old.offset ? news : old);
    }

    public void key(Address owner, long number, Address key, int scope, long expiry, long offset) {
        keys.merge(
                new Key(owner, number, key),
                new KeyNews(scope, expiry, offset),
                (old, news) -> news.offset > old.offset ? news : old);
    }

    /** The state time never runs back. */
    public synchronized void time(long seconds) {
        time = Math.max(time, seconds);
    }

    public Listings listings() {
        return listings;
    }

    /** Unix seconds; 0 before the first price. */
    public long time() {
        return time;
    }

    public int accounts() {
        return accounts.size();
    }

    /**
     * As admission asks for it.
     *
     * @param now unix seconds, which stand in for the state time until the first price has set it
     */
    public AdmissionState asOf(long now) {
        long at = time == 0 ? now : time;
        return new AdmissionState() {
            @Override
            public Listings listings() {
                return listings;
            }

            @Override
            public long time() {
                return at;
            }

            @Override
            public Optional<Nonces> nonces(Address owner, long account) {
                return Optional.ofNullable(accounts.get(new Account(owner, account)))
                        .map(AccountNews::nonces);
            }

            @Override
            public Optional<Long> keyExpiry(Address owner, long account, Address key, int scope) {
                @Nullable KeyNews grant = keys.get(new Key(owner, account, key));
                return grant == null || (grant.scope & scope) == 0 ? Optional.empty() : Optional.of(grant.expiry);
            }
        };
    }
}
