package io.parley.auction.domain;

import io.parley.auction.domain.LedgerView.NonceState;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Undecodable;
import io.parley.protocol.admission.Admission;
import io.parley.protocol.admission.Admissions;

/**
 * Checks intents as they come from the topic, whoever wrote them there: the door's checks once more. Holds nothing
 * that changes but the ledger view, so it may run beside the thread that decides.
 */
public final class IntentAdmission {

    /** What came of the check. */
    public sealed interface Checked {

        /**
         * May stand in auctions.
         *
         * @param id the intent's digest
         * @param intent the intent
         */
        record Accepted(Bytes32 id, SignedIntent intent) implements Checked {}

        /**
         * Not by what is known now, but what {@code cleared} tells next may change it: the door may know more already.
         *
         * @param intent the intent
         * @param reason the code
         * @param detail the values compared
         */
        record Premature(SignedIntent intent, Reason reason, String detail) implements Checked {}

        /**
         * Never.
         *
         * @param reason the code
         * @param detail the values compared
         */
        record Refused(Reason reason, String detail) implements Checked {}
    }

    private final Domain domain;
    private final Admissions admissions;
    private final LedgerView ledger;

    /**
     * Sets up the checks.
     *
     * @param domain where signatures count
     * @param longestValidity how many seconds after the state time an intent may still be valid
     * @param ledger what is known
     */
    public IntentAdmission(Domain domain, long longestValidity, LedgerView ledger) {
        this.domain = domain;
        this.admissions = new Admissions(domain, longestValidity);
        this.ledger = ledger;
    }

    /**
     * Checks a record.
     *
     * @param record any bytes
     * @return what came of it
     */
    public Checked check(byte[] record) {
        try {
            return check(SignedIntent.decode(record));
        } catch (Undecodable e) {
            return undecodable(e);
        }
    }

    /**
     * Checks a record that was written before this life: most are over, and need no look at their signature.
     *
     * @param record any bytes
     * @return what came of it
     */
    public Checked checkOld(byte[] record) {
        try {
            SignedIntent intent = SignedIntent.decode(record);
            return ledger.isSpent(intent.intent())
                    ? new Checked.Refused(Reason.NONCE_USED, "its time is over or its nonce is used")
                    : check(intent);
        } catch (Undecodable e) {
            return undecodable(e);
        }
    }

    private static Checked undecodable(Undecodable e) {
        return new Checked.Refused(e.reason(), "byte %d: %s".formatted(e.offset(), e.what()));
    }

    /**
     * Checks an intent.
     *
     * @param intent any
     * @return what came of it
     */
    public Checked check(SignedIntent intent) {
        return switch (admissions.check(intent, ledger)) {
            case Admission.Accepted accepted -> new Checked.Accepted(accepted.id(), intent);
            case Admission.Refused(Refusal refusal) -> refused(intent, refusal);
        };
    }

    private Checked refused(SignedIntent intent, Refusal refusal) {
        return switch (refusal.reason()) {
            case NOT_LISTED, NO_ACCOUNT, KEY_NOT_ALLOWED ->
                new Checked.Premature(intent, refusal.reason(), refusal.message());
            case NONCE_USED -> nonceUsed(intent, refusal);
            default -> new Checked.Refused(refusal.reason(), refusal.message());
        };
    }

    private Checked nonceUsed(SignedIntent intent, Refusal refusal) {
        Bytes32 id = Eip712.digest(domain, intent.intent(), ledger.listings());
        NonceState state = ledger.nonceState(id, intent.intent());
        return switch (state) {
            case OPEN -> new Checked.Accepted(id, intent);
            case AHEAD, UNKNOWN -> new Checked.Premature(intent, refusal.reason(), refusal.message());
            case USED -> new Checked.Refused(refusal.reason(), refusal.message());
        };
    }
}
