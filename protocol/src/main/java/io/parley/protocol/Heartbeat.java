package io.parley.protocol;

/**
 * What an owner signs to stay alive: an account that asked for it has all its open intents cancelled once the state's time has
 * passed {@code until} without another heartbeat.
 *
 * @param owner the address whose account it is
 * @param account the number of the owner's account, 0 to 2^32 - 1
 * @param until unix seconds up to which intents may be filled, above the state's time and below 2^32; 0 asks for no heartbeats any
 *     more. Other values can be carried and are refused
 * @param validUntil unix seconds until which it may be applied, inclusive
 * @param nonce all 64 bits: the upper two choose the lane
 */
public record Heartbeat(Address owner, long account, long until, long validUntil, long nonce) {

    /**
     * Checks what the wire can carry.
     *
     * @throws IllegalArgumentException if a field is out of its type's range
     */
    public Heartbeat {
        Range.u32(account, "account");
        Range.u63(until, "until");
        Range.u63(validUntil, "validUntil");
    }
}
