package io.parley.solvers;

import io.parley.clearing.Account;
import io.parley.clearing.Margin;
import io.parley.clearing.MarginParameters;
import io.parley.clearing.MarginUnavailable;
import io.parley.clearing.StandardMargin;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Leg;
import io.parley.protocol.PriceContent;
import io.parley.protocol.WireWriter;
import io.parley.protocol.spi.MarketView;
import io.parley.protocol.spi.OpenIntent;
import io.parley.protocol.spi.SolverAccount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an account's margin would be after fills, by clearing's own code: the integers that risk-check will compute, as long
 * as neither prices nor the account have moved on by then.
 */
public final class WhatIf {

    private final PriceContent prices;
    private final @Nullable MarginParameters parameters;
    private final long time;

    private WhatIf(PriceContent prices, @Nullable MarginParameters parameters, long time) {
        this.prices = prices;
        this.parameters = parameters;
        this.time = time;
    }

    public static WhatIf of(MarketView market) {
        var content = market.marginParameters();
        return new WhatIf(
                market.prices(), content.size() == 0 ? null : MarginParameters.decode(content.bytes()), market.time());
    }

    /** An account that takes fills: quantities and cash as they would be. */
    public static final class Book {

        private final Map<AssetId, Long> positions = new TreeMap<>();
        private long cash;

        public Book(SolverAccount account) {
            positions.putAll(account.positions());
            cash = account.cash();
        }

        private Book(Book other) {
            positions.putAll(other.positions);
            cash = other.cash;
        }

        public Book copy() {
            return new Book(this);
        }

        /** The owner's side of a fill. */
        public Book owns(OpenIntent open, Fill fill) {
            return add(open, fill, 1, Math.subtractExact(fill.cash(), fill.fee()));
        }

        /** The solver's side of a fill. */
        public Book faces(OpenIntent open, Fill fill) {
            return add(open, fill, -1, Math.negateExact(fill.cash()));
        }

        private Book add(OpenIntent open, Fill fill, int sign, long change) {
            for (Leg leg : open.intent().legs()) {
                long quantity = Fixed8.mulDivFloor(
                        leg.quantity(), fill.parts(), open.intent().parts());
                positions.merge(leg.asset(), sign * quantity, Math::addExact);
            }
            positions.values().removeIf(q -> q == 0);
            cash = Math.addExact(cash, change);
            return this;
        }

        public long quantity(AssetId asset) {
            return positions.getOrDefault(asset, 0L);
        }

        public Map<AssetId, Long> positions() {
            return positions;
        }
    }

    /** The book's margin; empty if it has none: a price is missing, a sum leaves int64, or it has too many positions. */
    public Optional<Margin> margin(Book book) {
        if (book.positions.isEmpty()) {
            return Optional.of(Margin.ofCash(book.cash));
        }
        if (parameters == null || book.positions.size() > Account.MAX_POSITIONS) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardMargin.evaluate(leaf(book), prices, parameters, time));
        } catch (MarginUnavailable e) {
            return Optional.empty();
        }
    }

    /** Whether clearing would let the book stand: spot not short, initial margin there, cash and derivatives not below zero. */
    public boolean admits(Book book) {
        for (var position : book.positions.entrySet()) {
            if (position.getKey().kind() == AssetKind.SPOT && position.getValue() < 0) {
                return false;
            }
        }
        return margin(book)
                .filter(m -> m.netInitial() >= 0 && m.cashAndDerivatives() >= 0)
                .isPresent();
    }

    /**
     * Whether the account of each owner would stand after all fills.
     *
     * @param fills the fill of each intent, in the same order
     */
    public boolean ownersCanAfford(List<OpenIntent> intents, List<Fill> fills) {
        record Account(Address owner, long number) {}
        var books = new HashMap<Account, Book>();
        try {
            for (int i = 0; i < fills.size(); i++) {
                var open = intents.get(i);
                if (open.owner().isEmpty()) {
                    return false;
                }
                books.computeIfAbsent(
                                new Account(open.intent().owner(), open.intent().account()),
                                a -> new Book(open.owner().get()))
                        .owns(open, fills.get(i));
            }
        } catch (ArithmeticException e) {
            return false;
        }
        return books.values().stream().allMatch(this::admits);
    }

    /**
     * How much net initial margin the change from one book to the other takes, in cash units of 1e-8, at least 0; empty if
     * clearing would not let the second stand.
     */
    public Optional<Long> taken(Book before, Book after) {
        if (!admits(after)) {
            return Optional.empty();
        }
        long left = margin(after).orElseThrow().netInitial();
        return margin(before).map(m -> Math.max(m.netInitial() - left, 0));
    }

    /** A leaf as docs/protocol.md lays it out: what margin is computed from, and nothing else in it. */
    private static Account leaf(Book book) {
        List<Map.Entry<AssetId, Long>> positions = new ArrayList<>(book.positions.entrySet());
        var leaf = new WireWriter(116 + 32 * positions.size())
                .version()
                .address(Address.ZERO)
                .u32(0)
                .u8(Account.MODE_STANDARD)
                .u8(positions.size())
                .u8(0)
                .i64(book.cash)
                .raw(new byte[4 * 16 + 2 * 8]);
        for (var position : positions) {
            leaf.asset(position.getKey()).i64(position.getValue()).i64(0).i64(0);
        }
        return Account.decode(leaf.toBytes());
    }
}
