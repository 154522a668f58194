package io.parley.auction.domain;

import io.parley.clearing.Account;
import io.parley.clearing.NonceLanes;
import io.parley.clearing.PartialFill;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Intent;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.admission.AdmissionState;
import io.parley.protocol.admission.Nonces;
import io.parley.protocol.wire.ClearedRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * What {@code cleared} has told of the ledger so far: time, listings, keys, and of each account its nonces and partial
 * fills. It lags behind clearing by a moment, so its yes is provisional. One thread folds, any thread may read.
 */
public final class LedgerView implements AdmissionState {

    /**
     * An account's name.
     *
     * @param owner the address
     * @param number its number under the address
     */
    public record AccountName(Address owner, long number) {

        static AccountName of(Intent intent) {
            return new AccountName(intent.owner(), intent.account());
        }

        @Override
        public String toString() {
            return owner.hex() + "/" + number;
        }
    }

    private record KeyName(AccountName account, Address key) {}

    private final Map<AccountName, Account> accounts = new ConcurrentHashMap<>();
    private final Map<AccountName, Integer> indices = new ConcurrentHashMap<>();
    private final Map<KeyName, RegisterKey> keys = new ConcurrentHashMap<>();
    private volatile Listings listings = Listings.NONE;
    private volatile long stateTime;
    private volatile long clock;
    private volatile long commandsOffset;
    private volatile long lastAuction;

    /** Knows nothing yet. */
    public LedgerView() {}

    /**
     * Takes in one record.
     *
     * @param record the next one
     * @return the accounts that changed
     */
    public List<AccountName> fold(ClearedRecord record) {
        commandsOffset = Math.max(commandsOffset, record.commandsOffset());
        stateTime = Math.max(stateTime, record.time());
        if (!(record instanceof ClearedRecord.Applied applied)) {
            return List.of();
        }
        if (applied.commandKind() == ListAsset.KIND || applied.commandKind() == RegisterKey.KIND) {
            learn(Command.decode(applied.command()));
        }
        List<AccountName> changed = new ArrayList<>(applied.accounts().size());
        for (ClearedRecord.AccountAfter after : applied.accounts()) {
            Account account = Account.decode(after.leaf().bytes());
            AccountName name = new AccountName(account.owner(), account.account());
            accounts.put(name, account);
            indices.put(name, after.index());
            lastAuction = Math.max(lastAuction, account.lastAuction());
            changed.add(name);
        }
        return changed;
    }

    private void learn(Command command) {
        if (command instanceof ListAsset listed
                && !listings.contains(listed.asset())
                && listings.idOf(listed.name()).isEmpty()) {
            listings = listings.with(listed.asset(), listed.name());
        } else if (command instanceof RegisterKey key) {
            keys.put(new KeyName(new AccountName(key.owner(), key.account()), key.key()), key);
        }
    }

    /** The reader's own time, which counts until the first price sets the state's. */
    void clock(long unixSeconds) {
        clock = unixSeconds;
    }

    @Override
    public Listings listings() {
        return listings;
    }

    @Override
    public long time() {
        long time = stateTime;
        return time > 0 ? time : clock;
    }

    @Override
    public Optional<Nonces> nonces(Address owner, long account) {
        return Optional.ofNullable(accounts.get(new AccountName(owner, account)))
                .map(Account::nonces)
                .map(lanes -> new Nonces(IntStream.range(0, NonceLanes.LANES)
                        .mapToObj(lane -> new Nonces.Lane(lanes.base(lane), lanes.bits(lane)))
                        .toList()));
    }

    @Override
    public Optional<Long> keyExpiry(Address owner, long account, Address key, int scope) {
        return Optional.ofNullable(keys.get(new KeyName(new AccountName(owner, account), key)))
                .filter(registered -> (registered.scope() & scope) == scope)
                .map(RegisterKey::expiry);
    }

    /** Whether an account is the leaf with this index. */
    boolean isAt(AccountName account, int index) {
        Integer known = indices.get(account);
        return known != null && known == index;
    }

    /** The highest offset of {@code commands} that is folded in; 0 before the first. */
    long commandsOffset() {
        return commandsOffset;
    }

    /** The highest auction that any account has filled in as solver. */
    long lastAuction() {
        return lastAuction;
    }

    /** The open partial fill of an intent. */
    Optional<PartialFill> partial(Bytes32 id, Intent intent) {
        return Optional.ofNullable(accounts.get(AccountName.of(intent))).flatMap(account -> account.partial(id));
    }

    /** How an intent's nonce stands: what a fill of it would meet. */
    NonceState nonceState(Bytes32 id, Intent intent) {
        Account account = accounts.get(AccountName.of(intent));
        if (account == null) {
            return NonceState.UNKNOWN;
        }
        if (account.nonces().isUnused(intent.nonce()) || account.partial(id).isPresent()) {
            return NonceState.OPEN;
        }
        long base = account.nonces().base(NonceLanes.lane(intent.nonce()));
        return NonceLanes.number(intent.nonce()) >= base + NonceLanes.WINDOW ? NonceState.AHEAD : NonceState.USED;
    }

    /** Whether no fill of an intent can ever pass: its time is over, or its nonce is used and it is not open in part. */
    boolean isSpent(Intent intent) {
        if (intent.validUntil() < time()) {
            return true;
        }
        Account account = accounts.get(AccountName.of(intent));
        if (account == null || account.nonces().isUnused(intent.nonce())) {
            return false;
        }
        long base = account.nonces().base(NonceLanes.lane(intent.nonce()));
        return NonceLanes.number(intent.nonce()) < base + NonceLanes.WINDOW
                && account.partials().stream().noneMatch(open -> open.nonce() == intent.nonce());
    }

    enum NonceState {
        /** Unused, or used by this very intent, which is filled in part. */
        OPEN,
        /** Used or cancelled: no fill will ever pass. */
        USED,
        /** Above the window, which slides up as lower nonces are used. */
        AHEAD,
        /** The account is not known yet. */
        UNKNOWN
    }
}
