package io.parley.contracts.chain;

import io.parley.protocol.Address;
import io.parley.protocol.Signer;
import java.math.BigInteger;
import java.time.Duration;

/**
 * One key that sends transactions one by one and waits for each: for people at a terminal. What is sent and not seen mined
 * in time may still be mined; the message says so. Blocking.
 */
public final class Wallet {

    private static final BigInteger TIP = BigInteger.valueOf(1_000_000_000);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long POLL_MS = 50;

    private final Chain chain;
    private final Signer signer;
    private final Reverts reverts;

    /** @param contracts those whose errors may come back, by name */
    public Wallet(Chain chain, Signer signer, String... contracts) {
        this.chain = chain;
        this.signer = signer;
        this.reverts = new Reverts(contracts);
    }

    public Address address() {
        return signer.address();
    }

    /**
     * Sends a call and waits until it is mined.
     *
     * @param data call data as 0x-hex
     * @throws IllegalStateException if it would revert, with the contract's error and its numbers; or if it was not
     *     mined in time
     */
    public Receipt send(Address to, String data) {
        long gas;
        try {
            gas = chain.estimateGas(signer.address(), to, data);
        } catch (RpcException e) {
            if (!e.answered()) {
                throw e;
            }
            throw new IllegalStateException(
                    "%s refuses: %s".formatted(to, e.data().isEmpty() ? e.getMessage() : reverts.describe(e.data())),
                    e);
        }
        var signed = new Transaction(
                        chain.chainId(),
                        chain.minedNonce(signer.address()),
                        to,
                        data,
                        gas + gas / 4,
                        TIP,
                        chain.baseFee().shiftLeft(1).add(TIP))
                .sign(signer);
        chain.send(signed);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            var receipt = chain.receipt(signed.hash());
            if (receipt.isPresent()) {
                return requireSuccess(receipt.get());
            }
            try {
                Thread.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "Interrupted while transaction %s is on its way."
                                .formatted(signed.hash().hex()),
                        e);
            }
        }
        throw new IllegalStateException("""
                Transaction %s was not mined within %d s. It may still be.
                Run the command again: it goes on from what the chain has then.""".formatted(signed.hash().hex(), PATIENCE.toSeconds()));
    }

    private static Receipt requireSuccess(Receipt receipt) {
        if (!receipt.success()) {
            throw new IllegalStateException("""
                    Transaction %s reverted, used %d gas. It would not have when it was sent:
                    maybe somebody else was faster. Run the command again.""".formatted(receipt.transaction().hex(), receipt.gasUsed()));
        }
        return receipt;
    }
}
