package io.parley.contracts.chain;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The calls that Parley makes of a node. Every method may throw {@link RpcException}. Thread-safe. */
public final class Chain {

    private final JsonRpc rpc;
    private final long chainId;

    public Chain(URI uri) {
        this.rpc = new JsonRpc(uri, Duration.ofSeconds(20));
        this.chainId = number(rpc.call("eth_chainId"));
    }

    public long chainId() {
        return chainId;
    }

    public JsonRpc rpc() {
        return rpc;
    }

    public long blockNumber() {
        return number(rpc.call("eth_blockNumber"));
    }

    /** The hash of the block at this height on the chain that the node follows now. */
    public Optional<Bytes32> blockHash(long height) {
        var block = rpc.call("eth_getBlockByNumber", hex(height), false);
        return block.isNull()
                ? Optional.empty()
                : Optional.of(Bytes32.parse(block.path("hash").asText()));
    }

    /** Unix seconds of the latest block. */
    public long time() {
        return number(rpc.call("eth_getBlockByNumber", "latest", false).path("timestamp"));
    }

    /**
     * The call data of a mined transaction.
     *
     * @throws IllegalStateException if the node does not know it
     */
    public byte[] input(Bytes32 transaction) {
        var found = rpc.call("eth_getTransactionByHash", transaction.hex());
        if (!found.path("input").isTextual()) {
            throw new IllegalStateException("""
                    The node does not have the transaction (%s), whose log it has.
                    Maybe it keeps only the last blocks: ask one that keeps all.""".formatted(transaction.hex()));
        }
        return HexFormat.of().parseHex(found.path("input").asText().substring(2));
    }

    /** The next nonce by what is mined: what is only pending is not counted, since it may be dropped. */
    public long minedNonce(Address account) {
        return number(rpc.call("eth_getTransactionCount", account.hex(), "latest"));
    }

    /** Unix seconds of the block that is being made. */
    public long pendingTime() {
        return number(rpc.call("eth_getBlockByNumber", "pending", false).path("timestamp"));
    }

    /** Wei per gas of the latest block's base fee. */
    public BigInteger baseFee() {
        var fee = rpc.call("eth_getBlockByNumber", "latest", false).path("baseFeePerGas");
        return fee.isTextual() ? new BigInteger(fee.asText().substring(2), 16) : BigInteger.ZERO;
    }

    public long estimateGas(Address from, @Nullable Address to, String data) {
        return number(rpc.call("eth_estimateGas", call(from, to, data)));
    }

    /** @return the returned data as 0x-hex */
    public String call(Address to, String data) {
        return rpc.call("eth_call", call(Address.ZERO, to, data), "latest").asText();
    }

    /** Runs a transaction without sending it, to learn why it would revert. */
    public String simulate(Address from, Address to, String data) {
        return rpc.call("eth_call", call(from, to, data), "latest").asText();
    }

    public boolean hasCode(Address address) {
        return rpc.call("eth_getCode", address.hex(), "latest").asText().length() > 2;
    }

    /**
     * Hands a signed transaction to the node. That the node knows it already is success: the bytes are the same.
     *
     * @throws RpcException if the node refuses it (a used nonce, too low a fee) or is silent
     */
    public void send(Transaction.Signed transaction) {
        try {
            rpc.call("eth_sendRawTransaction", transaction.raw());
        } catch (RpcException e) {
            var message = String.valueOf(e.getMessage());
            if (!message.contains("already known") && !message.contains("already imported")) {
                throw e;
            }
        }
    }

    public Optional<Receipt> receipt(Bytes32 transaction) {
        var receipt = rpc.call("eth_getTransactionReceipt", transaction.hex());
        return receipt.isNull() || receipt.isMissingNode() ? Optional.empty() : Optional.of(Receipt.of(receipt));
    }

    /** Logs of one contract with this first topic, in chain order, both heights included. */
    public List<Receipt.Log> logs(Address contract, Bytes32 topic, long fromBlock, long toBlock) {
        var filter = Map.of(
                "address",
                contract.hex(),
                "topics",
                List.of(topic.hex()),
                "fromBlock",
                hex(fromBlock),
                "toBlock",
                hex(toBlock));
        var logs = new ArrayList<Receipt.Log>();
        rpc.call("eth_getLogs", filter).forEach(l -> logs.add(Receipt.Log.of(l)));
        return List.copyOf(logs);
    }

    static long number(JsonNode hex) {
        var text = hex.asText("0x0");
        return Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : "0", 16);
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static Map<String, String> call(Address from, @Nullable Address to, String data) {
        return to == null
                ? Map.of("from", from.hex(), "data", data)
                : Map.of("from", from.hex(), "to", to.hex(), "data", data);
    }
}
