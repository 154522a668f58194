package io.parley.node.cli;

import io.parley.node.Layout;
import io.parley.node.demo.Door;
import io.parley.node.demo.Wallet;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Leg;
import io.parley.protocol.PrivateKeySigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Signs an intent and posts it. */
@Command(
        name = "intent",
        mixinStandardHelpOptions = true,
        description = "Signs an intent with a key from a file and posts it at the door.",
        footer = {"", "Example: parley intent --as alice --leg ETH=1 --cash -3050 --max-fee 1"})
final class Intents implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Option(names = "--as", description = "A trader of the dev network: alice, bob or carol.")
    private @Nullable String trader;

    @Option(names = "--key-file", description = "A file with a key, instead of --as.")
    private @Nullable Path keyFile;

    @Option(names = "--account", description = "The owner's number for the account, 0 without it.")
    private int account;

    @Option(
            names = "--leg",
            required = true,
            description = "Asset and quantity, once for each leg: ETH=1 receives one, ETH=-1 gives one.")
    private Map<String, String> legs = Map.of();

    @Option(
            names = "--cash",
            required = true,
            description = "The worst change of cash for the whole: -3050 pays at most 3050.")
    private String cash = "0";

    @Option(names = "--max-fee", description = "The most fee for the whole, 1 without it.")
    private String maxFee = "1";

    @Option(names = "--parts", description = "Into how many parts it may be split; 1, all or none, without it.")
    private int parts = 1;

    @Override
    public Integer call() throws Exception {
        if ((trader == null) == (keyFile == null)) {
            System.err.println("Name the signer with either --as or --key-file.");
            return Parley.USAGE;
        }
        var file = keyFile != null ? keyFile : Layout.here().keys().resolve(trader + ".key");
        var signer = PrivateKeySigner.parse(Files.readString(file).strip());
        var door = new Door(target.api());
        var listings = door.listings();
        var signed = new ArrayList<Leg>();
        for (var leg : legs.entrySet()) {
            var asset = listings.idOf(leg.getKey());
            if (asset.isEmpty()) {
                System.err.printf("(%s) is not listed; GET /v1/markets lists what is.%n", leg.getKey());
                return Parley.USAGE;
            }
            signed.add(new Leg(asset.get(), Fixed8.parse(leg.getValue())));
        }
        var posted = new Wallet(door, door.domain(), listings, signer, account)
                .post(signed, Fixed8.parse(cash), Fixed8.parse(maxFee), parts);
        if (!posted.answer().accepted()) {
            System.err.println(posted.answer().body().path("message").asText());
            return Parley.OUTCOME;
        }
        System.out.println(posted.id().hex());
        return Parley.DONE;
    }
}
