package io.parley.contracts.chain;

import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Keccak256;
import io.parley.protocol.Signature;
import io.parley.protocol.Signer;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;

/**
 * An EIP-1559 transaction before it is signed.
 *
 * @param to the callee, null to create a contract
 * @param data call data as 0x-hex
 * @param gasLimit the most gas it may use
 * @param tip wei per gas to the block's producer
 * @param maxFee most wei per gas in all
 */
public record Transaction(
        long chainId, long nonce, @Nullable Address to, String data, long gasLimit, BigInteger tip, BigInteger maxFee) {

    /**
     * A signed transaction.
     *
     * @param raw the bytes as 0x-hex, for eth_sendRawTransaction; sending them again is harmless
     */
    public record Signed(long nonce, Bytes32 hash, String raw) {}

    public Signed sign(Signer signer) {
        var raw = RawTransaction.createTransaction(
                chainId,
                BigInteger.valueOf(nonce),
                BigInteger.valueOf(gasLimit),
                to == null ? "" : to.hex(),
                BigInteger.ZERO,
                data,
                tip,
                maxFee);
        var signature = signer.sign(Keccak256.hash(TransactionEncoder.encode(raw)));
        var bytes = TransactionEncoder.encode(raw, signatureData(signature));
        return new Signed(nonce, Keccak256.hash(bytes), "0x" + HexFormat.of().formatHex(bytes));
    }

    private static Sign.SignatureData signatureData(Signature signature) {
        var rsv = signature.bytes();
        return new Sign.SignatureData(rsv[64], Arrays.copyOfRange(rsv, 0, 32), Arrays.copyOfRange(rsv, 32, 64));
    }
}
