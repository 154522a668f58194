package io.parley.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.AssetId;
import io.parley.protocol.Blob;
import io.parley.protocol.Domain;
import io.parley.protocol.Fixed8;
import io.parley.protocol.SetParameters;
import io.parley.protocol.wire.BatchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds whatever the crowd does. Each batch that closes on the way is verified by {@link Market}. */
class CrowdTest {
    private static List<Long> seeds() {
        return List.of(1L, 2L, 3L, Seeds.next("CrowdTest"));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsMade_andNothingIsLost(long seed) {
        Crowd crowd = new Crowd(seed);
        for (int i = 0; i < 600; i++) {
            crowd.act();
            if (i % 20 == 0) {
                conserved(crowd);
            }
        }
        conserved(crowd);
        assertThat(crowd.trades()).as("trades that went through").isGreaterThan(60);
        assertThat(crowd.refused()).as("commands refused").isGreaterThan(20);
        assertThat(crowd.market().settle()).hasSizeGreaterThan(10);
        everyAccountIsSound(crowd.market().ledger());
    }

    private static void conserved(Crowd crowd) {
        Ledger ledger = crowd.market().ledger();
        for (var listing : ledger.listings().all()) {
            assertThat(crowd.market().total(listing.asset()))
                    .as("all there is of %s", listing.name())
                    .isEqualTo(crowd.paidIn().getOrDefault(listing.asset(), 0L));
        }
        assertThat(ledger.global().fees()).isBetween(0L, ledger.global().feesTotal());
    }

    private static void everyAccountIsSound(Ledger ledger) {
        for (int index = 1; index <= ledger.accounts(); index++) {
            Account account = ledger.account(index);
            assertThat(Account.decode(account.encode())).isEqualTo(account);
            for (Position position : account.positions()) {
                if (position.asset().equals(AssetId.spot(position.asset().underlying()))) {
                    assertThat(position.quantity()).isPositive();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void replay_leadsToTheSameRoot_andTheSameBatches(long seed) {
        Crowd crowd = new Crowd(seed);
        for (int i = 0; i < 300; i++) {
            crowd.act();
        }
        Market market = crowd.market();

        List<BatchRecord> batches = new ArrayList<>();
        Replay replay = Replay.fromGenesis(Market.DOMAIN).fold(market.log().iterator(), batches::add);

        assertThat(replay.ledger().root()).isEqualTo(market.ledger().root());
        assertThat(batches).isEqualTo(market.batches());
        assertThat(replay.nextOffset()).isEqualTo(market.log().size());
        assertThat(replay.applied() + replay.refused()).isEqualTo(market.log().size());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void snapshotAnywhere_goesOnAsIfNothingHadHappened(long seed) {
        Crowd crowd = new Crowd(seed);
        for (int i = 0; i < 200; i++) {
            crowd.act();
        }
        Market market = crowd.market();
        for (int cut : new int[] {
            0,
            1,
            7,
            market.log().size() / 3,
            market.log().size() / 2,
            market.log().size()
        }) {
            List<BatchRecord> batches = new ArrayList<>();
            Replay first = Replay.fromGenesis(Market.DOMAIN)
                    .fold(market.log().subList(0, cut).iterator(), batches::add);
            byte[] snapshot = Snapshot.encode(first.ledger(), first.assembler(), first.nextOffset());

            Snapshot restored = Snapshot.decode(Market.DOMAIN, snapshot);
            assertThat(restored.ledger().root()).isEqualTo(first.ledger().root());
            assertThat(Snapshot.encode(restored.ledger(), restored.assembler(), restored.nextOffset()))
                    .as("a snapshot of a snapshot")
                    .isEqualTo(snapshot);
            // The whole log again: what the snapshot has is passed over.
            Replay second = Replay.from(restored).fold(market.log().iterator(), batches::add);

            assertThat(second.ledger().root()).isEqualTo(market.ledger().root());
            assertThat(batches).as("cut at %d", cut).isEqualTo(market.batches());
        }
    }

    @Test
    void emptyParameters_surviveASnapshot() {
        var market = Market.market();
        market.applied(new SetParameters(market.queued(), SetParameters.MARGIN, Blob.EMPTY));
        byte[] snapshot = Snapshot.encode(market.ledger(), market.assembler(), 9);
        assertThat(Snapshot.decode(Market.DOMAIN, snapshot).ledger().hasParameters())
                .isFalse();
    }

    @Test
    void damagedSnapshot_isRefused_andSoIsAnotherDomains() {
        Crowd crowd = new Crowd(4);
        Market market = crowd.market();
        byte[] snapshot = Snapshot.encode(market.ledger(), market.assembler(), 9);
        for (int i = 0; i < snapshot.length; i += 97) {
            byte[] damaged = snapshot.clone();
            damaged[i] ^= 4;
            assertThatThrownBy(() -> Snapshot.decode(Market.DOMAIN, damaged))
                    .isInstanceOf(RuntimeException.class)
                    .hasMessageContaining("Maybe it was cut off");
        }
        assertThatThrownBy(() -> Snapshot.decode(Market.DOMAIN, new byte[3])).hasMessageContaining("(3)");
        Domain other = new Domain(1, Market.DOMAIN.vault());
        assertThatThrownBy(() -> Snapshot.decode(other, snapshot)).hasMessageContaining("not of");
    }

    @Test
    void recordsThatAreNoCommand_arePassedOver() {
        Replay replay = Replay.fromGenesis(Market.DOMAIN)
                .fold(List.of(new Replay.Entry(0, new byte[] {1, 99}), new Replay.Entry(5, new byte[0]))
                        .iterator());
        assertThat(replay.undecodable()).isEqualTo(2);
        assertThat(replay.nextOffset()).isEqualTo(6);
        assertThat(replay.ledger().root())
                .isEqualTo(Ledger.genesis(Market.DOMAIN).root());
    }

    @Test
    void worstAdmittedStep_isAppliedAndVerified() {
        var market = Market.market();
        // Fifteen owners with 16 positions each and the solver with 16: 256 positions; 60 legs.
        List<String> assets = new ArrayList<>();
        for (int strike = 2_000; strike < 2_000 + 100 * 16; strike += 100) {
            assets.add("ETH-27MAR26-" + strike + "-C");
            market.mark(assets.getLast(), "100");
        }
        LongSupplier money = () -> Fixed8.parse("1000000");
        for (long account = 0; account < 15; account++) {
            market.applied(market.deposit(Trader.ALICE, account, AssetId.cash(), money.getAsLong()));
        }
        market.applied(market.deposit(Trader.SOLVER, 0, AssetId.cash(), 20 * money.getAsLong()));
        for (int first = 0; first < 16; first += 4) {
            Deal deal = Deal.bid();
            for (long account = 0; account < 15; account++) {
                Offer offer = Offer.intent()
                        .by(Trader.ALICE)
                        .account(account)
                        .nonce(first)
                        .pays("400");
                for (String asset : assets.subList(first, first + 4)) {
                    offer.gets("1 " + asset);
                }
                deal.fills(offer);
            }
            market.applied(deal);
        }
        Deal worst = Deal.bid();
        for (long account = 0; account < 15; account++) {
            Offer offer =
                    Offer.intent().by(Trader.ALICE).account(account).nonce(20).takes("0");
            for (String asset : assets.subList(0, 4)) {
                offer.gives("0.5 " + asset);
            }
            worst.fills(offer);
        }
        market.applied(worst);
        assertThat(market.of(Trader.SOLVER).positions()).hasSize(16);
        assertThat(market.settle()).isNotEmpty();
    }
}
