package io.parley.relayer.infra.chain;

import io.parley.contracts.chain.Chain;
import io.parley.protocol.Address;
import io.parley.protocol.Route;
import io.parley.relayer.infra.config.ChainConfig;
import io.parley.relayer.infra.config.RelayerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says which routes this relayer takes. What it does not take stays in its account: the withdrawal that funds a route enters the log
 * only after its route was taken.
 */
@ApplicationScoped
public class RouteDesk {

    private final RelayerConfig config;
    private final ChainConfig chainConfig;
    private @Nullable Chain chain;

    RouteDesk(RelayerConfig config, ChainConfig chainConfig) {
        this.config = config;
        this.chainConfig = chainConfig;
    }

    /** The contract that runs routes; empty if this relayer runs none. */
    public Optional<Address> contract() {
        return config.routes() ? chainConfig.routes().map(Address::parse) : Optional.empty();
    }

    /** Why a route is not taken now; empty if it is. Whether its withdrawal is in order is for the ledger to say. */
    public synchronized Optional<String> objection(Route route) {
        var contract = contract();
        if (contract.isEmpty()) {
            return Optional.of("this relayer runs no routes (parley.relayer.routes, parley.chain.routes)");
        }
        if (chain == null) {
            chain = new Chain(Vault.rpcOf(chainConfig));
        }
        long time = chain.pendingTime();
        if (route.validUntil() < time) {
            return Optional.of("validUntil (%d) is over: it is %d".formatted(route.validUntil(), time));
        }
        var fee = chain.baseFee();
        if (fee.compareTo(config.routeBelow()) > 0) {
            return Optional.of("the base fee (%s wei) is above parley.relayer.route-below-wei (%s)"
                    .formatted(fee, config.routeBelow()));
        }
        if (!new Routes(chain, contract.get()).isAdapter(route.adapter())) {
            return Optional.of("the adapter (%s) is not allowed".formatted(route.adapter()));
        }
        return Optional.empty();
    }
}
