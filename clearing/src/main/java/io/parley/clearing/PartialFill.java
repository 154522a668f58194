package io.parley.clearing;

import io.parley.protocol.Bytes32;

/**
 * An intent that was filled in part and is still open.
 *
 * @param intent the intent's id
 * @param nonce the nonce that its first fill used; a cancel of it closes the intent
 * @param validUntil unix seconds, the intent's own; dropped on the first trade of the account after it
 * @param lastFill unix seconds of the latest fill
 * @param partsDone parts filled, 1 to the intent's parts - 1
 */
public record PartialFill(Bytes32 intent, long nonce, long validUntil, long lastFill, long partsDone) {}
