package io.parley.clearing;

import io.parley.protocol.Address;

/**
 * What is held of solvers' margins outside the state, for their other open commitments. Holds may refuse what is
 * voluntary; they never change the state.
 */
@FunctionalInterface
public interface HeldMargin {
    /** Nothing is held. */
    HeldMargin NONE = (solver, account) -> 0;

    /**
     * Cash units held of an account, the hold of the bid or commitment that is being looked at apart.
     *
     * @return 0 or more
     */
    long of(Address solver, long account);
}
