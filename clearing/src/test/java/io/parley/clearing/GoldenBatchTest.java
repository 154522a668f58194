package io.parley.clearing;

import static io.parley.clearing.Deal.bid;
import static io.parley.clearing.Offer.intent;
import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.BOB;
import static io.parley.clearing.Trader.CAROL;
import static io.parley.clearing.Trader.INSURANCE;
import static io.parley.clearing.Trader.SESSION;
import static io.parley.clearing.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.Command;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.wire.BatchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Whole batches, byte by byte, for everyone who reads them in another language. The file is made here: run with
 * {@code -Dparley.golden.write=true} to make it again, which a change of the protocol calls for and nothing else does.
 */
class GoldenBatchTest {
    private static final Path FILE = Path.of("..", "protocol", "src", "main", "resources", "golden", "batch.json");

    @Test
    void batches_areThoseOfTheFile() throws IOException {
        String made =
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document()) + "\n";
        if (Boolean.getBoolean("parley.golden.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, made);
        }
        assertThat(made).isEqualTo(Files.readString(FILE));
    }

    private static Map<String, Object> document() {
        Market market = story();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(
                "about",
                "Whole batches of the Parley protocol, version 1 (docs/protocol.md, section 7), in order from genesis."
                        + " A step's witness is its part of the batch's witness, which begins with the"
                        + " state before the batch and its pricing.");
        Map<String, Object> domain = new LinkedHashMap<>();
        domain.put("chainId", Market.DOMAIN.chainId());
        domain.put("verifyingContract", Market.DOMAIN.vault().hex());
        document.put("domain", domain);
        document.put("genesisRoot", Ledger.genesis(Market.DOMAIN).root().hex());
        document.put(
                "batches",
                market.batches().stream().map(batch -> batch(market, batch)).toList());
        return document;
    }

    static Market story() {
        var market = Market.bare();
        market.list("USD").list("ETH").list("BTC").list("ETH-PERP").list("ETH-27MAR26-3200-C");
        market.parameters(MarginParameters.demo());
        market.applied(market.feederSet(2, List.of(Trader.FEEDER_ONE, Trader.FEEDER_TWO, Trader.FEEDER_THREE)));
        market.account(ALICE, "20000 USD", "20 ETH")
                .account(BOB, "1 BTC", "500 USD")
                .account(CAROL, "80000 USD")
                .account(SOLVER, "10 ETH", "5000 USD")
                .account(INSURANCE, "9000 USD");
        market.applied(market.registerKey(ALICE, SESSION, RegisterKey.INTENTS, Market.LATER));
        market.applied(market.registerKey(SOLVER, BOB, RegisterKey.BIDS | RegisterKey.CANCEL, Market.LATER));
        market.quoted("ETH", "3000")
                .quoted("BTC", "60000")
                .marked("ETH-27MAR26-3200-C", "120")
                .tick();

        // A partial fill of an option against a perp, both signatures by registered keys.
        var spread = intent().by(ALICE)
                .signedBy(SESSION)
                .gets("4 ETH-PERP")
                .gives("2 ETH-27MAR26-3200-C")
                .pays("11800")
                .maxFee("2")
                .parts(4);
        market.applied(bid().signedBy(BOB).fills(spread, 1, "-2950", "0.5").pays("1"));
        market.applied(
                bid().fills(intent().by(ALICE).gives("20 ETH").gets("1 BTC").nonce(1))
                        .fills(intent().by(BOB).gives("1 BTC").takes("60000"))
                        .fills(intent().by(CAROL).gets("20 ETH").pays("60000").verifiedOnly()));
        market.applied(market.withdraw(CAROL, "100 USD", 5));
        market.applied(market.withdraw(CAROL, "20 ETH", NonceLanes.nonce(3, 0)));
        market.applied(market.cancel(BOB, Cancel.BELOW, 9));
        market.applied(market.cancel(BOB, Cancel.ONE, 12));
        // What an owner forces: allowed, allowed in part, not allowed.
        market.applied(market.forceReduce(ALICE, "0.1 ETH-27MAR26-3200-C"));
        market.applied(market.forceReduce(ALICE, "1 ETH-PERP"));
        market.applied(market.forceReduce(CAROL, "1 ETH-PERP"));
        market.applied(market.forceWithdraw(ALICE, "10 USD"));
        market.applied(market.forceWithdraw(BOB, "999999 USD"));
        market.applied(market.forceWithdraw(ALICE, "20 ETH"));
        market.applied(market.forceCancel(BOB, Cancel.ONE, 10));
        market.applied(market.forceCancel(BOB, Cancel.ONE, 10));
        market.applied(market.setMode(CAROL, SetMode.ISOLATED, 6));
        market.applied(market.heartbeat(CAROL, market.now() + 1, 7));
        // Nothing was paid, so nothing comes back: an entry that only advances the queue.
        market.applied(market.deposit(ALICE, 0, AssetId.cash(), 0));
        market.applied(market.creditFee(BOB, "0.25"));
        market.applied(market.creditFee(BOB, "9"));
        market.applied(new RegisterKey(
                market.queued(), 0, ALICE.address(), 0, SESSION.address(), RegisterKey.INTENTS, Market.LATER + 1));
        market.tick(1).tick(1);

        // Of the three prices in a row only the last is a step.
        market.tick();
        market.applied(bid().fills(spread, 2, "-5900", "0"));
        market.applied(bid().signedBy(BOB).fills(spread, 1, "-2949.5", "0.5"));
        market.applied(market.cancel(ALICE, Cancel.ALL, 2));
        // Too late: all that stood is cancelled first.
        market.applied(market.heartbeat(CAROL, 0, 8));
        market.tick();
        return market;
    }

    private static Map<String, Object> batch(Market market, BatchRecord batch) {
        BatchHeader header = batch.header();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("parentRoot", header.parentRoot().hex());
        json.put("root", header.root().hex());
        json.put("header", Blob.of(header.encode()).hex());
        json.put("data", batch.data().hex());
        json.put(
                "packed",
                Blob.of(new BatchVerifier(Market.DOMAIN).packed(batch)).hex());
        json.put("witness", batch.witness().hex());
        json.put("steps", steps(market, batch));
        return json;
    }

    private static List<Map<String, Object>> steps(Market market, BatchRecord batch) {
        Map<Bytes32, Bytes32> roots = rootsByCommand(market);
        byte[] witness = batch.witness().bytes();
        int state = 32 + GlobalRecord.LENGTH;
        int from = state + Pricing.lengthAt(witness, state);
        List<Map<String, Object>> steps = new ArrayList<>();
        List<byte[]> records = BatchData.decode(batch.data().bytes()).records();
        for (int i = 0; i < records.size(); i++) {
            Command command = Command.decode(records.get(i));
            int to = batch.stepWitnessEnd().get(i);
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("kind", command.kind());
            step.put("record", Blob.of(records.get(i)).hex());
            step.put("witness", Blob.of(Arrays.copyOfRange(witness, from, to)).hex());
            step.put("rootAfter", roots.get(command.id()).hex());
            steps.add(step);
            from = to;
        }
        return steps;
    }

    /** The root after each command, from a second fold of the log. */
    private static Map<Bytes32, Bytes32> rootsByCommand(Market market) {
        Ledger ledger = Ledger.genesis(Market.DOMAIN);
        Map<Bytes32, Bytes32> roots = new LinkedHashMap<>();
        for (Replay.Entry entry : market.log()) {
            Command command = Command.decode(entry.command());
            ledger.apply(command);
            roots.put(command.id(), ledger.root());
        }
        return roots;
    }
}
