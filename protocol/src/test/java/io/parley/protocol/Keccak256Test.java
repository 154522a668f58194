package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.KeccakDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Keccak256Test {

    private static Bytes32 bouncyCastle(byte[] data, int offset, int length) {
        KeccakDigest digest = new KeccakDigest(256);
        digest.update(data, offset, length);
        byte[] hash = new byte[32];
        digest.doFinal(hash, 0);
        return Bytes32.of(hash);
    }

    @Test
    void knownHashes() {
        assertThat(Keccak256.hash().hex())
                .isEqualTo("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
        assertThat(Keccak256.hash("abc".getBytes(StandardCharsets.US_ASCII)).hex())
                .isEqualTo("0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void everyLength_agreesWithBouncyCastle(long seed) {
        byte[] data = new Samples(seed).bytes(700);
        for (int length = 0; length <= 600; length++) {
            int offset = length % 7;
            assertThat(Keccak256.hash(data, offset, length)).isEqualTo(bouncyCastle(data, offset, length));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void parts_areHashedAsTheirConcatenation(long seed) {
        Samples samples = new Samples(seed);
        byte[] all = samples.bytes(300);
        int cut = samples.below(300);
        assertThat(Keccak256.hash(Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, 300)))
                .isEqualTo(Keccak256.hash(all));
        Bytes32 left = samples.b32();
        Bytes32 right = samples.b32();
        assertThat(Keccak256.hash(left, right)).isEqualTo(Keccak256.hash(left.bytes(), right.bytes()));
    }

    @Test
    void aNodeOverNothing_isNothing_andHOfTwoZeroesIsNot() {
        assertThat(Keccak256.node(Bytes32.ZERO, Bytes32.ZERO)).isEqualTo(Bytes32.ZERO);
        assertThat(Keccak256.hash(Bytes32.ZERO, Bytes32.ZERO)).isNotEqualTo(Bytes32.ZERO);
        Bytes32 leaf = Keccak256.hash(new byte[] {1});
        assertThat(Keccak256.node(leaf, Bytes32.ZERO)).isEqualTo(Keccak256.hash(leaf, Bytes32.ZERO));
        assertThat(Keccak256.node(leaf.bytes(), new byte[32]))
                .isEqualTo(Keccak256.hash(leaf, Bytes32.ZERO).bytes());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void words_areLaidOutAsEip712EncodesThem(long seed) {
        Samples samples = new Samples(seed);
        for (int round = 0; round < 50; round++) {
            Keccak256.Words words = new Keccak256.Words();
            WireWriter bytes = new WireWriter();
            for (int i = samples.below(12); i > 0; i--) {
                long value = samples.i64();
                Address address = samples.address();
                Bytes32 word = samples.b32();
                words.uint(value).signed(value).address(address).word(word).bool(value < 0);
                byte[] sign = new byte[24];
                Arrays.fill(sign, (byte) (value >> 63));
                bytes.raw(new byte[24]).i64(value).raw(sign).i64(value);
                bytes.raw(new byte[12])
                        .address(address)
                        .b32(word)
                        .raw(new byte[31])
                        .bool(value < 0);
            }
            assertThat(words.hash()).isEqualTo(Keccak256.hash(bytes.toBytes()));
        }
    }

    @Test
    void typedData_isTheHashOf66Bytes() {
        Bytes32 domain = new Samples(3).b32();
        Bytes32 struct = new Samples(4).b32();
        assertThat(Keccak256.typedData(domain, struct))
                .isEqualTo(Keccak256.hash(new byte[] {0x19, 0x01}, domain.bytes(), struct.bytes()));
    }
}
