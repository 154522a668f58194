package io.parley.protocol.admission;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.Intent;
import io.parley.protocol.IntentForm;
import io.parley.protocol.Listings;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.parley.protocol.SetMode;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.Withdraw;
import java.util.Optional;

/**
 * Decides what may enter, by the protocol's rules and one of its own: how far ahead validity may reach. The checks stand in
 * the order of the protocol's trade checks, so that the same mistake gets the same code at every door. What needs memory
 * (duplicates, limits per sender) is asked afterwards, so that nobody can use up another's limit without his signature.
 *
 * <p>Immutable and safe for any number of threads, as far as the state is.
 */
public final class Admissions {

    private static final int INTENTS = 1;
    private static final int CANCEL = 4;
    private static final int WITHDRAW = 8;

    private final Domain domain;
    private final long longestValidity;

    /**
     * @param domain what signatures are made for
     * @param longestValidity how many seconds after the state time the last valid second may be
     */
    public Admissions(Domain domain, long longestValidity) {
        if (longestValidity <= 0) {
            throw new IllegalArgumentException(
                    "The longest validity (%d s) must be above zero.".formatted(longestValidity));
        }
        this.domain = domain;
        this.longestValidity = longestValidity;
    }

    /**
     * Form and listing (105 to 113), account (403), validity (114, 203, 206), signature (102 to 104), nonce (202). An
     * intent that is valid only later is accepted: it waits.
     *
     * @param signed the intent
     * @param state what is known
     * @return accepted with its id, or the first refusal
     */
    public Admission check(SignedIntent signed, AdmissionState state) {
        Intent intent = signed.intent();
        Listings listings = state.listings();
        Optional<Refusal> form = IntentForm.check(intent, listings);
        if (form.isPresent()) {
            return new Admission.Refused(form.get());
        }
        if (intent.validFrom() > intent.validUntil()) {
            return refused(
                    Reason.BAD_FIELD,
                    "validFrom",
                    Long.toString(intent.validFrom()),
                    "not be after validUntil (%d)".formatted(intent.validUntil()));
        }
        return rest(
                intent.owner(),
                intent.account(),
                intent.validUntil(),
                intent.nonce(),
                INTENTS,
                Eip712.digest(domain, intent, listings),
                signed.signature(),
                true,
                state);
    }

    /**
     * Listing (113), amount (105), account (403), validity (203, 206), signature (102 to 104), nonce (202). Whether the
     * balance suffices is for clearing to say.
     *
     * @param withdraw what is withdrawn
     * @param signature over it
     * @param state what is known
     * @return accepted with its digest, or the first refusal
     */
    public Admission check(Withdraw withdraw, Signature signature, AdmissionState state) {
        Listings listings = state.listings();
        if (!listings.contains(withdraw.asset())) {
            return refused(Reason.NOT_LISTED, "asset", withdraw.asset().toString(), "be listed");
        }
        if (withdraw.amount() == 0) {
            return refused(Reason.BAD_AMOUNT, "amount", "0", "be above zero");
        }
        return rest(
                withdraw.owner(),
                withdraw.account(),
                withdraw.validUntil(),
                withdraw.nonce(),
                WITHDRAW,
                Eip712.digest(domain, withdraw, listings),
                signature,
                true,
                state);
    }

    /**
     * Kind (114), account (403), validity (203, 206), signature (102 to 104), and for kinds that use their nonce, nonce
     * (202).
     *
     * @param cancel what is cancelled
     * @param signature over it
     * @param state what is known
     * @return accepted with its digest, or the first refusal
     */
    public Admission check(Cancel cancel, Signature signature, AdmissionState state) {
        if (cancel.kind() > Cancel.ALL) {
            return refused(Reason.BAD_FIELD, "kind", Integer.toString(cancel.kind()), "be 0, 1 or 2");
        }
        return rest(
                cancel.owner(),
                cancel.account(),
                cancel.validUntil(),
                cancel.nonce(),
                CANCEL,
                Eip712.digest(domain, cancel),
                signature,
                cancel.kind() == Cancel.ALL,
                state);
    }

    /**
     * Mode (114), account (403), validity (203, 206), signature (102 to 104), nonce (202). Whether the account has the margin
     * for it is for clearing to say.
     *
     * @param setMode what is chosen
     * @param signature over it
     * @param state what is known
     * @return accepted with its digest, or the first refusal
     */
    public Admission check(SetMode setMode, Signature signature, AdmissionState state) {
        if (setMode.mode() > SetMode.PORTFOLIO) {
            return refused(Reason.BAD_FIELD, "mode", Integer.toString(setMode.mode()), "be 0, 1 or 2");
        }
        return rest(
                setMode.owner(),
                setMode.account(),
                setMode.validUntil(),
                setMode.nonce(),
                WITHDRAW,
                Eip712.digest(domain, setMode),
                signature,
                true,
                state);
    }

    /**
     * Until (114), account (403), validity (203, 206), signature (102 to 104), nonce (202).
     *
     * @param heartbeat what is said
     * @param signature over it
     * @param state what is known
     * @return accepted with its digest, or the first refusal
     */
    public Admission check(Heartbeat heartbeat, Signature signature, AdmissionState state) {
        long until = heartbeat.until();
        if (until != 0 && (until <= state.time() || until >= 1L << 32)) {
            return refused(
                    Reason.BAD_FIELD,
                    "until",
                    Long.toString(until),
                    "be 0, or after the state time (%d) and below 2^32".formatted(state.time()));
        }
        return rest(
                heartbeat.owner(),
                heartbeat.account(),
                heartbeat.validUntil(),
                heartbeat.nonce(),
                CANCEL,
                Eip712.digest(domain, heartbeat),
                signature,
                true,
                state);
    }

    private Admission rest(
            Address owner,
            long account,
            long validUntil,
            long nonce,
            int scope,
            Bytes32 digest,
            Signature signature,
            boolean usesNonce,
            AdmissionState state) {
        Optional<Nonces> nonces = state.nonces(owner, account);
        if (nonces.isEmpty()) {
            return refused(
                    Reason.NO_ACCOUNT, "account", "%s/%d".formatted(owner, account), "exist: a first deposit opens it");
        }
        long time = state.time();
        if (validUntil < time) {
            return refused(
                    Reason.EXPIRED,
                    "validUntil",
                    Long.toString(validUntil),
                    "not be before the state time (%d)".formatted(time));
        }
        if (validUntil - time > longestValidity) {
            return refused(
                    Reason.VALIDITY_TOO_LONG,
                    "validUntil",
                    Long.toString(validUntil),
                    "be at most %d seconds after the state time (%d)".formatted(longestValidity, time));
        }
        Optional<Address> signer = Signatures.recover(digest, signature);
        if (signer.isEmpty()) {
            return refused(
                    Reason.SIGNATURE_FORM,
                    "signature",
                    signature.hex(),
                    "be r, s, v with v 27 or 28, r below the order of secp256k1 and s in its lower half");
        }
        if (!signer.get().equals(owner)) {
            Optional<Long> expiry = state.keyExpiry(owner, account, signer.get(), scope);
            if (expiry.isEmpty() || expiry.get() < time) {
                return refused(
                        Reason.KEY_NOT_ALLOWED,
                        "signature",
                        signer.get().hex(),
                        "be of the owner (%s) or of a key registered for it with scope %d that has not expired"
                                .formatted(owner, scope));
            }
        }
        if (usesNonce && !nonces.get().isUnused(nonce)) {
            Nonces.Lane lane = nonces.get().lanes().get(Nonces.lane(nonce));
            return refused(
                    Reason.NONCE_USED,
                    "nonce",
                    Long.toUnsignedString(nonce),
                    "be unused and have a number from %d to %d in lane %d"
                            .formatted(lane.base(), lane.base() + Nonces.WINDOW - 1, Nonces.lane(nonce)));
        }
        return new Admission.Accepted(digest, signer.get());
    }

    private static Admission refused(Reason reason, String field, String value, String rule) {
        return new Admission.Refused(new Refusal(reason, field, value, rule));
    }
}
