package io.parley.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.clearing.margin.ReceiptAudit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MarginTest {
    private static final Path GOLDEN =
            Path.of("..", "protocol", "src", "main", "resources", "golden", "margin-receipt.json");

    @Test
    void receipt_isTheSameInJsonAndInBytes() throws IOException {
        for (var golden : new ObjectMapper().readTree(GOLDEN.toFile()).path("receipts")) {
            var fields = new LinkedHashMap<String, String>();
            golden.properties()
                    .forEach(
                            entry -> fields.put(entry.getKey(), entry.getValue().asText()));

            assertThat(Margin.fields(Margin.json(fields))).isEqualTo(fields);
            assertThat(Margin.fields(fields.get("bytes"))).isEqualTo(fields);
        }
    }

    @Test
    void whatIsNoReceipt_isRefused() {
        for (var text : new String[] {"", "0x", "0x01", "hello", "{\"a\":", "{\"a\":[1]}", "{} {}"}) {
            assertThatThrownBy(() -> Margin.fields(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new ReceiptAudit(new io.parley.protocol.Domain(
                                1, io.parley.protocol.Address.parse("0x" + "11".repeat(20))))
                        .differences(reader -> {}, Margin.fields("{}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("offset");
    }

    @Test
    void usageErrors_exitWithTwo(@TempDir Path files) throws IOException {
        var broken = Files.writeString(files.resolve("receipt.json"), "{");
        assertThat(exit("margin", "verify", broken.toString())).isEqualTo(Parley.USAGE);
        assertThat(exit("margin", "verify", files.resolve("missing").toString()))
                .isEqualTo(Parley.USAGE);
        assertThat(exit("margin", "verify")).isEqualTo(Parley.USAGE);
        assertThat(exit("margin", "receipt", "0x12")).isEqualTo(Parley.USAGE);
        assertThat(exit("margin", "receipt", "0x12/0")).isEqualTo(Parley.USAGE);
    }

    private static int exit(String... args) {
        var quiet = new PrintWriter(new StringWriter());
        return new CommandLine(new Margin())
                .setErr(quiet)
                .setOut(quiet)
                .execute(java.util.Arrays.copyOfRange(args, 1, args.length));
    }
}
