package io.parley.node.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.contracts.chain.Chain;
import io.parley.node.demo.Door;
import io.parley.protocol.AssetId;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Listings;
import io.parley.relayer.infra.exit.RebuiltState;
import io.parley.relayer.infra.exit.StateRebuild;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where an account stands, or the whole. */
@Command(
        name = "state",
        mixinStandardHelpOptions = true,
        description = "Prints an account, or the last batches.",
        subcommands = State.Rebuild.class)
final class State implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Option(names = "--owner", description = "The owner's address.")
    private @Nullable String owner;

    @Option(names = "--account", description = "The owner's number for the account, 0 without it.")
    private long account;

    @Override
    public Integer call() {
        var path = owner == null ? "/v1/batches" : "/v1/accounts/%s/%d".formatted(owner, account);
        var answer = new Door(target.api()).get(path);
        System.out.println(answer.body().toPrettyString());
        return answer.accepted() ? Parley.DONE : Parley.OUTCOME;
    }

    /** Every balance, from the chain's data alone. */
    @Command(
            name = "rebuild",
            mixinStandardHelpOptions = true,
            description = {
                "Folds the final batches from the chain's call data, compares each root with the chain's,",
                "and prints every balance. Needs no server of Parley."
            })
    static final class Rebuild implements Callable<Integer> {

        @Mixin
        private OnChain market = new OnChain();

        @Option(names = "--json", description = "As JSON: amounts are decimal strings in units of 1e-8.")
        private boolean json;

        @Override
        public Integer call() {
            var state = StateRebuild.of(new Chain(market.rpc()), market.vault(), market.fromBlock());
            System.out.println(json ? json(state).toPrettyString() : text(state));
            return Parley.DONE;
        }

        private static String text(RebuiltState state) {
            var out = new StringBuilder();
            out.append("vault       %s%n".formatted(state.vault()));
            out.append("batches     %d final, %d steps%n".formatted(state.sequence(), state.steps()));
            out.append("root        %s%n".formatted(state.root().hex()));
            out.append("insurance   %s USD%n"
                    .formatted(Fixed8.format(state.ledger().global().insurance())));
            out.append("fees        %s USD%n"
                    .formatted(Fixed8.format(state.ledger().global().fees())));
            out.append("accounts    %d%n".formatted(state.ledger().accounts()));
            state.accounts().forEach((index, account) -> {
                out.append("%7d %s/%-6d %24s %s%n"
                        .formatted(index, account.owner(), account.account(), Fixed8.format(account.cash()), "USD"));
                account.positions()
                        .forEach(position -> out.append("%s %24s %s%n"
                                .formatted(
                                        " ".repeat(57),
                                        Fixed8.format(position.quantity()),
                                        name(state, position.asset()))));
            });
            return out.toString().stripTrailing();
        }

        private static ObjectNode json(RebuiltState state) {
            var node = new ObjectMapper().createObjectNode();
            node.put("vault", state.vault().hex())
                    .put("sequence", Long.toString(state.sequence()))
                    .put("steps", Long.toString(state.steps()))
                    .put("root", state.root().hex())
                    .put("insurance", Long.toString(state.ledger().global().insurance()))
                    .put("fees", Long.toString(state.ledger().global().fees()));
            var accounts = node.putArray("accounts");
            state.accounts().forEach((index, account) -> {
                var entry = accounts.addObject()
                        .put("index", index)
                        .put("owner", account.owner().hex())
                        .put("account", account.account())
                        .put("cash", Long.toString(account.cash()));
                var positions = entry.putArray("positions");
                account.positions()
                        .forEach(position -> positions
                                .addObject()
                                .put("asset", name(state, position.asset()))
                                .put("quantity", Long.toString(position.quantity())));
            });
            return node;
        }

        private static String name(RebuiltState state, AssetId asset) {
            return state.ledger()
                    .listings()
                    .listing(asset)
                    .map(Listings.Listing::name)
                    .orElseGet(asset::toString);
        }
    }
}
