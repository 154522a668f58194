package io.parley.contracts.chain;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.protocol.Address;
import io.parley.protocol.Bytes32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a mined transaction.
 *
 * @param effectiveGasPrice wei per gas that was paid
 * @param contract the created contract, if it created one
 */
public record Receipt(
        Bytes32 transaction,
        boolean success,
        long block,
        Bytes32 blockHash,
        long gasUsed,
        long effectiveGasPrice,
        @Nullable Address contract,
        List<Log> logs) {

    /**
     * @param data as 0x-hex
     * @param transaction the transaction that made it
     */
    public record Log(
            Address address, List<Bytes32> topics, String data, long block, Bytes32 blockHash, Bytes32 transaction) {

        static Log of(JsonNode log) {
            var topics = new ArrayList<Bytes32>();
            log.path("topics").forEach(t -> topics.add(Bytes32.parse(t.asText())));
            return new Log(
                    Address.parse(log.path("address").asText()),
                    List.copyOf(topics),
                    log.path("data").asText(),
                    Chain.number(log.path("blockNumber")),
                    Bytes32.parse(log.path("blockHash").asText()),
                    Bytes32.parse(log.path("transactionHash").asText()));
        }
    }

    static Receipt of(JsonNode node) {
        var logs = new ArrayList<Log>();
        node.path("logs").forEach(l -> logs.add(Log.of(l)));
        var contract = node.path("contractAddress");
        return new Receipt(
                Bytes32.parse(node.path("transactionHash").asText()),
                Chain.number(node.path("status")) == 1,
                Chain.number(node.path("blockNumber")),
                Bytes32.parse(node.path("blockHash").asText()),
                Chain.number(node.path("gasUsed")),
                Chain.number(node.path("effectiveGasPrice")),
                contract.isTextual() ? Address.parse(contract.asText()) : null,
                List.copyOf(logs));
    }
}
