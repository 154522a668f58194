package io.parley.auction.domain.selection;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
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
 */
public record ScreenedBid(
        Bytes32 id, Address solver, long account, List<Bytes32> intents, List<Bytes32> alternatives, long score) {

    /** Copies the lists. */
    public ScreenedBid {
        intents = List.copyOf(intents);
        alternatives = List.copyOf(alternatives);
        if (intents.isEmpty()) {
            throw new IllegalArgumentException("The bid %s fills no intent.".formatted(id));
        }
        if (score < 0) {
            throw new IllegalArgumentException("""
                    The score (%d) of bid %s must not be negative: a fill is never below what its owner signed.
                    Maybe the bid was not screened.""".formatted(score, id));
        }
    }
}
