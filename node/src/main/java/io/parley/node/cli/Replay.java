package io.parley.node.cli;

import io.parley.node.LogReader;
import io.parley.node.demo.Door;
import io.parley.protocol.Bytes32;
import io.parley.protocol.wire.BatchRecord;
import io.parley.protocol.wire.Topic;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Folds the log of commands anew and holds every batch's root against what was published. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        subcommands = ReplayAuctions.class,
        description =
                "Folds the log of commands from its start and compares every batch's root with the published one.")
final class Replay implements Callable<Integer> {

    @Mixin
    private Target target = new Target();

    @Override
    public Integer call() {
        var log = new LogReader(target.kafka());
        var published = new TreeMap<Long, Bytes32>();
        log.read(Topic.BATCHES.topicName(), 0, record -> {
            var batch = BatchRecord.decode(record.value());
            published.put(batch.sequence(), batch.header().root());
        });
        var differences = new TreeMap<Long, Bytes32>();
        var folded = new TreeMap<Long, Bytes32>();
        var replay = io.parley.clearing.Replay.fromGenesis(new Door(target.api()).domain());
        log.read(
                Topic.COMMANDS.topicName(),
                0,
                record -> replay.fold(
                        List.of(new io.parley.clearing.Replay.Entry(record.offset(), record.value()))
                                .iterator(),
                        batch -> folded.put(batch.sequence(), batch.header().root())));
        published.forEach((sequence, root) -> {
            if (!root.equals(folded.get(sequence))) {
                differences.put(sequence, root);
            }
        });
        System.out.printf(
                "%d commands: %d steps, %d refused, %d undecodable%n",
                replay.nextOffset(), replay.applied(), replay.refused(), replay.undecodable());
        System.out.printf("root        %s%n", replay.ledger().root().hex());
        System.out.printf("accounts    %d%n", replay.ledger().accounts());
        System.out.printf(
                "batches     %d published, %d folded, %d differ%n",
                published.size(), folded.size(), differences.size());
        differences.forEach((sequence, root) ->
                System.out.printf("  batch %d: published %s, folded %s%n", sequence, root.hex(), folded.get(sequence)));
        return differences.isEmpty() ? Parley.DONE : Parley.OUTCOME;
    }
}
