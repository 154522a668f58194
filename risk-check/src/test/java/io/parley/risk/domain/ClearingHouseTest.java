package io.parley.risk.domain;

import static io.parley.risk.Trader.ALICE;
import static io.parley.risk.Trader.SOLVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.parley.clearing.Replay;
import io.parley.protocol.Address;
import io.parley.protocol.Domain;
import io.parley.protocol.Fixed8;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.ClearedRecord;
import io.parley.risk.Market;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClearingHouseTest {

    @Test
    void aTrade_hasAReceiptForEachAccount() {
        Market market = Market.open().deposit(ALICE, "1000 USD").deposit(SOLVER, "1000 USD");
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        SignedBid bid = market.bid(SOLVER, 1, intent);
        market.send(market.trade(bid, intent));

        var applied = (ClearedRecord.Applied) market.last().cleared().orElseThrow();
        assertThat(applied.accounts()).hasSize(2);
        var alice = applied.accounts().getFirst().margin();
        assertThat(alice.imBefore()).isEqualTo(Fixed8.parse("1000"));
        // 10 too dear, 0.10 of fee, 300 to open, 195 to keep.
        assertThat(alice.value()).isEqualTo(Fixed8.parse("989.9"));
        assertThat(alice.imAfter()).isEqualTo(Fixed8.parse("689.9"));
        assertThat(alice.mmAfter()).isEqualTo(Fixed8.parse("794.9"));
        assertThat(alice.priceHash()).isEqualTo(market.house().ledger().global().priceHash());
        assertThat(applied.root()).isEqualTo(market.house().root());
        assertThat(applied.commandsOffset()).isEqualTo(market.log().size() - 1);
    }

    @Test
    void aRedeliveredCommand_isRefused_andChangesNothing() {
        Market market = Market.open().deposit(ALICE, "10000 USD").deposit(SOLVER, "1000 USD");
        SignedIntent intent = market.intent(ALICE, "1 ETH-PERP", "3010", "1");
        market.send(market.trade(market.bid(SOLVER, 1, intent), intent));
        market.send(market.withdraw(ALICE, "1 USD"));
        market.price();
        List<byte[]> all = List.copyOf(market.log());
        var root = market.house().root();

        List<Integer> codes = new ArrayList<>();
        for (byte[] record : all) {
            market.send(record);
            codes.add(((ClearedRecord.Refused) market.last().cleared().orElseThrow()).code());
        }

        assertThat(market.house().root()).isEqualTo(root);
        assertThat(codes)
                .containsOnly(
                        Reason.QUEUE_ORDER.code(),
                        Reason.PRICE_ORDER.code(),
                        Reason.AUCTION_NOT_NEW.code(),
                        Reason.NONCE_USED.code());
    }

    @Test
    void whatIsNoCommand_isPoison_andTheLogGoesOn() {
        Market market = Market.open();
        var root = market.house().root();
        market.send(new byte[] {1, 99, 0});
        assertThat(market.last().cleared()).isEmpty();
        assertThat(market.last().poison().orElseThrow().reason()).isEqualTo(Reason.UNDECODABLE);
        assertThat(market.house().fold(market.log().size(), null).poison()).isPresent();
        assertThat(market.house().root()).isEqualTo(root);
        market.send(new byte[0]).deposit(ALICE, "1 USD");
        assertThat(market.last().cleared()).get().isInstanceOf(ClearedRecord.Applied.class);
    }

    @Test
    void aSnapshotAtAnyPlace_leadsToTheSameOutcomesAndBatches() {
        Market market = Market.busy(120);
        for (int at = 0; at <= market.log().size(); at += 7) {
            ClearingHouse before = ClearingHouse.genesis(Market.DOMAIN);
            for (int i = 0; i < at; i++) {
                before.fold(i, market.log().get(i));
            }
            ClearingHouse restored = ClearingHouse.restore(Market.DOMAIN, before.snapshot());
            assertThat(restored.nextOffset()).isEqualTo(at);
            for (int i = at; i < market.log().size(); i++) {
                assertThat(restored.fold(i, market.log().get(i)))
                        .as("snapshot at %d, command %d", at, i)
                        .isEqualTo(market.outcomes().get(i));
            }
            assertThat(restored.root()).isEqualTo(market.house().root());
        }
    }

    @Test
    void theFold_isThatOfAnyReplay() {
        Market market = Market.busy(200);
        List<BatchRecord> batches = new ArrayList<>();
        Replay replay = Replay.fromGenesis(Market.DOMAIN)
                .fold(
                        IntStream.range(0, market.log().size())
                                .mapToObj(i -> new Replay.Entry(i, market.log().get(i)))
                                .iterator(),
                        batches::add);
        assertThat(replay.ledger().root()).isEqualTo(market.house().root());
        assertThat(market.outcomes().stream().flatMap(o -> o.batch().stream()).toList())
                .isEqualTo(batches)
                .isNotEmpty();
    }

    @Test
    void aSnapshot_isRefused_whenItIsDamagedOrAnothers() {
        byte[] snapshot = Market.open().house().snapshot();
        snapshot[100] ^= 1;
        assertThatIllegalArgumentException().isThrownBy(() -> ClearingHouse.restore(Market.DOMAIN, snapshot));
        snapshot[100] ^= 1;
        Domain other = new Domain(1, Address.parse("0x00000000000000000000000000000000000000aa"));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ClearingHouse.restore(other, snapshot)))
                .isNotNull();
        assertThat(ClearingHouse.restore(Market.DOMAIN, snapshot).root())
                .isEqualTo(Market.open().house().root());
    }
}
