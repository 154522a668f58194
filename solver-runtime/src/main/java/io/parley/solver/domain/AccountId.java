package io.parley.solver.domain;

import io.parley.protocol.Address;

/**
 * Whose account, and which.
 *
 * @param owner the address
 * @param account the owner's number for it, 0 to 2^32 - 1
 */
public record AccountId(Address owner, long account) {
    @Override
    public String toString() {
        return owner + "/" + account;
    }
}
