package io.parley.node.cli;

import io.parley.contracts.chain.Chain;
import io.parley.relayer.infra.config.KeyFile;
import io.parley.relayer.infra.exit.ExitDesk;
import io.parley.relayer.infra.exit.StateRebuild;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The way out of a market, by the chain alone. */
@Command(
        name = "exit",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what the key's accounts leave a stopped market with, and does all that can be done now: refunds,",
            "withdrawals, registration, close, claims. Says of all else how long it takes or what is missing.",
            "Needs no server of Parley. Run it again to go on; 0 is returned once everything is paid."
        })
final class Exit implements Callable<Integer> {

    @Mixin
    private OnChain market = new OnChain();

    @Option(names = "--key", required = true, description = "A file with the owner's key: 32 bytes in hex.")
    private String key = "";

    @Option(names = "--all", description = "Serve every account of the market, and have the bounties of those in debt.")
    private boolean all;

    @Option(
            names = "--freeze",
            description = "Stop the market if it can be stopped. It is for good, and for everybody.")
    private boolean freeze;

    @Option(names = "--show", description = "Only show; send nothing.")
    private boolean show;

    @Override
    public Integer call() {
        var chain = new Chain(market.rpc());
        var signer = KeyFile.read(key);
        var desk = new ExitDesk(
                chain, StateRebuild.of(chain, market.vault(), market.fromBlock()), signer, all, System.out::println);
        desk.show();
        return show || desk.advance(freeze) ? Parley.DONE : Parley.OUTCOME;
    }
}
