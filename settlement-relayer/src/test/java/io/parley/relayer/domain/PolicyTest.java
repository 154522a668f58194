package io.parley.relayer.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.clearing.BatchData;
import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.BatchHeader;
import io.parley.protocol.Bid;
import io.parley.protocol.Blob;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Conditions;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.Signature;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Withdrawal;
import io.parley.protocol.wire.BatchRecord;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTest {

    private static final BigInteger CHEAP = BigInteger.valueOf(1_000_000_000);
    private static final BigInteger DEAR = BigInteger.valueOf(30_000_000_000L);

    private final Policy auto = new Policy(Policy.Mode.AUTO, 10_000 * Fixed8.ONE, CHEAP);

    @Test
    void verified_provesAll_andOptimistic_onlyWhatAsksForIt() {
        var verified = new Policy(Policy.Mode.VERIFIED, 0, CHEAP);
        var optimistic = new Policy(Policy.Mode.OPTIMISTIC, 0, CHEAP);
        assertThat(verified.proves(batch(100, false, List.of()), DEAR)).isTrue();
        assertThat(optimistic.proves(batch(1_000_000, false, withdrawal()), BigInteger.ONE))
                .isFalse();
        assertThat(optimistic.proves(batch(100, true, List.of()), DEAR)).isTrue();
    }

    @Test
    void auto_proves_whatIsUrgentLargeOrCheap() {
        assertThat(auto.proves(batch(100, false, List.of()), DEAR)).isFalse();
        assertThat(auto.proves(batch(100, false, List.of()), CHEAP)).isTrue();
        assertThat(auto.proves(batch(100, true, List.of()), DEAR)).isTrue();
        assertThat(auto.proves(batch(100, false, withdrawal()), DEAR)).isTrue();
        assertThat(auto.proves(batch(9_999, false, List.of()), DEAR)).isFalse();
        assertThat(auto.proves(batch(10_000, false, List.of()), DEAR)).isTrue();
    }

    private static List<Withdrawal> withdrawal() {
        return List.of(new Withdrawal(AssetId.cash(), Address.ZERO, 1));
    }

    private static BatchRecord batch(long dollars, boolean verifiedOnly, List<Withdrawal> withdrawals) {
        var signature = new Signature(Bytes32.ZERO, Bytes32.ZERO, 27);
        var intent = new Intent(
                Address.ZERO,
                0,
                List.of(new Leg(AssetId.spot(1), Fixed8.ONE)),
                -dollars * Fixed8.ONE,
                0,
                1,
                1,
                0,
                1,
                0,
                verifiedOnly,
                Conditions.NONE);
        var bid = new Bid(
                Address.ZERO,
                0,
                1,
                List.of(new Fill(Bytes32.ZERO, 1, -dollars * Fixed8.ONE, 0)),
                0,
                Bytes32.ZERO,
                1,
                Bytes32.ZERO);
        var trade = new TradeCommand(
                1, Bytes32.ZERO, new SignedBid(bid, signature), List.of(new SignedIntent(intent, signature)));
        var data = new BatchData(List.of(trade.encode()), List.of(Bytes32.ZERO));
        var bytes = Blob.of(data.encode());
        var header = new BatchHeader(
                1, Bytes32.ZERO, Bytes32.ZERO, data.stepsRoot(), bytes.hash(), 1, 0, 0, data.verifiedOnly());
        return new BatchRecord(1, 0, 0, 0, 0, header, bytes, Blob.EMPTY, List.of(0), withdrawals, List.of(trade.id()));
    }
}
