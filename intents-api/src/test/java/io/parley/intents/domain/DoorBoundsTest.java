package io.parley.intents.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.PrivateKeySigner;
import io.parley.protocol.Reason;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.admission.Admissions;
import io.parley.protocol.admission.Nonces;
import io.parley.protocol.admission.SenderLimits;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the door says "not now", and what it remembers. */
class DoorBoundsTest {

    private static final Domain DOMAIN = new Domain(1, Address.parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"));
    private static final PrivateKeySigner ALICE = PrivateKeySigner.parse("0x" + "00".repeat(31) + "a1");
    private static final long NOW = 1_767_225_600_000L;

    private final KnownState known = new KnownState();
    private Door door;

    @BeforeEach
    void open() {
        known.listed(0, AssetId.cash(), "USD");
        known.listed(1, AssetId.spot(1), "ETH");
        known.account(ALICE.address(), 0, Nonces.NEW, 5);
        door = door(new Door.Bounds(2, 3, 1000, 100), 100);
    }

    private Door door(Door.Bounds bounds, long burst) {
        return new Door(new Admissions(DOMAIN, 3600), new SenderLimits(1, burst, 10), known, bounds);
    }

    private SignedIntent intent(long cash) {
        var intent = new Intent(
                ALICE.address(),
                0,
                List.of(new Leg(AssetId.spot(1), 100)),
                cash,
                0,
                1,
                1,
                0,
                NOW / 1000 + 60,
                0,
                false,
                Conditions.NONE);
        return new SignedIntent(intent, ALICE.sign(Eip712.digest(DOMAIN, intent, known.listings())));
    }

    private Bytes32 admitted(Entry entry) {
        assertThat(entry).isInstanceOf(Entry.Admitted.class);
        return ((Entry.Admitted) entry).id();
    }

    private static void busy(Entry entry, Reason reason) {
        assertThat(entry).isInstanceOf(Entry.Busy.class);
        assertThat(((Entry.Busy) entry).refusal().reason()).isEqualTo(reason);
    }

    @Test
    void brokerThatDoesNotAcknowledge_shutsTheDoor_untilItDoes() {
        var first = admitted(door.intent(intent(1), NOW));
        admitted(door.intent(intent(2), NOW));
        busy(door.intent(intent(3), NOW), Reason.OVERLOADED);
        door.written(first);
        admitted(door.intent(intent(3), NOW));
    }

    @Test
    void auctionsThatFallBehind_shutTheDoor_untilTheyShowAnIntent() {
        for (int i = 1; i <= 3; i++) {
            door.written(admitted(door.intent(intent(i), NOW)));
        }
        busy(door.intent(intent(4), NOW), Reason.OVERLOADED);
        door.shown(Eip712.digest(DOMAIN, intent(2).intent(), known.listings()));
        door.written(admitted(door.intent(intent(4), NOW)));
    }

    @Test
    void intentThatNoAuctionShows_doesNotShutTheDoorForEver() {
        for (int i = 1; i <= 3; i++) {
            door.written(admitted(door.intent(intent(i), NOW)));
        }
        busy(door.intent(intent(4), NOW + 1000), Reason.OVERLOADED);
        admitted(door.intent(intent(4), NOW + 1001));
    }

    @Test
    void failedWrite_mayBeTriedAgain_andIsNoDuplicate() {
        var id = admitted(door.intent(intent(1), NOW));
        door.failed(id);
        assertThat(door.unacknowledged()).isZero();
        assertThat(door.waiting(NOW)).isZero();
        assertThat(admitted(door.intent(intent(1), NOW))).isEqualTo(id);
        assertThat(door.intent(intent(1), NOW)).isInstanceOf(Entry.Refused.class);
    }

    @Test
    void limitOfASender_isRefilledAtItsRate() {
        door = door(new Door.Bounds(100, 100, 1000, 100), 2);
        admitted(door.intent(intent(1), NOW));
        admitted(door.intent(intent(2), NOW));
        busy(door.intent(intent(3), NOW), Reason.RATE_LIMITED);
        busy(door.intent(intent(3), NOW + 999), Reason.RATE_LIMITED);
        admitted(door.intent(intent(3), NOW + 1000));
        busy(door.intent(intent(4), NOW + 1000), Reason.RATE_LIMITED);
    }

    @Test
    void newsOfTheLedger_neverRunBack() {
        var used = new Nonces(
                List.of(new Nonces.Lane(0, 1), new Nonces.Lane(0, 0), new Nonces.Lane(0, 0), new Nonces.Lane(0, 0)));
        known.account(ALICE.address(), 0, used, 7);
        known.account(ALICE.address(), 0, Nonces.NEW, 6);
        var refused = door.intent(intent(1), NOW);
        assertThat(refused).isInstanceOf(Entry.Refused.class);
        assertThat(((Entry.Refused) refused).refusal().reason()).isEqualTo(Reason.NONCE_USED);

        known.time(100);
        known.time(90);
        assertThat(known.time()).isEqualTo(100);
    }

    @Test
    void listings_waitForThoseBeforeThem() {
        var fresh = new KnownState();
        fresh.listed(1, AssetId.spot(1), "ETH");
        assertThat(fresh.listings().size()).isZero();
        fresh.listed(0, AssetId.cash(), "USD");
        fresh.listed(0, AssetId.cash(), "USD");
        assertThat(fresh.listings().size()).isEqualTo(2);
    }
}
