package io.parley.risk.infra.kafka;

import io.parley.protocol.Domain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What the clearing loop is told.
 *
 * @param bootstrapServers of the broker
 * @param node name of this process, one of its own for each that runs; a restart under the same name takes over at once
 * @param domain what signatures are made for
 * @param clearingDomain the Kafka key of the log's records, and part of the transactional id
 * @param snapshots the folder of the ledger's snapshots
 * @param snapshotEvery commands between two snapshots
 * @param mostPerTransaction commands that are committed together at most
 */
public record ClearingSettings(
        String bootstrapServers,
        String node,
        Domain domain,
        String clearingDomain,
        Path snapshots,
        long snapshotEvery,
        int mostPerTransaction) {

    byte[] key() {
        return clearingDomain.getBytes(StandardCharsets.UTF_8);
    }

    String transactionalId() {
        return "clearing-" + clearingDomain;
    }
}
