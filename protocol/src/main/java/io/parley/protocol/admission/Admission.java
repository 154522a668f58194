package io.parley.protocol.admission;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Refusal;

/** What came of checking something signed at an entrance. */
public sealed interface Admission {

    /**
     * It may enter.
     *
     * @param id its digest
     * @param signer who signed it: the owner, or a key registered for the account
     */
    record Accepted(Bytes32 id, Address signer) implements Admission {}

    /**
     * It may not.
     *
     * @param refusal the first rule that it broke
     */
    record Refused(Refusal refusal) implements Admission {}
}
