package io.parley.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Conditions;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.Intent;
import io.parley.protocol.Leg;
import io.parley.protocol.Listings;
import io.parley.protocol.Signer;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Signs intents for one owner, taking nonces as the door tells them. */
public final class Wallet {

    private static final long VALID_SECONDS = 3_600;
    private static final int BUSY = 503;
    private static final int MOST_TRIES = 150;
    private static final long PAUSE_MILLIS = 200;

    private final Door door;
    private final Domain domain;
    private final Listings listings;
    private final Signer signer;
    private final int account;
    private long nextNonce = -1;

    public Wallet(Door door, Domain domain, Listings listings, Signer signer, int account) {
        this.door = door;
        this.domain = domain;
        this.listings = listings;
        this.signer = signer;
        this.account = account;
    }

    /** An intent that was signed, and what the door said. */
    public record Posted(Bytes32 id, Intent intent, Door.Answer answer) {}

    /**
     * @param cash the worst change of cash for the whole, in units of 1e-8; negative pays
     * @param maxFee the most fee for the whole
     */
    public Posted post(List<Leg> legs, long cash, long maxFee, int parts) {
        var intent = new Intent(
                signer.address(),
                account,
                legs.stream().sorted(Comparator.comparing(Leg::asset)).toList(),
                cash,
                maxFee,
                parts,
                1,
                0,
                Instant.now().getEpochSecond() + VALID_SECONDS,
                nonce(),
                false,
                Conditions.NONE);
        var digest = Eip712.digest(domain, intent, listings);
        var signature = signer.sign(digest);
        var answer = door.post(intent, listings, signature);
        // The door asks to come again when it is starting or has too much to do; the same bytes are the same intent.
        for (int again = 0; answer.status() == BUSY && again < MOST_TRIES; again++) {
            pause();
            answer = door.post(intent, listings, signature);
        }
        return new Posted(digest, intent, answer);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private long nonce() {
        if (nextNonce < 0) {
            JsonNode lanes = door.account(signer.address(), account).body().path("nonces");
            nextNonce = lanes.path(0).path("nextNonce").asLong(0);
        }
        return nextNonce++;
    }
}
