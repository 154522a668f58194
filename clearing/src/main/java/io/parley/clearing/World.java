package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Intent;
import io.parley.protocol.Listings;
import io.parley.protocol.Withdraw;
import org.jspecify.annotations.Nullable;

/**
 * What a step reads beside the global record. The ledger answers from its own maps; the verifier answers from a
 * witness, against the roots of the record, and knows nothing else.
 */
interface World {
    /**
     * The account of a part of the command, or null if there is none.
     *
     * @param part 0 the command or the bid, 1.. the fills
     */
    @Nullable
    Draft account(int part, Address owner, long account);

    /** The place that a queue command names; nothing may be there yet. */
    Draft place(int index);

    /** The index of an owner's account; 0 if there is none, or if only a witness is at hand. */
    int indexOf(Address owner, long account);

    /** What is listed, as far as this step needs it. */
    Listings listings();

    /** What the owner of an intent signed. */
    Bytes32 digest(Intent intent);

    /** What the owner of a withdrawal signed; its asset is listed. */
    Bytes32 digest(Withdraw withdraw);

    /**
     * The registration of a signer who is not the owner, or null if there is none.
     *
     * @param signature 0 the command's or the bid's, 1.. the intents'
     */
    @Nullable
    Grant key(int signature, Address owner, long account, Address signer);

    /** The bytes whose hash is the global record's feeder set; empty if there are none. */
    byte[] feederSet();

    /** Puts a key in its place and returns the new root of the keys tree. */
    Bytes32 register(Address owner, long account, Address key, Grant grant);

    /** Appends a listing and returns the new root of the listings tree. */
    Bytes32 list(int index, AssetId asset, String name);

    /** The step needs the pricing, whatever comes of it. */
    void needPricing();

    /**
     * The prices that the step is margined at.
     *
     * @throws MarginUnavailable if there are none yet
     */
    Prices prices();

    /**
     * The margin of an account as the step leaves it.
     *
     * @param slot its place among those touched
     * @throws MarginUnavailable if it cannot be stated
     */
    Margin margin(int slot, Holdings account);
}
