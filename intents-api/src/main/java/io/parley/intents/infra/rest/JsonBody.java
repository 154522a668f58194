package io.parley.intents.infra.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.parley.protocol.Address;
import io.parley.protocol.Blob;
import io.parley.protocol.Reason;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that is read field by field, strictly: what is missing, of another type, out of range, or left over is
 * refused with the path of the field. Numbers are decimal strings, or JSON integers that every reader of JSON can hold.
 */
final class JsonBody {

    private static final int SHOWN = 120;
    private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53);
    private static final BigInteger U64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger I64 = BigInteger.valueOf(Long.MAX_VALUE);
    private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,19}");
    private static final ObjectMapper STRICT = strict();

    private final ObjectNode object;
    private final String path;
    private final Set<String> read = new HashSet<>();

    private JsonBody(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
    }

    private static ObjectMapper strict() {
        JsonFactory factory = new JsonFactoryBuilder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(16)
                        .maxNumberLength(64)
                        .maxNameLength(256)
                        .maxStringLength(4096)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .build();
    }

    /**
     * Reads a whole body.
     *
     * @throws Refused 115 if it is too long, 101 if it is no JSON in UTF-8, 114 if it is no object
     */
    static JsonBody read(byte @Nullable [] body, int longest) {
        var bytes = body == null ? new byte[0] : body;
        if (bytes.length > longest) {
            throw new Refused(
                    Reason.TOO_LARGE, "body", bytes.length + " bytes", "be at most %d bytes".formatted(longest));
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refused(Reason.UNDECODABLE, "body", "bytes that are no text", "be UTF-8");
        }
        JsonNode node;
        try {
            node = STRICT.readTree(text);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new Refused(
                    Reason.UNDECODABLE,
                    "body",
                    at == null ? "unreadable" : "line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()),
                    "be JSON: " + firstLine(e.getOriginalMessage()));
        }
        if (!(node instanceof ObjectNode object)) {
            throw new Refused(
                    Reason.BAD_FIELD,
                    "body",
                    node.isMissingNode() ? "nothing" : node.getNodeType().name().toLowerCase(java.util.Locale.ROOT),
                    "be a JSON object");
        }
        return new JsonBody(object, "");
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : shown(message.lines().findFirst().orElse(""));
    }

    /** Short enough to be repeated, and text in any encoding. */
    static String shown(String value) {
        var text = new StringBuilder();
        value.codePoints()
                .limit(SHOWN)
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
                .forEach(text::appendCodePoint);
        return value.codePointCount(0, value.length()) > SHOWN
                ? text.append('…').toString()
                : text.toString();
    }

    private String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private Refused bad(String field, JsonNode value, String rule) {
        return new Refused(Reason.BAD_FIELD, path(field), shown(value), rule);
    }

    private static String shown(JsonNode value) {
        return value.isTextual() ? shown(value.textValue()) : shown(value.toString());
    }

    private @Nullable JsonNode optional(String field) {
        read.add(field);
        return object.get(field);
    }

    private JsonNode required(String field) {
        var value = optional(field);
        if (value == null) {
            throw new Refused(Reason.BAD_FIELD, path(field), "missing", "be given");
        }
        return value;
    }

    /** Refuses fields that nobody asked for: they might have been meant. */
    void end() {
        var names = object.fieldNames();
        while (names.hasNext()) {
            var name = names.next();
            if (!read.contains(name)) {
                throw new Refused(
                        Reason.BAD_FIELD, path(shown(name)), shown(object.get(name)), "not be given: it is not known");
            }
        }
    }

    String text(String field) {
        var value = required(field);
        if (!value.isTextual()) {
            throw bad(field, value, "be a string");
        }
        return value.textValue();
    }

    boolean bool(String field) {
        var value = required(field);
        if (!value.isBoolean()) {
            throw bad(field, value, "be true or false");
        }
        return value.booleanValue();
    }

    Address address(String field) {
        var text = text(field);
        try {
            return Address.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Reason.BAD_FIELD,
                    path(field),
                    shown(text),
                    "be 0x and 40 hex digits, in mixed case only with the EIP-55 checksum");
        }
    }

    Blob bytes(String field) {
        var text = text(field);
        try {
            return Blob.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(Reason.BAD_FIELD, path(field), shown(text), "be 0x and hex digits, two for a byte");
        }
    }

    private BigInteger integer(String field, BigInteger least, BigInteger most, Reason outside) {
        var value = required(field);
        BigInteger number;
        if (value.isTextual() && INTEGER.matcher(value.textValue()).matches()) {
            number = new BigInteger(value.textValue());
        } else if (value.isIntegralNumber()) {
            number = value.bigIntegerValue();
            if (number.abs().compareTo(EXACT) > 0) {
                throw bad(
                        field, value, "be a decimal string: beyond 2^53 a JSON number is not the same to every reader");
            }
        } else {
            throw bad(field, value, "be an integer as a decimal string, as \"-8500000000\"");
        }
        if (number.compareTo(least) < 0 || number.compareTo(most) > 0) {
            throw new Refused(outside, path(field), shown(value), "be %s to %s".formatted(least, most));
        }
        return number;
    }

    /** 64 bits in two's complement. */
    long i64(String field) {
        return integer(field, BigInteger.valueOf(Long.MIN_VALUE), I64, Reason.BAD_AMOUNT)
                .longValueExact();
    }

    /** An amount: not negative, below 2^63. */
    long amount(String field) {
        return integer(field, BigInteger.ZERO, I64, Reason.BAD_AMOUNT).longValueExact();
    }

    /** A time: not negative, below 2^63. */
    long time(String field) {
        return integer(field, BigInteger.ZERO, I64, Reason.BAD_FIELD).longValueExact();
    }

    /** All 64 bits without a sign. */
    long u64(String field) {
        return integer(field, BigInteger.ZERO, U64, Reason.BAD_FIELD).longValue();
    }

    long u32(String field) {
        return integer(field, BigInteger.ZERO, BigInteger.valueOf(0xffff_ffffL), Reason.BAD_FIELD)
                .longValueExact();
    }

    int u8(String field) {
        return integer(field, BigInteger.ZERO, BigInteger.valueOf(255), Reason.BAD_FIELD)
                .intValueExact();
    }

    /** Reads an object that may be left out; all of its fields must be read by the function. */
    <T> Optional<T> object(String field, Function<JsonBody, T> reader) {
        var value = optional(field);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof ObjectNode inner)) {
            throw bad(field, value, "be an object");
        }
        return Optional.of(whole(new JsonBody(inner, path(field)), reader));
    }

    <T> List<T> objects(String field, int most, Function<JsonBody, T> reader) {
        var value = required(field);
        if (!value.isArray()) {
            throw bad(field, value, "be an array");
        }
        if (value.size() > most) {
            throw new Refused(
                    Reason.BAD_COUNT,
                    path(field),
                    Integer.toString(value.size()),
                    "have at most %d elements".formatted(most));
        }
        var elements = new ArrayList<T>(value.size());
        for (int i = 0; i < value.size(); i++) {
            var name = "%s[%d]".formatted(field, i);
            if (!(value.get(i) instanceof ObjectNode inner)) {
                throw bad(name, value.get(i), "be an object");
            }
            elements.add(whole(new JsonBody(inner, path(name)), reader));
        }
        return elements;
    }

    private static <T> T whole(JsonBody body, Function<JsonBody, T> reader) {
        var result = reader.apply(body);
        body.end();
        return result;
    }

    /** Reads all of this object. */
    <T> T whole(Function<JsonBody, T> reader) {
        return whole(this, reader);
    }

    /** For a value that this object's reader finds wrong by itself. */
    Refused refuse(Reason reason, String field, String value, String rule) {
        return new Refused(reason, path(field), shown(value), rule);
    }
}
