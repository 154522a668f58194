package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.PrivateKeySigner;

/** Someone with a key. The keys are fixed, so that every run signs the same bytes. */
enum Trader {
    ALICE(0xa1),
    BOB(0xb0),
    CAROL(0xca),
    DAVE(0xda),
    /** Bids; has the funds that a test gives it, as all others. */
    SOLVER(0x50),
    /** Registered by others as their session key. */
    SESSION(0x5e),
    FEEDER_ONE(0xf1),
    FEEDER_TWO(0xf2),
    FEEDER_THREE(0xf3),
    RELAYER(0x7e),
    /** Takes over what is reduced by force. */
    INSURANCE(0x15),
    NOBODY(0x99);

    private final PrivateKeySigner signer;

    Trader(int seed) {
        byte[] key = new byte[32];
        key[0] = 1;
        key[31] = (byte) seed;
        signer = PrivateKeySigner.of(key);
    }

    PrivateKeySigner signer() {
        return signer;
    }

    Address address() {
        return signer.address();
    }
}
