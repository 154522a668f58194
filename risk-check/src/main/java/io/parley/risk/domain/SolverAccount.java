package io.parley.risk.domain;

import io.parley.protocol.Address;

/**
 * The account that a solver bids from.
 *
 * @param owner whose account it is
 * @param account the owner's number for it, 0 to 2^32 - 1
 */
public record SolverAccount(Address owner, long account) {
    @Override
    public String toString() {
        return owner + "/" + account;
    }
}
