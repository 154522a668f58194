package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The committed golden vectors against the code.
 *
 * <p>To make them again after a change of the protocol: run this test with {@code -Dparley.golden.write=true}, then
 * {@code node contracts/tools/sign-vectors.mjs}, then this test with the property once more.
 */
class GoldenVectorsTest {

    private static final Path MODULE = Path.of(System.getProperty("basedir", "."));
    private static final Path FILE = MODULE.resolve("src/main/resources/golden/vectors.json");
    private static final Path VIEM = MODULE.resolve("src/test/resources/golden/viem-signatures.json");

    private final ObjectMapper json = new ObjectMapper();

    private JsonNode read(Path file) throws IOException {
        return Files.exists(file) ? json.readTree(Files.readString(file)) : json.createObjectNode();
    }

    @Test
    void theCommittedFile_isWhatTheCodeGives() throws IOException {
        GoldenVectors generator = new GoldenVectors(read(VIEM));
        ObjectNode made = generator.make();
        JsonNode committed = read(FILE);
        if (Boolean.getBoolean("parley.golden.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, generator.print(made));
            committed = read(FILE);
        }
        // Read again, as a long and an int of equal value differ in memory.
        assertThat(difference("", committed, json.readTree(json.writeValueAsString(made))))
                .as("where golden/vectors.json differs from what the code gives")
                .isEmpty();
    }

    /** The first difference, as the whole file would be no message. */
    private static Optional<String> difference(String at, JsonNode committed, JsonNode made) {
        if (committed.equals(made)) {
            return Optional.empty();
        }
        if (committed.isContainerNode() && made.isContainerNode() && committed.size() == made.size()) {
            if (made.isArray()) {
                return IntStream.range(0, made.size())
                        .mapToObj(i -> difference(at + "/" + i, committed.path(i), made.path(i)))
                        .flatMap(Optional::stream)
                        .findFirst();
            }
            return made.properties().stream()
                    .map(field ->
                            difference(at + "/" + field.getKey(), committed.path(field.getKey()), field.getValue()))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        return Optional.of("%s: committed %.200s, made %.200s".formatted(at, committed, made));
    }

    @Test
    void everySignature_isItsSigners_andViemMadeTheSameDigests() throws IOException {
        JsonNode viem = read(VIEM);
        int byViem = 0;
        for (JsonNode entry : read(FILE).get("digests")) {
            Bytes32 digest = Bytes32.parse(entry.get("digest").asText());
            Signature signature = Signature.parse(entry.get("signature").asText());
            assertThat(Signatures.recover(digest, signature))
                    .as(entry.get("name").asText())
                    .contains(Address.parse(entry.get("signer").asText()));
            if (entry.get("signedBy").asText().equals("viem")) {
                byViem++;
                assertThat(viem.get(entry.get("name").asText()).get("digest").asText())
                        .isEqualTo(digest.hex());
            }
        }
        assertThat(byViem).isGreaterThanOrEqualTo(10);
    }

    @Test
    void everyRecord_decodesToWhatWasSigned() throws IOException {
        JsonNode file = read(FILE);
        Domain domain = new Domain(
                file.get("domain").get("chainId").asLong(),
                Address.parse(file.get("domain").get("verifyingContract").asText()));
        assertThat(domain.separator().hex())
                .isEqualTo(file.get("domain").get("separator").asText());
        Listings listings = listings(file);
        for (JsonNode entry : file.get("digests")) {
            byte[] record = Blob.parse(entry.get("record").asText()).bytes();
            Bytes32 digest = switch (entry.get("primaryType").asText()) {
                case "Intent" ->
                    Eip712.digest(domain, SignedIntent.decode(record).intent(), listings);
                case "Bid" -> Eip712.digest(domain, SignedBid.decode(record).bid());
                case "Commitment" ->
                    Eip712.digest(domain, SignedCommitment.decode(record).commitment());
                default ->
                    switch (Command.decode(record)) {
                        case OwnerCommand command -> command.digest(domain, listings);
                        case PriceCommand command -> Eip712.digest(domain, command.price());
                        default -> throw new AssertionError(entry.get("name"));
                    };
            };
            assertThat(digest.hex()).isEqualTo(entry.get("digest").asText());
        }
    }

    private static Listings listings(JsonNode file) {
        Listings listings = Listings.NONE;
        for (JsonNode entry : file.get("assets")) {
            AssetId asset = new AssetId(Long.parseUnsignedLong(entry.get("id").asText()));
            String name = entry.get("name").asText();
            assertThat(AssetId.parse(name, symbol -> OptionalInt.of(asset.underlying())))
                    .isEqualTo(asset);
            listings = listings.with(asset, name);
        }
        return listings;
    }

    @Test
    void whatIsNoSignatureOfAlice_isRefusedWithItsCode() throws IOException {
        for (JsonNode entry : read(FILE).get("signatures")) {
            Bytes32 digest = Bytes32.parse(entry.get("digest").asText());
            Signature signature = Signature.parse(entry.get("signature").asText());
            Optional<Address> alice =
                    Optional.of(Address.parse(entry.get("signer").asText()));
            int code = !Signatures.isWellFormed(signature)
                    ? 102
                    : Signatures.recover(digest, signature).equals(alice) ? 0 : 103;
            assertThat(code)
                    .as(entry.get("name").asText())
                    .isEqualTo(entry.get("code").asInt());
            if (entry.has("compact")) {
                assertThat(Signatures.expand(
                                Blob.parse(entry.get("compact").asText()).bytes()))
                        .contains(signature);
            }
        }
    }

    @Test
    void theHashes_areThoseOfTheirPreimages() throws IOException {
        List<String> kinds = new ArrayList<>();
        for (JsonNode entry : read(FILE).get("hashes")) {
            String kind = entry.get("kind").asText();
            kinds.add(kind);
            if (kind.equals("H")) {
                assertThat(Blob.parse(entry.get("preimage").asText()).hash().hex())
                        .isEqualTo(entry.get("hash").asText());
                if (entry.get("name").asText().startsWith("command/")) {
                    byte[] bytes = Blob.parse(entry.get("preimage").asText()).bytes();
                    assertThat(Command.decode(bytes).id().hex())
                            .isEqualTo(entry.get("hash").asText());
                }
            }
        }
        assertThat(kinds).contains("H", "node", "tree", "fold", "chain");
    }
}
