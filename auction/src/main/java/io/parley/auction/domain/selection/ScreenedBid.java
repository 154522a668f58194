package io.parley.auction.domain.selection;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.util.Collections;
import java.util.List;

/**
 * A bid that the risk check let pass: what the choice of winners needs to know of it.
 *
 * @param id the bid's digest
 * @param solver the account that answers for the bid
 * @param account its number under that address
 * @param intents the intents it fills, 1 to 15 of them, distinct
 * @param alternatives what else it uses up: nonces that several intents of the auction share, so that one can be filled
 * @param score surplus over what the owners signed plus what the bid pays to the protocol, in 1e-8 USD, not negative
 * @param surplus of the score what each intent's owner gets, in the order of the intents, in 1e-8 USD, not negative
 * @param fees what its fills pay in fees, in 1e-8 USD, not negative
 */
public record ScreenedBid(
        Bytes32 id,
        Address solver,
        long account,
        List<Bytes32> intents,
        List<Bytes32> alternatives,
        long score,
        List<Long> surplus,
        long fees) {

    /** Copies the lists. */
    public ScreenedBid {
        intents = List.copyOf(intents);
        alternatives = List.copyOf(alternatives);
        surplus = List.copyOf(surplus);
        if (surplus.size() != intents.size()) {
            throw new IllegalArgumentException(
                    "The bid %s has %d intents and the surplus of %d.".formatted(id, intents.size(), surplus.size()));
        }
        if (intents.isEmpty()) {
            throw new IllegalArgumentException("The bid %s fills no intent.".formatted(id));
        }
        if (score < 0) {
            throw new IllegalArgumentException("""
                    The score (%d) of bid %s must not be negative: a fill is never below what its owner signed.
                    Maybe the bid was not screened.""".formatted(score, id));
        }
    }

    /** A bid that leaves no owner more than what was signed, and collects no fee. */
    public ScreenedBid(
            Bytes32 id, Address solver, long account, List<Bytes32> intents, List<Bytes32> alternatives, long score) {
        this(id, solver, account, intents, alternatives, score, Collections.nCopies(intents.size(), 0L), 0);
    }
}
