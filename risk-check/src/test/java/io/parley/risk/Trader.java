package io.parley.risk;

import io.parley.protocol.Address;
import io.parley.protocol.PrivateKeySigner;
import io.parley.risk.domain.SolverAccount;

/** Someone with a key. The keys are fixed, so that every run signs the same bytes. */
public enum Trader {
    ALICE(0xa1),
    BOB(0xb0),
    SOLVER(0x50),
    RIVAL(0x51),
    FEEDER_ONE(0xf1),
    FEEDER_TWO(0xf2),
    FEEDER_THREE(0xf3);

    private final PrivateKeySigner signer;

    Trader(int seed) {
        byte[] key = new byte[32];
        key[0] = 1;
        key[31] = (byte) seed;
        signer = PrivateKeySigner.of(key);
    }

    public PrivateKeySigner signer() {
        return signer;
    }

    public Address address() {
        return signer.address();
    }

    public SolverAccount account() {
        return new SolverAccount(address(), 0);
    }
}
