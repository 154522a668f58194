package io.parley.node.cli;

import io.parley.contracts.chain.Chain;
import io.parley.protocol.Address;
import io.parley.protocol.Cancel;
import io.parley.protocol.Fixed8;
import io.parley.relayer.infra.config.KeyFile;
import io.parley.relayer.infra.exit.ForceDesk;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What an owner may do without anybody's consent, by the chain alone. */
@Command(
        name = "force",
        mixinStandardHelpOptions = true,
        description = {
            "Asks the vault's queue, which nobody can keep you from: take funds out, leave a position, end intents.",
            "Needs a key and a node of the chain, no server of Parley."
        })
final class Force {
    private static final String ALL = "all";

    @Option(names = "--account", description = "The number of the owner's account; 0 without it.")
    private long account;

    @Option(names = "--key", required = true, description = "A file with the owner's key: 32 bytes in hex.")
    private String key = "";

    @Mixin
    private OnChain market = new OnChain();

    @Command(name = "withdraw", description = "Takes cash or a base asset out.")
    int withdraw(
            @Parameters(paramLabel = "ASSET", description = "Its listed name: USD, ETH.") String asset,
            @Parameters(paramLabel = "AMOUNT", description = "Whole and decimals, or all.") String amount,
            @Option(names = "--to", description = "Who is paid; the key's own address without it.") @Nullable
                    String to) {
        desk().withdraw(account, asset, units(amount), Optional.ofNullable(to).map(Address::parse));
        return Parley.DONE;
    }

    @Command(
            name = "reduce",
            description =
                    "Leaves a perp or an option: the insurance account takes it over at the mark, at a published cost.")
    int reduce(
            @Parameters(paramLabel = "ASSET", description = "Its listed name: ETH-PERP.") String asset,
            @Parameters(paramLabel = "QUANTITY", description = "Whole and decimals, or all.") String quantity) {
        desk().reduce(account, asset, units(quantity));
        return Parley.DONE;
    }

    @Command(name = "cancel", description = "Makes nonces unusable, and ends the intents that carry them.")
    int cancel(
            @Parameters(paramLabel = "NONCE", description = "All 64 bits, decimal.") String nonce,
            @Option(names = "--below", description = "All of its lane below it.") boolean below,
            @Option(names = "--all", description = "All of every lane; the nonce must be unused.") boolean all) {
        desk().cancel(account, all ? Cancel.ALL : below ? Cancel.BELOW : Cancel.ONE, Long.parseUnsignedLong(nonce));
        return Parley.DONE;
    }

    private ForceDesk desk() {
        return new ForceDesk(
                new Chain(market.rpc()), market.vault(), market.fromBlock(), KeyFile.read(key), System.out::println);
    }

    private static long units(String text) {
        return text.equals(ALL) ? Long.MAX_VALUE : Fixed8.parse(text);
    }
}
