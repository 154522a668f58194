package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Signature;
import java.util.Optional;

/**
 * Says who signed a digest. {@code Signatures::recover} is the one; another may remember what it has said before or
 * ask several threads, but must give the same answers. Called on the ledger's thread, for well-formed signatures only.
 */
@FunctionalInterface
public interface Recovery {
    /** The signer's address, empty if the signature recovers to none. */
    Optional<Address> recover(Bytes32 digest, Signature signature);
}
