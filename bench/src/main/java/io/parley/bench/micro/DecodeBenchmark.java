package io.parley.bench.micro;

import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.parley.protocol.SignedIntent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From bytes to an intent and back: the record of the topic and of calldata, beside JSON bound to Java records. */
@State(Scope.Thread)
public class DecodeBenchmark {

    private final ObjectReader reader = new JsonMapper().readerFor(IntentJson.class);
    private final ObjectWriter writer = new JsonMapper().writerFor(IntentJson.class);
    private final List<SignedIntent> intents = SampleIntents.signed(SampleIntents.listings());
    private final List<byte[]> records =
            intents.stream().map(SignedIntent::encode).toList();
    private final List<IntentJson> values = intents.stream()
            .map(i -> IntentJson.of(i, SampleIntents.listings()))
            .toList();
    private final List<byte[]> texts;
    private int next;

    /** Prepares both forms of every sample. */
    public DecodeBenchmark() {
        texts = values.stream().map(this::write).toList();
    }

    /** The record's bytes to an intent; ids, ranges and counts are checked. */
    @Benchmark
    public SignedIntent decode() {
        return SignedIntent.decode(records.get(turn()));
    }

    /** JSON to a record of strings; nothing is parsed or checked further. */
    @Benchmark
    public IntentJson jacksonDecode() throws IOException {
        return reader.readValue(texts.get(turn()));
    }

    /** An intent to the record's bytes. */
    @Benchmark
    public byte[] encode() {
        return intents.get(turn()).encode();
    }

    /** A record of strings to JSON. */
    @Benchmark
    public byte[] jacksonEncode() {
        return write(values.get(turn()));
    }

    /** {@return the mean size of a sample as a record and as JSON, in bytes} */
    long[] sizes() {
        return new long[] {
            Math.round(records.stream().mapToInt(r -> r.length).average().orElseThrow()),
            Math.round(texts.stream().mapToInt(t -> t.length).average().orElseThrow())
        };
    }

    private int turn() {
        return next++ & SampleIntents.COUNT - 1;
    }

    private byte[] write(IntentJson value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
