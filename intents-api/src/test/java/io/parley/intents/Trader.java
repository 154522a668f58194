package io.parley.intents;

import io.parley.protocol.Address;
import io.parley.protocol.PrivateKeySigner;
import java.util.HexFormat;

/** Someone with a key. Each test that needs an account of its own takes a new one. */
record Trader(PrivateKeySigner signer) {

    private static int made;

    static synchronized Trader another() {
        return of(++made);
    }

    static Trader of(int seed) {
        byte[] key = new byte[32];
        key[0] = 1;
        key[30] = (byte) (seed >> 8);
        key[31] = (byte) seed;
        return new Trader(PrivateKeySigner.of(key));
    }

    Address address() {
        return signer.address();
    }

    /** As views hold it. */
    String row() {
        return "0x" + HexFormat.of().formatHex(address().bytes());
    }
}
