package io.parley.auction.domain;

import io.parley.auction.domain.IntentAdmission.Checked;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where intents wait that were refused for what {@code cleared} may not have told yet: a deposit, a listing or a key
 * that the door saw first. They are looked at again as it tells more, for a few seconds. For one thread.
 */
final class Anteroom {

    private static final long PATIENCE_MS = 5_000;
    private static final int SEATS = 10_000;

    private record Guest(Checked.Premature premature, Origin origin, long untilMs) {}

    private final Deque<Guest> guests = new ArrayDeque<>();

    /** Takes a seat; false if there is none. */
    boolean enter(Checked.Premature premature, Origin origin, long nowMs) {
        return guests.size() < SEATS && guests.add(new Guest(premature, origin, nowMs + PATIENCE_MS));
    }

    /** When patience ends for the first of them, in unix milliseconds. */
    OptionalLong due() {
        Guest first = guests.peek();
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.untilMs());
    }

    /**
     * An intent that leaves.
     *
     * @param checked accepted, or refused at last
     * @param origin where it stood
     */
    record Leaving(Checked checked, Origin origin) {}

    /** Looks at all of them once more. */
    List<Leaving> look(IntentAdmission admission, long nowMs) {
        List<Leaving> leaving = new ArrayList<>();
        for (int left = guests.size(); left > 0; left--) {
            Guest guest = guests.remove();
            Checked checked = admission.check(guest.premature().intent());
            if (checked instanceof Checked.Premature premature) {
                if (guest.untilMs() > nowMs) {
                    guests.add(guest);
                } else {
                    leaving.add(
                            new Leaving(new Checked.Refused(premature.reason(), premature.detail()), guest.origin()));
                }
            } else {
                leaving.add(new Leaving(checked, guest.origin()));
            }
        }
        return leaving;
    }
}
