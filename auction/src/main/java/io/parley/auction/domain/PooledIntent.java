package io.parley.auction.domain;

import io.parley.auction.domain.LedgerView.AccountName;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Intent;
import io.parley.protocol.SignedIntent;

/** An intent on its way through the auctions. Changed by its pool alone. */
final class PooledIntent {

    enum Place {
        /** Stands in no auction; eligible from {@code restUntil} on. */
        WAITING,
        /** Stands in the auction {@code auction}. */
        IN_AUCTION,
        /** Won in {@code auction}, and the ledger has not answered yet. */
        IN_CLEARING,
        /** Left the pool. */
        GONE
    }

    final Bytes32 id;
    final SignedIntent signed;
    final long arrival;
    Place place = Place.WAITING;
    long partsLeft;
    long auction;
    long restUntil;
    int misses;
    int refusals;

    PooledIntent(Bytes32 id, SignedIntent signed, long arrival, long partsLeft, long restUntil) {
        this.id = id;
        this.signed = signed;
        this.arrival = arrival;
        this.partsLeft = partsLeft;
        this.restUntil = restUntil;
    }

    Intent intent() {
        return signed.intent();
    }

    AccountName account() {
        return AccountName.of(signed.intent());
    }
}
