package io.parley.clearing.margin;

import io.parley.clearing.Replay;
import io.parley.clearing.StepResult;
import io.parley.clearing.Touched;
import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Undecodable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes margin receipts from a log, and makes given ones again to compare them. Single-threaded, one log per instance. */
public final class ReceiptAudit {
    private static final String BYTES = "bytes";

    /** A log from its start to its present end, one record after the other. */
    @FunctionalInterface
    public interface Log {
        void forEach(Consumer<? super Replay.Entry> reader);
    }

    private final Domain domain;

    /** For the logs of one domain. */
    public ReceiptAudit(Domain domain) {
        this.domain = domain;
    }

    /**
     * One receipt for each account that a command touched, in the order of the step; empty if it is no step of the log.
     */
    public List<MarginReceipt> ofCommand(Log log, Bytes32 command) {
        List<MarginReceipt> receipts = new ArrayList<>();
        Replay replay = Replay.fromGenesis(domain);
        log.forEach(next -> {
            boolean asked = receipts.isEmpty() && Keccak256.hash(next.command()).equals(command);
            replay.fold(List.of(next).iterator(), batch -> {}, (entry, step) -> {
                if (asked) {
                    for (Touched touched : step.touched()) {
                        receipts.add(MarginReceipt.of(
                                replay.ledger(),
                                entry.offset(),
                                command,
                                touched.after().owner(),
                                touched.after().account(),
                                Optional.of(touched)));
                    }
                }
            });
        });
        return receipts;
    }

    /**
     * The receipt of an account at the end of a log.
     *
     * @throws IllegalArgumentException if the log is empty, or has no such account
     */
    public MarginReceipt ofAccount(Log log, Address owner, long account) {
        Folded folded = fold(log, Long.MAX_VALUE, Bytes32.ZERO);
        return folded.receipt(owner, account);
    }

    /**
     * What differs between a receipt and what the log gives, by the path of the field; empty if they are the same.
     *
     * @param claimed the fields of a receipt, see {@link #document}
     * @throws IllegalArgumentException if it cannot be told which receipt is meant
     */
    public Map<String, String> differences(Log log, Map<String, String> claimed) {
        long offset = whole(claimed, "offset");
        long account = whole(claimed, "account");
        Map<String, String> differences = new LinkedHashMap<>();
        Bytes32 command;
        try {
            command = Bytes32.parse(text(claimed, "command"));
        } catch (IllegalArgumentException e) {
            differences.put("command", String.valueOf(e.getMessage()));
            return differences;
        }
        Address owner;
        try {
            owner = Address.parse(text(claimed, "owner"));
        } catch (IllegalArgumentException e) {
            differences.put("owner", String.valueOf(e.getMessage()));
            return differences;
        }
        Folded folded = fold(log, offset, command);
        if (folded.at != offset) {
            differences.put("offset", "receipt %d, the log ends at %d".formatted(offset, folded.at));
            return differences;
        }
        if (folded.found >= 0 && folded.found != offset) {
            differences.put("offset", "receipt %d, the log has the command at %d".formatted(offset, folded.found));
        }
        if (folded.replay.ledger().index(owner, account).isEmpty()) {
            var known = folded.replay.ledger().accountTree().account((int) whole(claimed, "index"));
            if (known == null || !known.owner().equals(owner)) {
                differences.put("owner", "receipt %s, the log has no such account".formatted(owner.hex()));
            }
            if (known == null || known.account() != account) {
                differences.put("account", "receipt %d, the log has no such account".formatted(account));
            }
            return differences;
        }
        compare("", claimed, document(folded.receipt(owner, account)), differences);
        return differences;
    }

    private static void compare(
            String under, Map<String, String> claimed, Map<String, String> made, Map<String, String> differences) {
        made.forEach((path, value) -> {
            String other = claimed.get(path);
            if (!value.equals(other)) {
                differences.put(
                        under + path,
                        "receipt %s, the log gives %s".formatted(other == null ? "nothing" : other, value));
            }
        });
        claimed.forEach((path, value) -> {
            if (!made.containsKey(path)) {
                differences.put(under + path, "receipt %s, the log gives nothing".formatted(value));
            }
        });
        if (differences.remove(under + BYTES) != null) {
            inside(text(claimed, BYTES), made, differences);
        }
    }

    /** Which field of the bytes differs. */
    private static void inside(String bytes, Map<String, String> made, Map<String, String> differences) {
        try {
            Map<String, String> read =
                    MarginReceipt.decode(Blob.parse(bytes).bytes()).fields();
            Map<String, String> expected = new LinkedHashMap<>(made);
            expected.remove(BYTES);
            compare(BYTES + ".", read, expected, differences);
        } catch (Undecodable | IllegalArgumentException e) {
            differences.put(BYTES, "these are no receipt: " + e.getMessage());
        }
    }

    /** {@return all fields by path, and under {@code bytes} the receipt's bytes as hex: what is printed and read} */
    public static Map<String, String> document(MarginReceipt receipt) {
        Map<String, String> document = receipt.fields();
        document.put(BYTES, Blob.of(receipt.encode()).hex());
        return document;
    }

    private Folded fold(Log log, long offset, Bytes32 command) {
        Folded folded = new Folded(Replay.fromGenesis(domain));
        log.forEach(next -> {
            Bytes32 id = Keccak256.hash(next.command());
            if (id.equals(command) && (folded.found < 0 || next.offset() == offset)) {
                folded.found = next.offset();
            }
            // Further on only the command is looked for.
            if (next.offset() <= offset) {
                folded.at = next.offset();
                folded.command = id;
                folded.step = null;
                folded.replay.fold(List.of(next).iterator(), batch -> {}, (entry, step) -> folded.step = step);
            }
        });
        return folded;
    }

    /** A log folded up to a record. */
    private static final class Folded {
        private final Replay replay;
        private long at = -1;
        private long found = -1;
        private Bytes32 command = Bytes32.ZERO;
        private StepResult.@Nullable Applied step;

        Folded(Replay replay) {
            this.replay = replay;
        }

        MarginReceipt receipt(Address owner, long account) {
            if (at < 0) {
                throw new IllegalArgumentException("The log is empty.");
            }
            StepResult.Applied last = step;
            Optional<Touched> touched = last == null
                    ? Optional.empty()
                    : last.touched().stream()
                            .filter(t ->
                                    t.after().owner().equals(owner) && t.after().account() == account)
                            .findFirst();
            return MarginReceipt.of(replay.ledger(), at, command, owner, account, touched);
        }
    }

    private static String text(Map<String, String> claimed, String field) {
        String value = claimed.get(field);
        if (value == null) {
            throw new IllegalArgumentException("The receipt has no field %s.".formatted(field));
        }
        return value;
    }

    private static long whole(Map<String, String> claimed, String field) {
        String value = text(claimed, field);
        try {
            return Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The receipt's %s (%s) must be a whole number.".formatted(field, value), e);
        }
    }
}
