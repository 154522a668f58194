package io.parley.solver.host;

import io.parley.protocol.Address;
import io.parley.protocol.Signer;
import java.util.List;
import java.util.Map;

/**
 * A solver as configured.
 *
 * @param name in logs and metrics
 * @param factory the {@link io.parley.protocol.spi.SolverFactory}'s name or class name
 * @param owner whose accounts it bids from
 * @param accounts the owner's numbers of these accounts
 * @param signer the owner's key, or one registered for the accounts
 * @param settings the solver's own
 * @param threads on how many auctions it may work at once
 */
public record SolverPlan(
        String name,
        String factory,
        Address owner,
        List<Long> accounts,
        Signer signer,
        Map<String, String> settings,
        int threads) {

    public SolverPlan {
        accounts = List.copyOf(accounts);
        settings = Map.copyOf(settings);
    }
}
