package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.RegisterKey;

/**
 * What a registered key may sign for an account.
 *
 * @param index its place in the keys tree
 * @param scope 1 intents, 2 bids and commitments, 4 cancel, 8 withdraw, added up
 * @param expiry unix seconds; valid while time ≤ expiry
 */
record Grant(int index, int scope, long expiry) {
    Bytes32 leaf(Address owner, long account, Address key) {
        return RegisterKey.leaf(owner, account, key, scope, expiry);
    }
}
