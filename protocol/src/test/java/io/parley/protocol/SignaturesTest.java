package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SignaturesTest {

    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final Secp256k1 NATIVE = Secp256k1.nativeLibrary().orElseThrow();
    private static final Secp256k1 BOUNCY_CASTLE = Secp256k1.bouncyCastle();

    static Stream<Secp256k1> curves() {
        return Stream.of(NATIVE, BOUNCY_CASTLE);
    }

    static Stream<Arguments> curvesAndSeeds() {
        return curves().flatMap(curve -> Seeds.seeds().mapToObj(seed -> Arguments.of(curve, seed)));
    }

    private static Bytes32 word(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] word = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, word, 32 - length, length);
        return Bytes32.of(word);
    }

    @Test
    void theNativeLibrary_isTakenWhereItLoads_andTheFallbackWhereItIsAskedFor() {
        assertThat(Secp256k1Choice.choose("").name()).contains("native");
        assertThat(Secp256k1Choice.choose("native").name()).contains("native");
        assertThat(Secp256k1Choice.choose("bouncycastle").name()).isEqualTo("BouncyCastle");
        assertThatIllegalStateException()
                .isThrownBy(() -> Secp256k1Choice.choose("openssl"))
                .withMessageContaining("native or bouncycastle");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void bothCurves_signAndRecoverAlike(long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 30; i++) {
            byte[] key = samples.bytes(32);
            byte[] digest = samples.bytes(32);
            byte[] signature = NATIVE.sign(digest, key);
            assertThat(BOUNCY_CASTLE.sign(digest, key)).isEqualTo(signature);
            assertThat(BOUNCY_CASTLE.publicKey(key)).isEqualTo(NATIVE.publicKey(key));
            byte[] rs = Arrays.copyOf(signature, 64);
            int recoveryId = signature[64] - 27;
            assertThat(NATIVE.recover(digest, rs, recoveryId)).isEqualTo(NATIVE.publicKey(key));
            assertThat(BOUNCY_CASTLE.recover(digest, rs, recoveryId)).isEqualTo(NATIVE.publicKey(key));
            // any other r and s too: a key or none, and the same
            byte[] noise = samples.bytes(64);
            noise[32] &= 0x7f;
            assertThat(BOUNCY_CASTLE.recover(digest, noise, 0)).isEqualTo(NATIVE.recover(digest, noise, 0));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("curvesAndSeeds")
    void aSignature_recoversToItsSigner_andToNobodyElseWhenAByteChanges(Secp256k1 curve, long seed) {
        Samples samples = new Samples(seed);
        PrivateKeySigner signer = PrivateKeySigner.of(samples.bytes(32));
        Bytes32 digest = Bytes32.of(samples.bytes(32));
        Signature signature = signer.sign(digest);
        assertThat(Signatures.recover(digest, signature, curve)).contains(signer.address());
        byte[] bytes = signature.bytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= (byte) (1 << samples.below(8));
            assertThat(Signatures.recover(digest, Signature.of(changed), curve))
                    .isNotEqualTo(Optional.of(signer.address()));
        }
    }

    @ParameterizedTest
    @MethodSource("curves")
    void theForm_isCheckedBeforeTheCurve(Secp256k1 curve) {
        PrivateKeySigner signer = PrivateKeySigner.of(new Samples(1).bytes(32));
        Bytes32 digest = new Samples(2).b32();
        Signature good = signer.sign(digest);
        Bytes32 order = word(ORDER);
        BigInteger s = new BigInteger(1, good.s().bytes());
        Signature highS = new Signature(good.r(), word(ORDER.subtract(s)), 55 - good.v());
        assertThat(Stream.of(
                        highS,
                        new Signature(good.r(), good.s(), good.v() - 27),
                        new Signature(good.r(), good.s(), 29),
                        new Signature(good.r(), good.s(), 0),
                        new Signature(Bytes32.ZERO, good.s(), good.v()),
                        new Signature(order, good.s(), good.v()),
                        new Signature(good.r(), Bytes32.ZERO, good.v()),
                        new Signature(good.r(), order, good.v()),
                        Signature.NONE))
                .allSatisfy(bad -> {
                    assertThat(Signatures.isWellFormed(bad)).isFalse();
                    assertThat(Signatures.recover(digest, bad, curve)).isEmpty();
                });
        Bytes32 half = word(ORDER.shiftRight(1));
        assertThat(Signatures.isWellFormed(new Signature(good.r(), half, 27))).isTrue();
        assertThat(Signatures.isWellFormed(new Signature(word(ORDER.subtract(BigInteger.ONE)), half, 28)))
                .isTrue();
        // no point of the curve has x = 5
        assertThat(Signatures.recover(digest, new Signature(word(BigInteger.valueOf(5)), good.s(), 27), curve))
                .isEmpty();
    }

    @Test
    void theCompactForm_isExpanded_andOtherLengthsAreNot() {
        for (int i = 0; i < 20; i++) {
            Signature signature = PrivateKeySigner.of(new Samples(i).bytes(32)).sign(new Samples(i + 100).b32());
            byte[] compact = Arrays.copyOf(signature.bytes(), 64);
            compact[32] |= (byte) (signature.v() - 27 << 7);
            assertThat(Signatures.expand(compact)).contains(signature);
            assertThat(Signatures.expand(signature.bytes())).contains(signature);
        }
        for (int length : new int[] {0, 1, 63, 66, 130}) {
            assertThat(Signatures.expand(new byte[length])).isEmpty();
        }
    }

    @Test
    void aPrivateKey_isNeverShown() {
        String hex = "0x00000000000000000000000000000000000000000000000000000000deadbeef";
        PrivateKeySigner signer = PrivateKeySigner.parse(hex);
        assertThat(signer.toString())
                .doesNotContainIgnoringCase("deadbeef")
                .contains(signer.address().hex());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateKeySigner.parse(hex + "00"))
                .satisfies(e -> assertThat(e).hasNoCause())
                .withMessageNotContaining("deadbeef");
        assertThatIllegalArgumentException().isThrownBy(() -> PrivateKeySigner.of(new byte[32]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateKeySigner.of(word(ORDER).bytes()));
        assertThatIllegalArgumentException().isThrownBy(() -> PrivateKeySigner.of(new byte[31]));
    }

    @Test
    void aKnownKey_hasItsKnownAddress() {
        // the first account of the test mnemonic of every dev chain
        assertThat(PrivateKeySigner.parse("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
                        .address()
                        .hex())
                .isEqualTo("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    }

    static Stream<Arguments> wycheproof() throws Exception {
        try (InputStream in =
                SignaturesTest.class.getResourceAsStream("/wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json")) {
            JsonNode file = new ObjectMapper().readTree(in);
            Stream.Builder<Arguments> cases = Stream.builder();
            for (JsonNode group : file.get("testGroups")) {
                String key = group.get("publicKey").get("uncompressed").asText();
                for (JsonNode test : group.get("tests")) {
                    curves().forEach(curve -> cases.add(Arguments.of(
                            test.get("tcId").asInt(), test.get("comment").asText(), curve.name(), curve, key, test)));
                }
            }
            return cases.build();
        }
    }

    @ParameterizedTest(name = "{0} {1}, {2}")
    @MethodSource("wycheproof")
    void wycheproof_validRecoversTheKey_invalidDoesNot(
            int id, String comment, String name, Secp256k1 curve, String key, JsonNode test) throws Exception {
        HexFormat hex = HexFormat.of();
        byte[] digest = MessageDigest.getInstance("SHA-256")
                .digest(hex.parseHex(test.get("msg").asText()));
        Address expected = Address.ofPublicKey(hex.parseHex(key), 1);
        boolean valid = test.get("result").asText().equals("valid");
        Optional<BigInteger[]> rs = strictDer(hex.parseHex(test.get("sig").asText()));
        if (rs.isEmpty()) {
            // What is no DER of two integers cannot be written as r and s at all.
            assertThat(valid).as("case %d must be readable", id).isFalse();
            return;
        }
        BigInteger r = rs.get()[0];
        BigInteger s = rs.get()[1];
        boolean fits = r.signum() >= 0 && r.bitLength() <= 256 && s.signum() >= 0 && s.bitLength() <= 256;
        boolean recovered = fits
                && Stream.of(27, 28)
                        .map(v -> Signatures.recover(Bytes32.of(digest), new Signature(word(r), word(s), v), curve))
                        .anyMatch(signer -> signer.equals(Optional.of(expected)));
        if (valid && comment.equals("k*G has a large x-coordinate")) {
            // The point's x is r + n: it takes recovery id 2 or 3, for which v has no value on Ethereum.
            assertThat(recovered).isFalse();
            byte[] both = Arrays.copyOf(word(r).bytes(), 64);
            word(s).write(both, 32);
            assertThat(Stream.of(2, 3).map(recoveryId -> curve.recover(digest, both, recoveryId)))
                    .contains(hex.parseHex(key));
            return;
        }
        assertThat(recovered).as("case %d: %s", id, comment).isEqualTo(valid);
    }

    @Test
    void wycheproof_isReadWhole() throws Exception {
        assertThat(wycheproof()).hasSize(2 * 463);
    }

    /** Two integers of a strictly encoded DER sequence. */
    private static Optional<BigInteger[]> strictDer(byte[] der) {
        if (der.length < 8 || der[0] != 0x30 || der[1] != der.length - 2) {
            return Optional.empty();
        }
        int at = 2;
        BigInteger[] values = new BigInteger[2];
        for (int i = 0; i < 2; i++) {
            if (at + 2 > der.length || der[at] != 0x02) {
                return Optional.empty();
            }
            int length = der[at + 1];
            if (length < 1 || at + 2 + length > der.length) {
                return Optional.empty();
            }
            if (length > 1 && (der[at + 2] == 0 && der[at + 3] >= 0 || der[at + 2] == -1 && der[at + 3] < 0)) {
                return Optional.empty();
            }
            values[i] = new BigInteger(der, at + 2, length);
            at += 2 + length;
        }
        return at == der.length ? Optional.of(values) : Optional.empty();
    }
}
