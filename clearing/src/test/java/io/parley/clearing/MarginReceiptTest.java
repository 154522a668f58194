package io.parley.clearing;

import static io.parley.clearing.Trader.ALICE;
import static io.parley.clearing.Trader.CAROL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.parley.clearing.margin.MarginReceipt;
import io.parley.clearing.margin.ReceiptAudit;
import io.parley.protocol.Blob;
import io.parley.protocol.Command;
import io.parley.protocol.Fixed8;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarginReceiptTest {
    private static final Path FILE =
            Path.of("..", "protocol", "src", "main", "resources", "golden", "margin-receipt.json");
    private static final ReceiptAudit AUDIT = new ReceiptAudit(Market.DOMAIN);

    private final Market market = GoldenBatchTest.story();

    private ReceiptAudit.Log log() {
        return reader -> market.log().forEach(reader);
    }

    private List<Command> trades() {
        return market.log().stream()
                .map(entry -> Command.decode(entry.command()))
                .filter(TradeCommand.class::isInstance)
                .toList();
    }

    private List<MarginReceipt> receipts() {
        List<MarginReceipt> receipts = new ArrayList<>();
        trades().forEach(trade -> receipts.addAll(AUDIT.ofCommand(log(), trade.id())));
        receipts.add(AUDIT.ofAccount(log(), ALICE.address(), 0));
        return receipts;
    }

    @Test
    void receipts_areThoseOfTheFile() throws IOException {
        List<Map<String, String>> documents =
                receipts().stream().map(ReceiptAudit::document).toList();
        Map<String, Object> file = new LinkedHashMap<>();
        file.put(
                "about",
                "Margin receipts (docs/margin.md) of the trades of batch.json and of one account at its end;"
                        + " bytes is the receipt, the rest are its fields by path.");
        file.put("receipts", documents);
        String made =
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(file) + "\n";
        if (Boolean.getBoolean("parley.golden.write")) {
            Files.writeString(FILE, made);
        }
        assertThat(made).isEqualTo(Files.readString(FILE));
    }

    @Test
    void receipt_ofATrade_hasTheMarginsOfItsStep() {
        var first = trades().getFirst();
        var receipts = AUDIT.ofCommand(log(), first.id());

        assertThat(receipts).extracting(MarginReceipt::owner).contains(ALICE.address());
        var replay = Replay.fromGenesis(Market.DOMAIN);
        replay.fold(market.log().iterator(), batch -> {}, (entry, step) -> {
            if (Arrays.equals(entry.command(), first.encode())) {
                assertThat(receipts).hasSameSizeAs(step.touched());
                for (int i = 0; i < receipts.size(); i++) {
                    var touched = step.touched().get(i);
                    var receipt = receipts.get(i);
                    assertThat(receipt.leaf()).isEqualTo(touched.after().hash());
                    assertThat(receipt.root()).isEqualTo(step.root());
                    assertThat(receipt.before().initial())
                            .isEqualTo(touched.marginBefore().imRequirement());
                    assertThat(receipt.after().initial())
                            .isEqualTo(touched.marginAfter().imRequirement());
                    assertThat(receipt.after().maintenance())
                            .isEqualTo(touched.marginAfter().mmRequirement());
                }
            }
        });
    }

    @Test
    void parts_addUpToTheMargin() {
        assertThat(receipts()).allSatisfy(receipt -> {
            long cash = receipt.after().value()
                    - receipt.parts().stream()
                            .mapToLong(MarginReceipt.Part::value)
                            .sum();
            assertThat(receipt.after().stated()).isTrue();
            assertThat(receipt.parts().stream()
                            .mapToLong(MarginReceipt.Part::initial)
                            .sum())
                    .isEqualTo(receipt.after().initial());
            assertThat(receipt.parts().stream()
                            .mapToLong(MarginReceipt.Part::maintenance)
                            .sum())
                    .isEqualTo(receipt.after().maintenance());
            if (receipt.offset() == market.log().getLast().offset()) {
                assertThat(cash)
                        .isEqualTo(market.ledger()
                                .account(receipt.owner(), receipt.account())
                                .orElseThrow()
                                .cash());
            }
        });
    }

    @Test
    void bytes_areReadAsTheyWereWritten() {
        assertThat(receipts()).allSatisfy(receipt -> {
            byte[] bytes = receipt.encode();
            assertThat(MarginReceipt.decode(bytes)).isEqualTo(receipt);
            assertThatThrownBy(() -> MarginReceipt.decode(Arrays.copyOf(bytes, bytes.length - 1)))
                    .isInstanceOf(Undecodable.class);
            assertThatThrownBy(() -> MarginReceipt.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                    .isInstanceOf(Undecodable.class);
        });
    }

    @Test
    void receipts_areTheSameAgain() {
        assertThat(receipts())
                .allSatisfy(receipt -> assertThat(AUDIT.differences(log(), ReceiptAudit.document(receipt)))
                        .isEmpty());
    }

    @Test
    void alteredField_isNamed() {
        var receipt = AUDIT.ofCommand(log(), trades().getFirst().id()).getFirst();
        var document = ReceiptAudit.document(receipt);
        assertThat(receipt.parts()).isNotEmpty();
        for (String field : receipt.fields().keySet()) {
            var altered = new LinkedHashMap<>(document);
            altered.computeIfPresent(field, (path, value) -> other(value));
            assertThat(AUDIT.differences(log(), altered)).as(field).containsKey(field);
        }
    }

    @Test
    void alteredBytes_areNamedByTheirField() {
        var receipt = AUDIT.ofCommand(log(), trades().getFirst().id()).getFirst();
        var lie = new MarginReceipt.Stated(
                true,
                receipt.after().value(),
                receipt.after().initial() - Fixed8.ONE,
                receipt.after().maintenance());
        var forged = new MarginReceipt(
                receipt.domain(),
                receipt.offset(),
                receipt.command(),
                receipt.root(),
                receipt.index(),
                receipt.owner(),
                receipt.account(),
                receipt.leaf(),
                receipt.mode(),
                receipt.priceHash(),
                receipt.paramsHash(),
                receipt.before(),
                lie,
                receipt.parts(),
                receipt.portfolio());

        var document = ReceiptAudit.document(receipt);
        document.put("bytes", Blob.of(forged.encode()).hex());
        assertThat(AUDIT.differences(log(), document)).containsOnlyKeys("bytes.after.initial");
        assertThat(AUDIT.differences(log(), ReceiptAudit.document(forged)))
                .containsOnlyKeys("after.initial", "bytes.after.initial");

        document.put("bytes", "0x01");
        assertThat(AUDIT.differences(log(), document)).containsOnlyKeys("bytes");
    }

    @Test
    void command_thatIsNoStep_hasNoReceipt() {
        assertThat(AUDIT.ofCommand(log(), io.parley.protocol.Bytes32.ZERO)).isEmpty();
        assertThatThrownBy(() -> AUDIT.ofAccount(log(), CAROL.address(), 77))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no account 77");
    }

    /** Something else of the same form. */
    private static String other(String value) {
        if (value.equals("true") || value.equals("false")) {
            return value.equals("true") ? "false" : "true";
        }
        if (value.equals("none")) {
            return "0";
        }
        char last = value.charAt(value.length() - 1);
        return value.substring(0, value.length() - 1) + (last == '1' ? '2' : '1');
    }
}
