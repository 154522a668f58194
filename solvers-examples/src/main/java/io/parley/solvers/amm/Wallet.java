package io.parley.solvers.amm;

import io.parley.protocol.Address;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Signer;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;

/**
 * Sends transactions of one key, one after the other. A transaction is signed once and its bytes are sent again until
 * the chain says what became of it: that the node did not answer never means that it did not happen.
 */
final class Wallet {

    private static final BigInteger GAS_LIMIT = BigInteger.valueOf(300_000);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Node node;
    private final Signer signer;
    private final Duration patience;

    /** @param patience how long to wait until a transaction is mined */
    Wallet(Node node, Signer signer, Duration patience) {
        this.node = node;
        this.signer = signer;
        this.patience = patience;
    }

    Address address() {
        return signer.address();
    }

    /**
     * Calls a contract in a transaction and waits until it is mined.
     *
     * @return the transaction's hash
     * @throws Node.Failure if it was refused or reverted, or if its nonce was used by another; if it is not mined in time, {@link Node.Failure#answered} is false
     */
    String send(Address contract, String data) throws Node.Failure, InterruptedException {
        var chain = node.chainId().longValueExact();
        var nonce = node.nonce(signer.address().hex());
        var price = node.gasPrice();
        var unsigned = RawTransaction.createTransaction(
                chain, nonce, GAS_LIMIT, contract.hex(), BigInteger.ZERO, data, price, price.shiftLeft(1));
        var rsv =
                signer.sign(Keccak256.hash(TransactionEncoder.encode(unsigned))).bytes();
        var signature =
                new Sign.SignatureData(rsv[64], Arrays.copyOfRange(rsv, 0, 32), Arrays.copyOfRange(rsv, 32, 64));
        var bytes = TransactionEncoder.encode(unsigned, signature);
        var raw = "0x" + HexFormat.of().formatHex(bytes);
        var hash = Keccak256.hash(bytes).hex();
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                var succeeded = node.succeeded(hash);
                if (succeeded.isPresent()) {
                    if (!succeeded.get()) {
                        throw new Node.Failure("The transaction (%s) reverted.".formatted(hash), true);
                    }
                    return hash;
                }
                if (node.nonce(signer.address().hex()).compareTo(nonce) > 0
                        && node.succeeded(hash).isEmpty()) {
                    throw new Node.Failure(
                            "Another transaction of this wallet used the nonce (%s).".formatted(nonce), true);
                }
                node.send(raw);
            } catch (Node.Failure e) {
                if (e.answered()) {
                    throw e;
                }
            }
            if (System.nanoTime() - until > 0) {
                throw new Node.Failure("The transaction (%s) is not mined yet.".formatted(hash), false);
            }
            Thread.sleep(POLL);
        }
    }
}
