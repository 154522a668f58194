package io.parley.protocol.admission;

import io.parley.protocol.Address;
import io.parley.protocol.Listings;
import java.util.Optional;

/**
 * What a reader of {@code cleared} knows of the state that an intent will meet. It may lag behind clearing, which decides
 * in the end; so a yes is provisional and a no for time or nonce is final.
 */
public interface AdmissionState {

    /** {@return what is listed} */
    Listings listings();

    /** {@return the state time in unix seconds; where no price has set it yet, the reader's own time} */
    long time();

    /**
     * {@return the nonces of an account; empty if the account is not known}
     *
     * @param owner the owner
     * @param account the number of the account
     */
    Optional<Nonces> nonces(Address owner, long account);

    /**
     * {@return the latest second at which a registered key may sign for an account; empty if it is not registered with
     *     this scope}
     *
     * @param owner the owner
     * @param account the number of the account
     * @param key the address of the key
     * @param scope one bit: 1 intents, 2 bids, 4 cancel, 8 withdraw
     */
    Optional<Long> keyExpiry(Address owner, long account, Address key, int scope);
}
