package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.wire.AuctionRecord;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.BidRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.protocol.wire.CommitmentRecord;
import io.parley.protocol.wire.DeadLetter;
import io.parley.protocol.wire.PriceRecord;
import io.parley.protocol.wire.ScreeningRecord;
import io.parley.protocol.wire.SettlementRecord;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every record against its own bytes, and against bytes that are almost it. */
class CodecTest {

    private record Codec<T>(
            String name, Function<Samples, T> sample, Function<T, byte[]> encoder, Function<byte[], T> decoder) {
        byte[] encode(Object value) {
            @SuppressWarnings("unchecked")
            T typed = (T) value;
            return encoder.apply(typed);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Codec<?>> CODECS = List.of(
            new Codec<>("Intent", Samples::signedIntent, SignedIntent::encode, SignedIntent::decode),
            new Codec<>("Bid", Samples::signedBid, SignedBid::encode, SignedBid::decode),
            new Codec<>("Commitment", Samples::signedCommitment, SignedCommitment::encode, SignedCommitment::decode),
            new Codec<>("Command", Samples::command, Command::encode, Command::decode),
            new Codec<>("PriceContent", Samples::priceContent, PriceContent::encode, PriceContent::decode),
            new Codec<>("FeederSet", Samples::feederSet, FeederSet::encode, FeederSet::decode),
            new Codec<>("BatchHeader", Samples::batchHeader, BatchHeader::encode, BatchHeader::decode),
            new Codec<>(
                    "CommitmentRecord", Samples::commitmentRecord, CommitmentRecord::encode, CommitmentRecord::decode),
            new Codec<>("BidRecord", Samples::bidRecord, BidRecord::encode, BidRecord::decode),
            new Codec<>("PriceRecord", Samples::priceRecord, PriceRecord::encode, PriceRecord::decode),
            new Codec<>("AuctionRecord", Samples::auctionRecord, AuctionRecord::encode, AuctionRecord::decode),
            new Codec<>("ScreeningRecord", Samples::screeningRecord, ScreeningRecord::encode, ScreeningRecord::decode),
            new Codec<>("ClearedRecord", Samples::clearedRecord, ClearedRecord::encode, ClearedRecord::decode),
            new Codec<>("BatchRecord", Samples::batchRecord, BatchRecord::encode, BatchRecord::decode),
            new Codec<>(
                    "SettlementRecord", Samples::settlementRecord, SettlementRecord::encode, SettlementRecord::decode),
            new Codec<>("DeadLetter", Samples::deadLetter, DeadLetter::encode, DeadLetter::decode));

    static Stream<Arguments> codecs() {
        return CODECS.stream().flatMap(codec -> Seeds.seeds().mapToObj(seed -> Arguments.of(codec, seed)));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("codecs")
    void aRecord_isWhatItsBytesSay(Codec<?> codec, long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 200; i++) {
            Object record = codec.sample().apply(samples);
            assertThat((Object) codec.decoder().apply(codec.encode(record))).isEqualTo(record);
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("codecs")
    void aRecordCutShort_isUndecodable(Codec<?> codec, long seed) {
        byte[] bytes = codec.encode(codec.sample().apply(new Samples(seed)));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatExceptionOfType(Undecodable.class)
                    .as("%d of %d bytes", length, bytes.length)
                    .isThrownBy(() -> codec.decoder().apply(cut))
                    .matches(e -> e.reason() == Reason.UNDECODABLE);
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("codecs")
    void aRecordWithBytesLeftOver_isUndecodable(Codec<?> codec, long seed) {
        Samples samples = new Samples(seed);
        byte[] bytes = codec.encode(codec.sample().apply(samples));
        for (int more = 1; more <= 3; more++) {
            byte[] extended = Arrays.copyOf(bytes, bytes.length + more);
            extended[bytes.length] = (byte) samples.below(256);
            assertThatExceptionOfType(Undecodable.class)
                    .isThrownBy(() -> codec.decoder().apply(extended));
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("codecs")
    void aFlippedBit_givesAnotherRecordOrNone_andNeverTheSameInOtherBytes(Codec<?> codec, long seed) {
        Object record = codec.sample().apply(new Samples(seed));
        byte[] bytes = codec.encode(record);
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            decodesToTheSameBytesOrNot(codec, flipped);
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("codecs")
    void anyBytes_areARecordOrUndecodable(Codec<?> codec, long seed) {
        Samples samples = new Samples(seed);
        for (int i = 0; i < 500; i++) {
            byte[] noise = samples.bytes(samples.below(400));
            if (noise.length > 1) {
                noise[0] = 1;
                noise[1] = (byte) samples.below(64);
            }
            decodesToTheSameBytesOrNot(codec, noise);
        }
    }

    private static void decodesToTheSameBytesOrNot(Codec<?> codec, byte[] bytes) {
        Object decoded;
        try {
            decoded = codec.decoder().apply(bytes);
        } catch (Undecodable e) {
            assertThat(e.offset()).isBetween(0, bytes.length);
            return;
        }
        assertThat(codec.encode(decoded)).isEqualTo(bytes);
    }

    @Test
    void anIntentRecord_hasTheBytesOfTheProtocol() {
        Intent intent = new Intent(
                Address.parse("0x00112233445566778899aabbccddeeff00112233"),
                7,
                List.of(new Leg(AssetId.spot(1), 200_000_000)),
                -8_500_000_000L,
                5_000_000,
                2,
                1,
                1_800_000_000L,
                1_800_000_060L,
                3L << 62 | 9,
                true,
                Conditions.NONE);
        SignedIntent signed = new SignedIntent(intent, new Signature(Bytes32.ZERO, Bytes32.ZERO, 27));
        assertThat(Blob.of(signed.encode()).hex())
                .isEqualTo(
                        "0x01" // version
                                + "00112233445566778899aabbccddeeff00112233" // owner
                                + "00000007" // account
                                + "fffffffe055c4b00" // cash
                                + "00000000004c4b40" // maxFee
                                + "0000000200000001" // parts, minParts
                                + "000000006b49d200000000006b49d23c" // validFrom, validUntil
                                + "c000000000000009" // nonce
                                + "0101" // flags, nLegs
                                + "0010000100000000000000000bebc200" // leg
                                + "00".repeat(64)
                                + "1b"); // signature
    }

    @Test
    void aBatchHeader_has157Bytes() {
        assertThat(new Samples(1).batchHeader().encode()).hasSize(BatchHeader.SIZE);
    }

    @Test
    void reservedKinds_areUndecodable() {
        for (int kind : new int[] {0, 9, 15, 20, 31, 49, 64, 65, 66, 67, 255}) {
            assertThatThrownBy(() -> Command.decode(new byte[] {1, (byte) kind}))
                    .isInstanceOf(Undecodable.class)
                    .hasMessageContaining("kind " + kind);
        }
    }

    @Test
    void anotherVersion_isUndecodable() {
        byte[] intent = new Samples(1).signedIntent().encode();
        intent[0] = 2;
        assertThatThrownBy(() -> SignedIntent.decode(intent))
                .isInstanceOf(Undecodable.class)
                .hasMessageContaining("version 2, known is 1");
    }

    @Test
    void amountsAndTimes_of2To63AndMore_areUndecodable() {
        byte[] intent = new Samples(1).signedIntent().encode();
        int maxFee = 1 + 20 + 4 + 8;
        intent[maxFee] |= (byte) 0x80;
        assertThatThrownBy(() -> SignedIntent.decode(intent))
                .isInstanceOf(Undecodable.class)
                .hasMessageContaining("maxFee")
                .hasMessageContaining("not below 2^63");
    }

    @Test
    void aListThatAnnouncesMoreThanThereIs_isRefusedBeforeItIsReserved() {
        byte[] opened =
                new WireWriter().version().u8(1).raw(new byte[80]).u16(65_535).toBytes();
        assertThatThrownBy(() -> AuctionRecord.decode(opened))
                .isInstanceOf(Undecodable.class)
                .hasMessageContaining("65535 elements, 0 bytes are left");
    }

    @Test
    void aDetailThatTheWireCannotCarry_isCutAndStillReports() {
        String endless = "\ud83d".repeat(70_000);
        var refused = new ClearedRecord.Refused(1, Bytes32.ZERO, 48, 401, endless, 0, Blob.EMPTY);
        assertThat(refused.detail()).hasSize(20_001).startsWith("??");
        assertThat(ClearedRecord.decode(refused.encode())).isEqualTo(refused);
    }

    @Test
    void aWriter_refusesWhatDoesNotFit() {
        WireWriter out = new WireWriter();
        assertThatThrownBy(() -> out.u8(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.u16(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.u32(1L << 32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.u63(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.str("x".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void values_doNotShareTheirArrays() {
        byte[] bytes = {1, 2, 3};
        Blob blob = Blob.of(bytes);
        bytes[0] = 9;
        blob.bytes()[1] = 9;
        assertThat(blob.bytes()).containsExactly(1, 2, 3);
        assertThat(blob).isEqualTo(Blob.parse("0x010203"));
    }
}
