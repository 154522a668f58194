package io.parley.solver.domain;

import io.parley.protocol.AssetKind;
import io.parley.protocol.Blob;
import io.parley.protocol.Command;
import io.parley.protocol.ListAsset;
import io.parley.protocol.Listings;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.SetParameters;
import io.parley.protocol.admission.Nonces;
import io.parley.protocol.spi.MarketView;
import io.parley.protocol.spi.SolverAccount;
import io.parley.protocol.wire.ClearedRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The state as the cleared log tells it: the market, and every account with its net initial margin. Written by one
 * thread, read by any.
 */
public final class ClearedState {

    private record Known(Blob leaf, long netInitial) {}

    private final Map<AccountId, Known> accounts = new ConcurrentHashMap<>();
    private volatile long commandsOffset = -1;
    private volatile Listings listings = Listings.NONE;
    private volatile Map<Integer, String> symbols = Map.of();
    private volatile Blob marginParameters = Blob.EMPTY;
    private volatile @Nullable MarketView market;

    /**
     * Takes the next record. One that was taken before changes nothing.
     *
     * @throws io.parley.protocol.Undecodable if a leaf or command in it cannot be read
     */
    public void on(ClearedRecord record) {
        if (record.commandsOffset() <= commandsOffset) {
            return;
        }
        switch (record) {
            case ClearedRecord.Applied applied -> apply(applied);
            case ClearedRecord.PriceTick tick -> {
                var price = (PriceCommand) Command.decode(tick.command());
                market = view(tick.time(), PriceContent.decode(price.content()));
            }
            case ClearedRecord.Refused refused -> {}
        }
        commandsOffset = record.commandsOffset();
    }

    private void apply(ClearedRecord.Applied applied) {
        for (var after : applied.accounts()) {
            accounts.put(
                    AccountLeaf.decode(after.leaf()).id(),
                    new Known(after.leaf(), after.margin().imAfter()));
        }
        switch (applied.commandKind()) {
            case ListAsset.KIND -> list((ListAsset) Command.decode(applied.command()));
            case SetParameters.KIND -> {
                var set = (SetParameters) Command.decode(applied.command());
                if (set.what() == SetParameters.MARGIN) {
                    marginParameters = set.content();
                }
            }
            default -> {}
        }
        var known = market;
        if (known != null && (known.listings() != listings || known.marginParameters() != marginParameters)) {
            market = view(known.time(), known.prices());
        }
    }

    private void list(ListAsset listed) {
        listings = listings.with(listed.asset(), listed.name());
        if (listed.asset().kind() == AssetKind.SPOT || listed.asset().kind() == AssetKind.PERP) {
            var more = new HashMap<>(symbols);
            var name = listed.name();
            int end = listed.asset().kind() == AssetKind.PERP ? name.lastIndexOf('-') : name.length();
            more.put(listed.asset().underlying(), end < 0 ? name : name.substring(0, end));
            symbols = Map.copyOf(more);
        }
    }

    private MarketView view(long time, PriceContent prices) {
        return new MarketView(time, prices, listings, symbols, marginParameters);
    }

    /** Where the last command that was told stands in {@code commands}; -1 before the first. */
    public long commandsOffset() {
        return commandsOffset;
    }

    /** The market; empty before the first price. */
    public Optional<MarketView> market() {
        return Optional.ofNullable(market);
    }

    public Listings listings() {
        return listings;
    }

    public Map<Integer, String> symbols() {
        return symbols;
    }

    /** Which nonces of an account are unused; empty if it does not exist. */
    public Optional<Nonces> nonces(AccountId id) {
        return Optional.ofNullable(accounts.get(id))
                .map(known -> AccountLeaf.decode(known.leaf()).nonces());
    }

    /**
     * An account as a solver sees it; empty if it does not exist.
     *
     * @param held cash units of 1e-8 that are held of its margin
     */
    public Optional<SolverAccount> account(AccountId id, long held) {
        var known = accounts.get(id);
        if (known == null) {
            return Optional.empty();
        }
        var leaf = AccountLeaf.decode(known.leaf());
        long free;
        try {
            free = Math.subtractExact(known.netInitial(), held);
        } catch (ArithmeticException e) {
            free = Long.MIN_VALUE;
        }
        return Optional.of(new SolverAccount(id.account(), leaf.cash(), leaf.positions(), free));
    }
}
