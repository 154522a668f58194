package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.Domain;
import io.parley.protocol.Undecodable;
import io.parley.protocol.wire.BatchRecord;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PackedDataTest {

    private static byte[] packed(BatchRecord batch) {
        return new BatchVerifier(Market.DOMAIN).packed(batch);
    }

    @Test
    void whatIsPacked_expandsToTheData() {
        for (BatchRecord batch : GoldenBatchTest.story().batches()) {
            byte[] packed = packed(batch);
            assertThat(PackedData.unpack(Market.DOMAIN, packed))
                    .isEqualTo(batch.data().bytes());
        }
    }

    @Test
    void theIntentsOfTrades_areLeftOutById() {
        BatchRecord batch = GoldenBatchTest.story().batches().get(1);
        assertThat(packed(batch).length).isLessThan(batch.data().size() - 4 * 32);
    }

    @Test
    void inAnotherDomain_theIntentsAreOthers() {
        BatchRecord batch = GoldenBatchTest.story().batches().get(1);
        var other = new Domain(Market.DOMAIN.chainId() + 1, Market.DOMAIN.vault());
        assertThat(PackedData.unpack(other, packed(batch)))
                .hasSameSizeAs(batch.data().bytes())
                .isNotEqualTo(batch.data().bytes());
    }

    @Test
    void assetsWithoutAName_leaveTheTradesAsTheyAre() {
        BatchRecord batch = GoldenBatchTest.story().batches().get(1);
        BatchData data = BatchData.decode(batch.data().bytes());
        byte[] plain = PackedData.pack(data, asset -> Optional.empty());
        assertThat(plain.length).isGreaterThan(packed(batch).length);
        assertThat(PackedData.unpack(Market.DOMAIN, plain)).isEqualTo(data.encode());
    }

    @Test
    void everyBit_counts() {
        BatchRecord batch = GoldenBatchTest.story().batches().get(1);
        byte[] packed = packed(batch);
        for (int at = 0; at < packed.length; at++) {
            byte[] other = packed.clone();
            other[at] ^= (byte) (1 << at % 8);
            try {
                assertThat(PackedData.unpack(Market.DOMAIN, other))
                        .as("byte %d", at)
                        .isNotEqualTo(batch.data().bytes());
            } catch (Undecodable e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void bytesTooFewOrTooMany_areRefused() {
        byte[] packed = packed(GoldenBatchTest.story().batches().getFirst());
        for (int size : new int[] {0, 1, 3, packed.length - 1, packed.length + 1}) {
            assertThatThrownBy(() -> PackedData.unpack(Market.DOMAIN, Arrays.copyOf(packed, size)))
                    .isInstanceOf(Undecodable.class);
        }
    }
}
