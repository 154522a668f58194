package io.parley.node.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.clearing.Replay.Entry;
import io.parley.clearing.margin.MarginReceipt;
import io.parley.clearing.margin.ReceiptAudit;
import io.parley.node.LogReader;
import io.parley.node.demo.Door;
import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Margin receipts, made and made again from the log. */
@Command(
        name = "margin",
        mixinStandardHelpOptions = true,
        description = "Margin receipts: what the margin of an account was, and from what.",
        subcommands = {Margin.Receipt.class, Margin.Verify.class})
final class Margin implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CommandLine.usage(spec.commandLine(), System.out);
        return Parley.USAGE;
    }

    private static ReceiptAudit.Log log(Target target) {
        return reader -> new LogReader(target.kafka())
                .read(
                        Topic.COMMANDS.topicName(),
                        0,
                        record -> reader.accept(new Entry(record.offset(), record.value())));
    }

    /** The receipts of a command, or of an account now. */
    @Command(
            name = "receipt",
            mixinStandardHelpOptions = true,
            description = {
                "Folds the log and prints the margin receipts of a command, one for each account that it touched,",
                "or that of an account at the end of the log."
            })
    static final class Receipt implements Callable<Integer> {

        @Mixin
        private Target target = new Target();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                index = "0",
                paramLabel = "<command or owner/account>",
                description = "0x and 64 hex digits, or 0x… / number.")
        private String of = "";

        @Override
        public Integer call() {
            int slash = of.indexOf('/');
            List<MarginReceipt> receipts;
            if (slash < 0) {
                Bytes32 command = parsed(() -> Bytes32.parse(of));
                receipts = audit().ofCommand(log(target), command);
                if (receipts.isEmpty()) {
                    System.err.printf("The command (%s) is no step of the log that touched an account.%n", of);
                    return Parley.OUTCOME;
                }
            } else {
                Address owner = parsed(() -> Address.parse(of.substring(0, slash)));
                long account = parsed(() -> Long.parseUnsignedLong(of.substring(slash + 1)));
                receipts = List.of(audit().ofAccount(log(target), owner, account));
            }
            receipts.forEach(receipt -> System.out.println(Margin.json(ReceiptAudit.document(receipt))));
            return Parley.DONE;
        }

        private ReceiptAudit audit() {
            return new ReceiptAudit(new Door(target.api()).domain());
        }

        private <T> T parsed(Callable<T> text) {
            try {
                return text.call();
            } catch (Exception e) {
                throw new ParameterException(
                        spec.commandLine(),
                        "The argument (%s) must be a command's id or owner/account: %s".formatted(of, e.getMessage()),
                        e);
            }
        }
    }

    /** A receipt against the log. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Folds the log up to the receipt's record, makes the receipt again and says 'same' (exit 0),",
                "or which fields differ (exit 1). What is no receipt is exit 2."
            })
    static final class Verify implements Callable<Integer> {

        @Mixin
        private Target target = new Target();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                index = "0",
                paramLabel = "<receipt>",
                description = "A file with the JSON or the hex of a receipt, the hex itself, or - for the input.")
        private String receipt = "";

        @Override
        public Integer call() {
            Map<String, String> claimed;
            try {
                claimed = read(receipt);
            } catch (IOException | IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(),
                        "The receipt (%s) cannot be read: %s".formatted(receipt, e.getMessage()),
                        e);
            }
            Map<String, String> differences;
            try {
                differences = new ReceiptAudit(new Door(target.api()).domain()).differences(log(target), claimed);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            if (differences.isEmpty()) {
                System.out.println("same");
                return Parley.DONE;
            }
            differences.forEach((field, difference) -> System.out.printf("%s: %s%n", field, difference));
            return Parley.OUTCOME;
        }

        private static Map<String, String> read(String from) throws IOException {
            String text = from.startsWith("0x")
                    ? from
                    : from.equals("-")
                            ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip()
                            : Files.readString(Path.of(from)).strip();
            return fields(text);
        }
    }

    /**
     * The fields of a receipt, from its JSON or from the hex of its bytes.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static Map<String, String> fields(String text) {
        if (text.startsWith("0x")) {
            try {
                return ReceiptAudit.document(
                        MarginReceipt.decode(Blob.parse(text).bytes()));
            } catch (Undecodable e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
        try (var values = JSON.readerFor(JsonNode.class).readValues(text)) {
            var fields = new LinkedHashMap<String, String>();
            flatten("", (JsonNode) values.nextValue(), fields);
            if (values.hasNextValue()) {
                throw new IllegalArgumentException("It must be one receipt, these are several.");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("It must be JSON: " + e.getOriginalMessage(), e);
        } catch (IOException | java.util.NoSuchElementException e) {
            throw new IllegalArgumentException("It must be the JSON or the hex of a receipt.", e);
        }
    }

    private static void flatten(String path, JsonNode node, Map<String, String> fields) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(entry -> flatten(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), fields));
        } else if (node instanceof ArrayNode) {
            throw new IllegalArgumentException("The field (%s) must not be an array.".formatted(path));
        } else {
            fields.put(path, node.asText());
        }
    }

    /** Nested by the points of the paths. */
    static String json(Map<String, String> fields) {
        ObjectNode root = JSON.createObjectNode();
        fields.forEach((path, value) -> {
            ObjectNode node = root;
            String[] names = path.split("\\.");
            for (int i = 0; i < names.length - 1; i++) {
                node = node.withObjectProperty(names[i]);
            }
            node.put(names[names.length - 1], value);
        });
        return root.toPrettyString();
    }
}
