package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntentFormTest {

    private static final AssetId ETH = AssetId.spot(1);
    private static final AssetId PERP = AssetId.perp(1);
    private static final AssetId UNLISTED = AssetId.spot(3);
    private final Listings listings =
            Listings.NONE.with(AssetId.cash(), "USD").with(ETH, "ETH").with(PERP, "ETH-PERP");

    private Intent intent(List<Leg> legs, long cash, long maxFee, long parts, long minParts, Conditions conditions) {
        return new Intent(
                Address.ZERO, 0, legs, cash, maxFee, parts, minParts, 0, 1_900_000_000L, 0, false, conditions);
    }

    private Intent legs(Leg... legs) {
        return intent(List.of(legs), -100, 10, 1, 1, Conditions.NONE);
    }

    private Intent parts(long parts, long minParts) {
        return intent(List.of(new Leg(ETH, 10)), -100, 10, parts, minParts, Conditions.NONE);
    }

    private void assertRefused(Reason reason, String field, Intent intent) {
        assertThat(IntentForm.check(intent, listings)).hasValueSatisfying(refusal -> {
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal.field()).isEqualTo(field);
            assertThat(refusal.message()).contains("(" + reason.code() + ")").endsWith("no funds moved");
        });
    }

    @Test
    void aWellFormedIntent_passes() {
        assertThat(IntentForm.check(legs(new Leg(ETH, 10), new Leg(PERP, -10)), listings))
                .isEmpty();
        assertThat(IntentForm.check(parts(10, 10), listings)).isEmpty();
    }

    @Test
    void amounts_stayBelow2To62() {
        long limit = 1L << 62;
        assertRefused(Reason.BAD_AMOUNT, "cash", intent(List.of(), -limit, 0, 0, 0, Conditions.NONE));
        assertRefused(Reason.BAD_AMOUNT, "maxFee", intent(List.of(), limit - 1, limit, 0, 0, Conditions.NONE));
        assertRefused(Reason.BAD_AMOUNT, "legs[0].quantity", legs(new Leg(ETH, Long.MIN_VALUE)));
    }

    @Test
    void oneToSixteenLegs() {
        assertRefused(Reason.BAD_COUNT, "legs", legs());
        List<Leg> legs = IntStream.rangeClosed(1, 17)
                .mapToObj(i -> new Leg(AssetId.spot(i), 1))
                .toList();
        assertRefused(Reason.BAD_COUNT, "legs", intent(legs, 0, 0, 1, 1, Conditions.NONE));
        assertThat(IntentForm.check(intent(legs.subList(0, 16), 0, 0, 1, 1, Conditions.NONE), listings)
                        .map(Refusal::reason))
                .contains(Reason.NOT_LISTED);
    }

    @Test
    void legsAscend_andAreDistinct() {
        assertRefused(Reason.LEGS_ORDER, "legs[1].asset", legs(new Leg(PERP, 1), new Leg(ETH, 1)));
        assertRefused(Reason.LEGS_ORDER, "legs[1].asset", legs(new Leg(ETH, 1), new Leg(ETH, 1)));
        // 2048 is the first underlying whose id is negative as a signed integer
        List<Leg> high = new ArrayList<>(List.of(new Leg(AssetId.spot(2047), 1), new Leg(AssetId.spot(2048), 1)));
        assertThat(IntentForm.check(intent(high, 0, 0, 1, 1, Conditions.NONE), listings)
                        .map(Refusal::reason))
                .contains(Reason.NOT_LISTED);
        Collections.reverse(high);
        assertRefused(Reason.LEGS_ORDER, "legs[1].asset", intent(high, 0, 0, 1, 1, Conditions.NONE));
    }

    @Test
    void noLegIsZero_orCash() {
        assertRefused(Reason.LEG_ZERO, "legs[1].quantity", legs(new Leg(ETH, 1), new Leg(PERP, 0)));
        assertRefused(Reason.LEG_IS_CASH, "legs[0].asset", legs(new Leg(AssetId.cash(), 1), new Leg(ETH, 1)));
    }

    @Test
    void partsDivideTheLegs_andMinPartsArePartsAtMost() {
        assertRefused(Reason.LEG_NOT_DIVISIBLE, "legs[0].quantity", parts(3, 1));
        assertRefused(Reason.BAD_PARTS, "parts", parts(0, 0));
        assertRefused(Reason.BAD_PARTS, "minParts", parts(5, 0));
        assertRefused(Reason.BAD_PARTS, "minParts", parts(5, 6));
    }

    @Test
    void conditions_waitForALaterVersion() {
        Conditions conditions = new Conditions(ETH, Conditions.When.ABOVE, 1, 0, 0, false, false);
        assertRefused(
                Reason.CONDITIONS_UNSUPPORTED, "conditions", intent(List.of(new Leg(ETH, 10)), 0, 0, 1, 1, conditions));
    }

    @Test
    void everyLegIsListed() {
        assertRefused(Reason.NOT_LISTED, "legs[1].asset", legs(new Leg(ETH, 1), new Leg(UNLISTED, 1)));
    }

    @Test
    void theFirstRefusalIsByCode_notByLeg() {
        // the second leg's amount (105) comes before the order of the legs (107) and the zero of the first (108)
        assertRefused(Reason.BAD_AMOUNT, "legs[1].quantity", legs(new Leg(PERP, 0), new Leg(ETH, Long.MIN_VALUE)));
    }

    @Test
    void aRefusal_readsAsASentence() {
        Refusal refusal = new Refusal(Reason.BAD_COUNT, "legs", "17", "be 1 to 16");
        assertThat(refusal.message()).isEqualTo("BAD_COUNT (106): legs (17) must be 1 to 16; no funds moved");
    }
}
