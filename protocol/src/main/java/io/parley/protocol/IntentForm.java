package io.parley.protocol;

import java.util.List;
import java.util.Optional;

/**
 * The form of an intent, by one rule for the door, the auction, screening and clearing. It looks at the intent and
 * the listings only: neither signature nor time nor state.
 */
public final class IntentForm {

    private static final String AMOUNT = "be strictly between -2^62 and 2^62 units of 1e-8";

    private IntentForm() {}

    /**
     * Checks the form in the order of the codes: amounts (105), number of legs (106), their order (107), zero
     * quantities (108), cash legs (109), divisibility (110), parts (111), conditions (112), listing (113).
     *
     * @param intent the intent
     * @param listings what is listed
     * @return the first refusal, empty if the intent is well-formed
     */
    public static Optional<Refusal> check(Intent intent, Listings listings) {
        List<Leg> legs = intent.legs();
        long parts = intent.parts();
        if (outside(intent.cash())) {
            return refused(Reason.BAD_AMOUNT, "cash", Fixed8.format(intent.cash()), AMOUNT);
        }
        if (outside(intent.maxFee())) {
            return refused(Reason.BAD_AMOUNT, "maxFee", Fixed8.format(intent.maxFee()), AMOUNT);
        }
        for (int i = 0; i < legs.size(); i++) {
            if (outside(legs.get(i).quantity())) {
                return refused(
                        Reason.BAD_AMOUNT,
                        quantity(i),
                        Fixed8.format(legs.get(i).quantity()),
                        AMOUNT);
            }
        }
        if (legs.isEmpty() || legs.size() > Intent.MAX_LEGS) {
            return refused(Reason.BAD_COUNT, "legs", Integer.toString(legs.size()), "be 1 to " + Intent.MAX_LEGS);
        }
        for (int i = 1; i < legs.size(); i++) {
            if (legs.get(i - 1).asset().compareTo(legs.get(i).asset()) >= 0) {
                return refused(
                        Reason.LEGS_ORDER,
                        asset(i),
                        show(legs.get(i).asset(), listings),
                        "have an id above that of the leg before it (%s)"
                                .formatted(show(legs.get(i - 1).asset(), listings)));
            }
        }
        for (int i = 0; i < legs.size(); i++) {
            if (legs.get(i).quantity() == 0) {
                return refused(Reason.LEG_ZERO, quantity(i), "0", "not be zero");
            }
        }
        for (int i = 0; i < legs.size(); i++) {
            if (legs.get(i).asset().isCash()) {
                return refused(Reason.LEG_IS_CASH, asset(i), "USD", "not be the cash, which has a field of its own");
            }
        }
        for (int i = 0; i < legs.size() && parts > 0; i++) {
            long quantity = legs.get(i).quantity();
            if (quantity % parts != 0) {
                return refused(
                        Reason.LEG_NOT_DIVISIBLE,
                        quantity(i),
                        Fixed8.format(quantity),
                        "be divisible into %d parts".formatted(parts));
            }
        }
        if (parts < 1) {
            return refused(Reason.BAD_PARTS, "parts", Long.toString(parts), "be at least 1");
        }
        if (intent.minParts() < 1 || intent.minParts() > parts) {
            return refused(
                    Reason.BAD_PARTS,
                    "minParts",
                    Long.toString(intent.minParts()),
                    "be 1 to parts (%d)".formatted(parts));
        }
        if (!intent.conditions().isNone()) {
            return refused(
                    Reason.CONDITIONS_UNSUPPORTED,
                    "conditions",
                    intent.conditions().toString(),
                    "be empty");
        }
        for (int i = 0; i < legs.size(); i++) {
            if (!listings.contains(legs.get(i).asset())) {
                return refused(Reason.NOT_LISTED, asset(i), show(legs.get(i).asset(), listings), "be listed");
            }
        }
        return Optional.empty();
    }

    private static boolean outside(long amount) {
        return amount <= -Fixed8.LIMIT || amount >= Fixed8.LIMIT;
    }

    private static String quantity(int leg) {
        return "legs[%d].quantity".formatted(leg);
    }

    private static String asset(int leg) {
        return "legs[%d].asset".formatted(leg);
    }

    private static String show(AssetId asset, Listings listings) {
        return listings.nameOf(asset).orElseGet(asset::toString);
    }

    private static Optional<Refusal> refused(Reason reason, String field, String value, String rule) {
        return Optional.of(new Refusal(reason, field, value, rule));
    }
}
