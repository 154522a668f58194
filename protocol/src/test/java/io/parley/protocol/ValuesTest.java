package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, 32-byte values, signatures as bytes, trees. */
class ValuesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
                "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
                "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
                "0x52908400098527886E0F7030069857D2E4169EE7",
                "0xde709f2102306220921060314715629080e2fb77"
            })
    void anAddress_isShownInItsChecksum(String hex) {
        assertThat(Address.parse(hex.toLowerCase(java.util.Locale.ROOT)).hex()).isEqualTo(hex);
        assertThat(Address.parse(hex)).isEqualTo(Address.parse(hex.toLowerCase(java.util.Locale.ROOT)));
    }

    @Test
    void anAddressWithAWrongChecksum_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Address.parse("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"))
                .withMessageContaining("checksum");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0x",
                "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                "0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
                "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
                "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaedd",
                "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beag1"
            })
    void whatIsNotTwentyBytesOfHex_isNoAddress(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse(text));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.parley.protocol.Seeds#seeds")
    void orderIsThatOfUnsignedIntegers_andBytesComeBack(long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 200; i++) {
            Bytes32 one = samples.b32();
            Bytes32 two = samples.b32();
            assertThat(Integer.signum(one.compareTo(two)))
                    .isEqualTo(new BigInteger(1, one.bytes()).compareTo(new BigInteger(1, two.bytes())));
            assertThat(Bytes32.parse(one.hex())).isEqualTo(one).hasSameHashCodeAs(Bytes32.of(one.bytes()));
            Address left = samples.address();
            Address right = samples.address();
            assertThat(Integer.signum(left.compareTo(right)))
                    .isEqualTo(new BigInteger(1, left.bytes()).compareTo(new BigInteger(1, right.bytes())));
            assertThat(Address.parse(left.hex())).isEqualTo(left).hasSameHashCodeAs(Address.of(left.bytes()));
            Signature signature = samples.signature();
            assertThat(Signature.parse(signature.hex())).isEqualTo(signature);
        }
    }

    @Test
    void aTreeOverNothing_isZero_andALeafFoldsUpToItsRoot() {
        assertThat(Merkle.root(List.of(), 16)).isEqualTo(Bytes32.ZERO);
        List<Bytes32> leaves = new Samples(5).list(0, () -> Bytes32.ZERO);
        for (int i = 1; i <= 5; i++) {
            leaves.add(Keccak256.hash(new byte[] {(byte) i}));
        }
        Bytes32 left = Keccak256.node(
                Keccak256.node(leaves.get(0), leaves.get(1)), Keccak256.node(leaves.get(2), leaves.get(3)));
        Bytes32 last = Keccak256.node(Keccak256.node(leaves.get(4), Bytes32.ZERO), Bytes32.ZERO);
        assertThat(Merkle.root(leaves, 3)).isEqualTo(Keccak256.node(left, last));
        assertThat(Merkle.fold(leaves.get(4), 4, List.of(Bytes32.ZERO, Bytes32.ZERO, left)))
                .isEqualTo(Merkle.root(leaves, 3));
        assertThat(Merkle.root(List.of(leaves.get(0)), 0)).isEqualTo(leaves.get(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Merkle.root(leaves, 2));
    }

    @Test
    void withdrawals_areChained() {
        Withdrawal one = new Withdrawal(AssetId.cash(), Address.ZERO, 5);
        assertThat(one.appendTo(Bytes32.ZERO))
                .isEqualTo(Keccak256.hash(new byte[32], one.hash().bytes()));
    }
}
