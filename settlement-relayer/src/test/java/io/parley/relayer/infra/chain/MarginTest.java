package io.parley.relayer.infra.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.parley.contracts.Artifacts;
import io.parley.contracts.chain.Chain;
import io.parley.contracts.chain.RpcException;
import io.parley.devnet.Anvil;
import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.WireWriter;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.generated.Bytes32;

/** The margin of the ledger and that of the contracts, for accounts as they could be and as they could not. */
class MarginTest {

    private static final Path GOLDEN = Path.of("..", "protocol", "src", "main", "resources", "golden", "margin.json");
    private static final Address PROBE = Address.parse("0x00000000000000000000000000000000000a0001");
    private static final String REFUSED = "0x2d35a9c0";
    private static final int MARKETS = 300;
    private static final int ACCOUNTS = 12;

    /** Made again with {@code -Dparley.golden.write=true}; forge reads it. */
    @Test
    void goldenMargins_areTheLedgers() throws IOException {
        var made = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document()) + "\n";
        if (Boolean.getBoolean("parley.golden.write")) {
            Files.writeString(GOLDEN, made);
        }
        assertThat(made).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void contractsAndLedger_agree_toTheUnitAndTheCode(@TempDir Path folder) {
        long seed = Long.getLong("parley.seed", System.nanoTime());
        System.out.printf("MarginTest: -Dparley.seed=%d%n", seed);
        var codes = new TreeMap<Integer, Integer>();
        try (var anvil = Anvil.start(folder.resolve("anvil"))) {
            var chain = new Chain(URI.create(anvil.rpcUrl()));
            var creation = Map.of("data", Artifacts.bytecode("MarginOf"));
            var code = chain.rpc().call("eth_call", creation, "latest").asText();
            chain.rpc().call("anvil_setCode", PROBE.hex(), code);

            var source = new MarginCase.Source(seed);
            for (int i = 0; i < MARKETS; i++) {
                var market = source.market();
                for (int j = 0; j < ACCOUNTS; j++) {
                    var drawn = source.in(market);
                    var expected = drawn.outcome();
                    assertThat(onChain(chain, drawn))
                            .as(
                                    "seed %d, market %d, account %d: %s",
                                    seed, i, j, Blob.of(drawn.leaf()).hex())
                            .isEqualTo(expected);
                    codes.merge(expected.code(), 1, Integer::sum);
                }
            }
        }
        System.out.printf("MarginTest: cases by code %s%n", codes);
        assertThat(codes).containsKeys(0, 404, 410, 411, 412);
    }

    private static MarginCase.Outcome onChain(Chain chain, MarginCase drawn) {
        var market = drawn.market();
        var call = new Function(
                "marginOf",
                List.of(
                        new Bytes32(MarginCase.DOMAIN.separator().bytes()),
                        new DynamicBytes(market.global()),
                        new DynamicBytes(market.pricing()),
                        new DynamicBytes(drawn.leaf())),
                List.of());
        try {
            var answer = chain.call(PROBE, FunctionEncoder.encode(call));
            return new MarginCase.Outcome(
                    0, number(answer, 0), number(answer, 1), number(answer, 2), number(answer, 3));
        } catch (RpcException e) {
            assertThat(e.data()).startsWith(REFUSED);
            return new MarginCase.Outcome(Integer.parseInt(e.data().substring(10, 74), 16), 0, 0, 0, 0);
        }
    }

    /** A signed word of an answer. */
    private static long number(String answer, int word) {
        var hex = answer.substring(2 + 64 * word, 66 + 64 * word);
        var value = new BigInteger(hex, 16);
        return (value.testBit(255) ? value.subtract(BigInteger.TWO.pow(256)) : value).longValueExact();
    }

    private static Map<String, Object> document() {
        var source = new MarginCase.Source(11);
        List<String> globals = new ArrayList<>();
        List<String> pricings = new ArrayList<>();
        List<Integer> markets = new ArrayList<>();
        List<String> leaves = new ArrayList<>();
        List<String> outcomes = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            var market = source.market();
            globals.add(Blob.of(market.global()).hex());
            pricings.add(Blob.of(market.pricing()).hex());
            for (int j = 0; j < 8; j++) {
                var drawn = source.in(market);
                var outcome = drawn.outcome();
                markets.add(i);
                leaves.add(Blob.of(drawn.leaf()).hex());
                outcomes.add(new WireWriter()
                        .u16(outcome.code())
                        .i64(outcome.value())
                        .i64(outcome.netInitial())
                        .i64(outcome.netMaintenance())
                        .i64(outcome.cashAndDerivatives())
                        .toBlob()
                        .hex());
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(
                "about",
                "Standard margins (docs/margin.md). Of account i: its leaf, the market that it is margined in, and the outcome,"
                        + " u16 reason code | i64 value | i64 net initial | i64 net maintenance | i64 cash and derivatives."
                        + " Of a market: global record and pricing, as in docs/protocol.md, section 7.");
        document.put("domainSeparator", MarginCase.DOMAIN.separator().hex());
        document.put("globals", globals);
        document.put("pricings", pricings);
        document.put("markets", markets);
        document.put("leaves", leaves);
        document.put("outcomes", outcomes);
        return document;
    }
}
