package io.parley.solver.domain;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Command;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Reason;
import io.parley.protocol.Route;
import io.parley.protocol.Signer;
import io.parley.protocol.WithdrawCommand;
import io.parley.protocol.admission.Nonces;
import io.parley.protocol.spi.RouteOutcome;
import io.parley.protocol.spi.RoutePlan;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.RouteRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Signs the routes of bids that were cleared, and follows each to its end in the cleared log: the withdrawal that is its
 * signature, and the deposit that comes back from its escrow. Thread-safe.
 */
public final class RouteBook {

    /** Withdrawals of routes take their nonces from this lane; the others are the owner's. */
    static final int LANE = 3;

    private static final class Entry {
        final String solver;
        final Route route;
        final RoutePlan plan;
        final long nonce;
        final Bytes32 command;
        boolean withdrawn;

        Entry(String solver, Route route, RoutePlan plan, long nonce, Bytes32 command) {
            this.solver = solver;
            this.route = route;
            this.plan = plan;
            this.nonce = nonce;
            this.command = command;
        }

        RouteOutcome refused(Reason reason, String detail) {
            return new RouteOutcome.Refused(route.id(), route.account(), plan, reason, detail);
        }
    }

    /** An outcome and whose it is. */
    public record Told(String solver, RouteOutcome outcome) {}

    /**
     * What was signed, and what could not be.
     *
     * @param records to be published
     * @param told routes without a nonce to sign them with
     */
    public record Signed(List<RouteRecord> records, List<Told> told) {}

    private final Domain domain;
    private final Address routes;
    private final ClearedState state;
    private final Map<Address, Entry> byEscrow = new LinkedHashMap<>();

    /** @param routes the contract that runs routes */
    public RouteBook(Domain domain, Address routes, ClearedState state) {
        this.domain = domain;
        this.routes = routes;
        this.state = state;
    }

    /**
     * Signs the routes of a bid that was cleared.
     *
     * @param signer the owner's key, or one registered for its accounts with scope 8
     */
    public synchronized Signed cleared(String solver, SealedBid bid, Signer signer) {
        var records = new ArrayList<RouteRecord>();
        var told = new ArrayList<Told>();
        for (int i = 0; i < bid.routes().size(); i++) {
            var route = bid.routes().get(i);
            var plan = bid.proposal().routes().get(i);
            var number = nextNonce(bid.account());
            if (number.isEmpty()) {
                told.add(new Told(
                        solver,
                        new RouteOutcome.Refused(
                                route.id(),
                                route.account(),
                                plan,
                                Reason.NONCE_USED,
                                "%d withdrawals of account %s are on their way already"
                                        .formatted(Nonces.WINDOW, bid.account()))));
                continue;
            }
            long nonce = Nonces.nonce(LANE, number.getAsLong());
            var digest = Eip712.digest(domain, route.withdraw(routes, nonce), state.listings());
            var record = new RouteRecord(route, nonce, signer.sign(digest));
            byEscrow.put(
                    route.escrow(routes),
                    new Entry(
                            solver,
                            route,
                            plan,
                            nonce,
                            record.withdrawal(routes).id()));
            records.add(record);
        }
        return new Signed(List.copyOf(records), List.copyOf(told));
    }

    private OptionalLong nextNonce(AccountId account) {
        return state.nonces(account)
                .map(nonces -> nonces.lanes()
                        .get(LANE)
                        .next(number -> byEscrow.values().stream()
                                .anyMatch(entry -> entry.route.owner().equals(account.owner())
                                        && entry.route.account() == account.account()
                                        && entry.nonce == Nonces.nonce(LANE, number))))
                .orElse(OptionalLong.empty());
    }

    /** @return the outcomes that this decides */
    public synchronized List<Told> on(ClearedRecord record) {
        return byEscrow.isEmpty()
                ? List.of()
                : switch (record) {
                    case ClearedRecord.Applied applied -> applied(applied);
                    case ClearedRecord.Refused refused -> refused(refused);
                    case ClearedRecord.PriceTick tick -> expired(tick.time());
                };
    }

    private List<Told> applied(ClearedRecord.Applied applied) {
        if (applied.commandKind() == WithdrawCommand.KIND) {
            byEscrow.values().stream()
                    .filter(entry -> entry.command.equals(applied.commandId()))
                    .forEach(entry -> entry.withdrawn = true);
        }
        if (applied.commandKind() != Deposit.KIND) {
            return List.of();
        }
        var deposit = (Deposit) Command.decode(applied.command());
        var entry = byEscrow.get(deposit.from());
        if (entry == null || !entry.withdrawn) {
            return List.of();
        }
        byEscrow.remove(deposit.from());
        return List.of(new Told(
                entry.solver,
                new RouteOutcome.CameBack(
                        entry.route.id(), entry.route.account(), entry.plan, deposit.asset(), deposit.amount())));
    }

    private List<Told> refused(ClearedRecord.Refused refused) {
        if (refused.commandKind() != WithdrawCommand.KIND) {
            return List.of();
        }
        var told = new ArrayList<Told>();
        byEscrow.values().removeIf(entry -> {
            // Sent twice after a crash of the relayer, the second is refused: the first counts.
            boolean its = !entry.withdrawn && entry.command.equals(refused.commandId());
            if (its) {
                told.add(new Told(entry.solver, entry.refused(Reason.of(refused.code()), refused.detail())));
            }
            return its;
        });
        return told;
    }

    /** What is not in the log by the end of its time will not get there. */
    private List<Told> expired(long time) {
        var told = new ArrayList<Told>();
        byEscrow.values().removeIf(entry -> {
            boolean over = !entry.withdrawn && entry.route.validUntil() < time;
            if (over) {
                told.add(new Told(
                        entry.solver,
                        entry.refused(
                                Reason.EXPIRED,
                                "its withdrawal was not in the log by %d".formatted(entry.route.validUntil()))));
            }
            return over;
        });
        return told;
    }
}
